"""Model folders whose files ask for something that is easily passed over, and the vectors PyTorch gives for them.

Usage: /usr/bin/python3 tests/reference/model_files.py    (Debian's python3-torch 1.13; nothing is downloaded)

Writes tests/Simile.Tests/Reference/model-files/<name>/ with expected.json: texts, and vectors by the way they are asked for (encode, encode_query,
encode_document). Networks come from encoders.py beside this file; poolings, modules and adapters are written here from the definitions of
sentence-transformers and PEFT. Weights are rounded to 32-bit floats, then everything is computed in 64 bits. tests/reference/model_files_oracle.py
asks these libraries themselves.
"""
import json, math, os, re, shutil
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "Simile.Tests", "Reference", "model-files")
source = open(os.path.join(HERE, "encoders.py"), encoding="utf-8").read()
E = {"__name__": "encoders", "__file__": os.path.join(HERE, "encoders.py")}
exec(compile(source[: source.index("for seed, (name, model) in enumerate(MODELS.items()):\n    build(seed")], "encoders.py", "exec"), E)
WORDS, SPECIAL, save, random, linear = (E[k] for k in ("WORDS", "SPECIAL", "save", "random", "linear"))
TEXTS = ["ba be bi", "do ka lu me ni po", "ra", "sa se si so su ta te ti to tu ba be bi bo bu da de"]
BERT = {"model_type": "bert", "vocab_size": 64, "hidden_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 32, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
        "max_position_embeddings": 40, "type_vocab_size": 1}
ids = lambda text: [2] + [len(SPECIAL) + WORDS.index(word) for word in text.split()] + [3]
unit = lambda x: F.normalize(x, dim=0)
POOLS = {"cls": lambda x, at: x[0], "max": lambda x, at: x.max(0).values, "mean": lambda x, at: x.mean(0), "mean_sqrt_len_tokens": lambda x, at: x.sum(0) / math.sqrt(len(x)),
         "weightedmean": lambda x, at: (x * at[:, None]).sum(0) / at.sum(), "lasttoken": lambda x, at: x[-1]}


def pool(x, modes, left=0):
    """Poolings of the states behind `left` tokens; weights count from the text's first token."""
    at = torch.arange(1, len(x) + 1, dtype=torch.float64)
    return torch.cat([POOLS[mode](x[left:], at[left:]) for mode in modes])


def dump(value, *path):
    os.makedirs(os.path.dirname(os.path.join(ROOT, *path)), exist_ok=True)
    json.dump(value, open(os.path.join(ROOT, *path), "w"))


def modules(name, *kinds):
    dump([{"idx": i, "name": str(i), "path": "" if kind == "Transformer" else f"{i}_{kind}", "type": "sentence_transformers.models." + kind} for i, kind in enumerate(kinds)], name, "modules.json")


def folder(name, config=None, make="bert_weights", kinds=("Transformer", "Pooling"), pooling=None, seed=1):
    """A folder with random weights; gives configuration, weights, generator."""
    shutil.rmtree(os.path.join(ROOT, name), ignore_errors=True)
    c = {**BERT, **(config or {})} if make == "bert_weights" else config
    g = torch.Generator().manual_seed(seed)
    w = {k: v.float().double() for k, v in E[make](g, c).items()}
    dump(c, name, "config.json")
    save(os.path.join(ROOT, name, "model.safetensors"), w, "F32")
    E["tokenizer"](os.path.join(ROOT, name, "tokenizer.json"))
    modules(name, *kinds)
    if "Pooling" in kinds:
        dump(pooling or {"word_embedding_dimension": c["hidden_size"], "pooling_mode_mean_tokens": True}, name, "1_Pooling", "config.json")
    return c, w, g


def expect(name, encode, query=None, document=None, texts=TEXTS):
    ways = {"encode": encode, "encode_query": query, "encode_document": document}
    dump({"made_by": f"tests/reference/model_files.py with torch {torch.__version__}", "texts": texts,
          **{way: [[round(v, 9) for v in run(text).tolist()] for text in texts] for way, run in ways.items() if run}}, name, "expected.json")


states = lambda c, w, text, first=0: E["bert"](w, c, ids(text), first)

# Positions of RoBERTa begin behind the padding token, whatever its id.
for name, kind, pad in (("roberta-pad-0", "roberta", 0), ("xlm-roberta-pad-5", "xlm-roberta", 5), ("camembert-pad-unsaid", "camembert", None)):
    c, w, _ = folder(name, {"model_type": kind, **({} if pad is None else {"pad_token_id": pad})})
    expect(name, lambda text: pool(states(c, w, text, (1 if pad is None else pad) + 1), ["mean"]))

# ModernBERT as transformers 5 writes it; a theta that one of the two does not say, the old entry says.
old = {"model_type": "modernbert", "vocab_size": 64, "hidden_size": 24, "num_attention_heads": 2, "num_hidden_layers": 4, "intermediate_size": 16, "hidden_activation": "gelu", "norm_eps": 1e-5,
       "local_attention": 6, "max_position_embeddings": 40, "global_attn_every_n_layers": 3, "global_rope_theta": 700.0, "local_rope_theta": 70.0}
rope = lambda theta: {"rope_type": "default", "rope_theta": theta}
for name, new in (
    ("modernbert-new", {"layer_types": ["full_attention", "sliding_attention", "sliding_attention", "full_attention"], "rope_parameters": {"full_attention": rope(700.0), "sliding_attention": rope(70.0)}, "global_rope_theta": None, "local_rope_theta": None, "global_attn_every_n_layers": None}),
    ("modernbert-half-new", {"rope_parameters": {"full_attention": rope(700.0)}, "global_rope_theta": 5.0, "rope_scaling": None}),
    ("modernbert-biases-unasked", {"attention_bias": False}),
):
    c, w, g = folder(name, {k: v for k, v in {**old, **new}.items() if v is not None}, "modernbert_weights")
    if "biases" in name:
        save(os.path.join(ROOT, name, "model.safetensors"), {**w, "layers.0.attn.Wo.bias": random(g, 24), "layers.1.attn.Wqkv.bias": random(g, 72)}, "F32")
    expect(name, lambda text: pool(E["modernbert"](w, old, ids(text)), ["mean"]))

# Poolings.
for name, config, modes in (
    ("pooling-list", {"embedding_dimension": 24, "pooling_mode": ["mean", "cls", "max"], "include_prompt": True}, ["mean", "cls", "max"]),
    ("pooling-name", {"embedding_dimension": 24, "pooling_mode": "lasttoken"}, ["lasttoken"]),
    ("pooling-no-flag", {"word_embedding_dimension": 24, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": False}, ["mean"]),
    ("pooling-nothing", {"word_embedding_dimension": 24}, ["mean"]),
    ("pooling-flags", {"word_embedding_dimension": 24, "pooling_mode_lasttoken": True, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}, ["cls", "mean", "lasttoken"]),
    ("pooling-both", {"word_embedding_dimension": 24, "pooling_mode_cls_token": True, "pooling_mode": "mean"}, ["mean"]),
):
    c, w, _ = folder(name, pooling=config)
    expect(name, lambda text: pool(states(c, w, text), modes))

# A prompt that takes no part in the pooling.
prompt = "ma me"
for mode in POOLS:
    name = "prompt-left-out-" + mode
    c, w, _ = folder(name, pooling={"word_embedding_dimension": 24, "pooling_mode": mode, "include_prompt": False})
    dump({"prompts": {"query": prompt + " ", "corpus": "so "}, "default_prompt_name": None}, name, "config_sentence_transformers.json")
    expect(name, lambda text: pool(states(c, w, text), [mode]), query=lambda text: pool(states(c, w, prompt + " " + text), [mode], 3), document=lambda text: pool(states(c, w, "so " + text), [mode], 2))

# The default prompt stands before what has none of its own; vectors are cut behind the Normalize.
c, w, _ = folder("default-prompt", kinds=("Transformer", "Pooling", "Normalize"))
dump({"prompts": {"query": "ma ", "other": "so "}, "default_prompt_name": "other", "truncate_dim": 10, "__version__": {"transformers": "5"}}, "default-prompt", "config_sentence_transformers.json")
expect("default-prompt", *[lambda text, p=p: unit(pool(states(c, w, p + text), ["mean"]))[:10] for p in ("so ", "ma ", "so ")])


# Modules in the order of the list.
def dense(name, i, g, inputs, outputs, **more):
    w = {"linear.weight": random(g, outputs, inputs, scale=0.5).float().double(), "linear.bias": random(g, outputs).float().double()}
    if more.get("use_residual") and inputs != outputs:
        w["residual.weight"] = random(g, outputs, inputs).float().double()
    dump({"in_features": inputs, "out_features": outputs, "bias": True, "activation_function": "torch.nn.modules.activation.Tanh", **more}, name, f"{i}_Dense", "config.json")
    save(os.path.join(ROOT, name, f"{i}_Dense", "model.safetensors"), w, "F32")
    return lambda x: torch.tanh(linear(x, w, "linear")) + (0 if not more.get("use_residual") else linear(x, w, "residual") if inputs != outputs else x)


for name, behind in (("modules-normalize-dense", ["Normalize", 20]), ("modules-normalize-dense-normalize", ["Normalize", 20, "Dropout", "Normalize"]), ("modules-dense-normalize-dense", [30, "Normalize", "Normalize", 12]),
                     ("modules-residual", [24]), ("modules-residual-projected", [16, "Normalize"])):
    c, w, g = folder(name, kinds=["Transformer", "Pooling", *("Dense" if isinstance(b, int) else b for b in behind)])
    steps, width = [], 24
    for i, b in enumerate(behind, 2):
        more = {"use_residual": True, "module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"} if "residual" in name else {}
        steps.append(dense(name, i, g, width, b, **more) if isinstance(b, int) else unit if b == "Normalize" else lambda x: x)
        width = b if isinstance(b, int) else width

    def run(text):
        x = pool(states(c, w, text), ["mean"])
        for step in steps:
            x = step(x)
        return x

    expect(name, run)

# Adapters: W + s B A, with s = alpha / r, or alpha / sqrt(r).
QUERY, VALUE, OUTPUT, TABLE = "encoder.layer.0.attention.self.query", "encoder.layer.1.attention.self.value", "encoder.layer.1.output.dense", "embeddings.word_embeddings"


def adapter(name, ranks, more=None, extra=None, scale=None, prefix="base_model.model."):
    c, w, g = folder(name, kinds=("Transformer", "Pooling", "Normalize"), seed=4)
    tensors, merged = {}, dict(w)
    for module, rank in ranks.items():
        rows, columns = w[module + ".weight"].shape
        s = (scale or {}).get(module, 8 / rank)
        if module == TABLE:
            a, b = random(g, rank, rows).float().double(), random(g, columns, rank).float().double()
            tensors[f"{prefix}{module}.lora_embedding_A"], tensors[f"{prefix}{module}.lora_embedding_B"] = a, b
            merged[module + ".weight"] = w[module + ".weight"] + s * (b @ a).T
        else:
            a, b = random(g, rank, columns).float().double(), random(g, rows, rank).float().double()
            tensors[f"{prefix}{module}.lora_A.weight"], tensors[f"{prefix}{module}.lora_B.weight"] = a, b
            merged[module + ".weight"] = w[module + ".weight"] + s * (b @ a)
    for key, value in (extra(g, w, merged) if extra else {}).items():
        tensors[prefix + key] = value
    config = {"peft_type": "LORA", "task_type": "FEATURE_EXTRACTION", "base_model_name_or_path": "org/base", "r": 4, "lora_alpha": 8, "target_modules": ["query", "value"], "bias": "none", **(more or {})}
    dump(config, name, "adapter_config.json")
    save(os.path.join(ROOT, name, "adapter_model.safetensors"), tensors, "F32")
    expect(name, lambda text: unit(pool(states(c, merged, text), ["mean"])))


def whole(g, w, merged):
    out = {}
    for key in ("embeddings.word_embeddings.weight", "encoder.layer.1.output.LayerNorm.weight", QUERY + ".bias"):
        out[key.replace(".bias", ".base_layer.bias")] = merged[key] = (w[key] + random(g, *w[key].shape)).float().double()
    return out


def magnitudes(g, w, merged):
    out = {}
    for module in (QUERY, OUTPUT):
        m = (merged[module + ".weight"].norm(dim=1) * (1 + random(g, len(merged[module + ".weight"])))).float().double()
        out[module + ".lora_magnitude_vector"] = m
        merged[module + ".weight"] = merged[module + ".weight"] * (m / merged[module + ".weight"].norm(dim=1))[:, None]
    return out


def bias(g, w, merged):
    b = random(g, 24).float().double()
    merged[QUERY + ".bias"] = w[QUERY + ".bias"] + 2 * b
    return {QUERY + ".lora_B.bias": b}


adapter("lora", {QUERY: 4, VALUE: 4})
adapter("lora-fan-in-fan-out", {QUERY: 4, OUTPUT: 4}, {"fan_in_fan_out": True})
adapter("lora-rank-stabilized", {QUERY: 4, VALUE: 4}, {"use_rslora": True}, scale={QUERY: 4.0, VALUE: 4.0})
adapter("lora-patterns", {QUERY: 2, VALUE: 6, OUTPUT: 4}, {"rank_pattern": {"query": 2, "layer.1.attention.self.value": 6}, "alpha_pattern": {"value": 3, r".*layer\.0.*query": 20}}, scale={QUERY: 10.0, VALUE: 0.5, OUTPUT: 2.0})
adapter("lora-words", {QUERY: 4, TABLE: 4})
adapter("lora-whole-modules", {VALUE: 4}, {"modules_to_save": ["word_embeddings", "LayerNorm"], "bias": "all"}, extra=whole)
adapter("lora-magnitudes", {QUERY: 4, OUTPUT: 4}, {"use_dora": True}, extra=magnitudes)
adapter("lora-own-bias", {QUERY: 4}, {"lora_bias": True}, extra=bias)
adapter("lora-pooler-unused", {QUERY: 4}, extra=lambda g, w, merged: {"pooler.dense.lora_A.weight": random(g, 4, 24), "pooler.dense.lora_B.weight": random(g, 24, 4), "classifier.weight": random(g, 2, 24)})


# Static tables: StaticEmbedding counts the unknown token and keeps the truncation of tokenizer.json; model2vec leaves it out.
def static(name, tensors, rows, truncation=None, model2vec=None):
    shutil.rmtree(os.path.join(ROOT, name), ignore_errors=True)
    path = "" if model2vec else "0_StaticEmbedding"
    os.makedirs(os.path.join(ROOT, name, path))
    save(os.path.join(ROOT, name, path, "model.safetensors"), tensors, "F16")
    E["tokenizer"](os.path.join(ROOT, name, path, "tokenizer.json"))
    if truncation:
        value = json.load(open(os.path.join(ROOT, name, path, "tokenizer.json")))
        value["truncation"] = {"direction": "Right", "max_length": truncation, "strategy": "LongestFirst", "stride": 0}
        dump(value, name, path, "tokenizer.json")
    if model2vec:
        dump({"model_type": "model2vec", "architectures": ["StaticModel"], "apply_pca": 256, "apply_zipf": True, "hidden_dim": 16, **model2vec}, name, "config.json")
    else:
        dump([{"idx": 0, "name": "0", "path": path, "type": "sentence_transformers.models.StaticEmbedding"}], name, "modules.json")
    known = lambda text: [len(SPECIAL) + WORDS.index(word) if word in WORDS else 1 for word in text.split()][:truncation]
    run = lambda text: rows[[i for i in known(text) if i != 1 or not model2vec]].mean(0)
    expect(name, run if not (model2vec or {}).get("normalize") else lambda text: unit(run(text)), texts=["ba zzz do", "ba be bi bo bu", "zzz yyy ba"] + ([] if model2vec else ["zzz"]))


table = random(torch.Generator().manual_seed(3), 64, 16).half().double()
static("static", {"embedding.weight": table}, table)
static("static-truncation", {"embedding.weight": table}, table, truncation=2)
static("static-model2vec-names", {"embeddings": table}, table)
static("model2vec", {"embeddings": table}, table, model2vec={"normalize": False})
static("model2vec-normalized", {"embeddings": table}, table, model2vec={"normalize": True})
