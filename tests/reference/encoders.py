"""Random checkpoints of every text encoder in the published layout, and the vectors PyTorch gives for them.

Usage: /usr/bin/python3 tests/reference/encoders.py    (Debian's python3-torch 1.13; nothing is downloaded)

Writes tests/Simile.Tests/Reference/encoders/<name>/: a sentence-transformers folder and expected.json with texts and vectors.
The networks are written here from the papers and from the layouts that Hugging Face's transformers publishes; no machine with
that library was at hand. Weights are rounded to the type they are stored in, then everything is computed in 64-bit floats.
Tolerance in the tests: 1e-5 for fp32.
"""
import json, math, os, shutil, struct
import torch
import torch.nn.functional as F

ROOT = os.path.join(os.path.dirname(__file__), "..", "Simile.Tests", "Reference", "encoders")
WORDS = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u")]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def save(path, tensors, kind):
    header, blobs, offset = {}, [], 0
    for name, value in tensors.items():
        stored = value.to(TYPES[kind]).contiguous()
        blob = stored.view(torch.int16).numpy().tobytes() if kind != "F32" else stored.numpy().tobytes()
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def tokenizer(path):
    vocab = {word: i for i, word in enumerate(SPECIAL + WORDS)}
    part = lambda token: {"SpecialToken": {"id": token, "type_id": 0}}
    json.dump({
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for i, t in enumerate(SPECIAL)],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing", "single": [part("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, part("[SEP]")], "pair": [],
                           "special_tokens": {t: {"id": t, "ids": [vocab[t]], "tokens": [t]} for t in ("[CLS]", "[SEP]")}},
        "decoder": None,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab},
    }, open(path, "w"))


def random(generator, *shape, scale=0.15):
    return torch.randn(*shape, generator=generator, dtype=torch.float64) * scale


def norm(x, w, name, eps):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w.get(name + ".bias"), eps)


def linear(x, w, name):
    return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))


def attention(q, k, v, heads, bias=None):
    split = lambda x: x.view(x.shape[0], heads, -1).transpose(0, 1)
    q, k, v = split(q), split(k), split(v)
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    scores = scores if bias is None else scores + bias
    return (scores.softmax(-1) @ v).transpose(0, 1).reshape(q.shape[1], -1)


ACTS = {"gelu": F.gelu, "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))), "relu": F.relu}


def bert(w, c, ids, first=0, types=0):
    eps, heads = c["layer_norm_eps"], c["num_attention_heads"]
    n = len(ids)
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][first:first + n] + w["embeddings.token_type_embeddings.weight"][types]
    x = norm(x, w, "embeddings.LayerNorm", eps)
    for i in range(c["num_hidden_layers"]):
        p = f"encoder.layer.{i}."
        a = attention(*(linear(x, w, p + "attention.self." + part) for part in ("query", "key", "value")), heads)
        x = norm(linear(a, w, p + "attention.output.dense") + x, w, p + "attention.output.LayerNorm", eps)
        h = ACTS[c["hidden_act"]](linear(x, w, p + "intermediate.dense"))
        x = norm(linear(h, w, p + "output.dense") + x, w, p + "output.LayerNorm", eps)
    return x


def bert_weights(g, c):
    h, i = c["hidden_size"], c["intermediate_size"]
    w = {"embeddings.word_embeddings.weight": random(g, c["vocab_size"], h), "embeddings.position_embeddings.weight": random(g, c["max_position_embeddings"], h),
         "embeddings.token_type_embeddings.weight": random(g, c["type_vocab_size"], h)}
    add_norm(g, w, "embeddings.LayerNorm", h)
    for n in range(c["num_hidden_layers"]):
        p = f"encoder.layer.{n}."
        for part in ("query", "key", "value"):
            add_linear(g, w, p + "attention.self." + part, h, h)
        add_linear(g, w, p + "attention.output.dense", h, h)
        add_norm(g, w, p + "attention.output.LayerNorm", h)
        add_linear(g, w, p + "intermediate.dense", i, h)
        add_linear(g, w, p + "output.dense", h, i)
        add_norm(g, w, p + "output.LayerNorm", h)
    return w


def add_linear(g, w, name, outputs, inputs, bias=True):
    w[name + ".weight"] = random(g, outputs, inputs)
    if bias:
        w[name + ".bias"] = random(g, outputs)


def add_norm(g, w, name, size, bias=True):
    w[name + ".weight"] = 1 + random(g, size)
    if bias:
        w[name + ".bias"] = random(g, size)


def distilbert(w, c, ids):
    n, heads = len(ids), c["n_heads"]
    x = norm(w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:n], w, "embeddings.LayerNorm", 1e-12)
    for i in range(c["n_layers"]):
        p = f"transformer.layer.{i}."
        a = attention(*(linear(x, w, p + "attention." + part) for part in ("q_lin", "k_lin", "v_lin")), heads)
        x = norm(linear(a, w, p + "attention.out_lin") + x, w, p + "sa_layer_norm", 1e-12)
        x = norm(linear(ACTS[c["activation"]](linear(x, w, p + "ffn.lin1")), w, p + "ffn.lin2") + x, w, p + "output_layer_norm", 1e-12)
    return x


def distilbert_weights(g, c):
    h, i = c["dim"], c["hidden_dim"]
    w = {"embeddings.word_embeddings.weight": random(g, c["vocab_size"], h), "embeddings.position_embeddings.weight": random(g, c["max_position_embeddings"], h)}
    add_norm(g, w, "embeddings.LayerNorm", h)
    for n in range(c["n_layers"]):
        p = f"transformer.layer.{n}."
        for part in ("q_lin", "k_lin", "v_lin", "out_lin"):
            add_linear(g, w, p + "attention." + part, h, h)
        add_norm(g, w, p + "sa_layer_norm", h)
        add_linear(g, w, p + "ffn.lin1", i, h)
        add_linear(g, w, p + "ffn.lin2", h, i)
        add_norm(g, w, p + "output_layer_norm", h)
    return w


def buckets(n, count=32, longest=128):
    # T5's buckets in both directions, as MPNet uses them: distance = key - query.
    distance = torch.arange(n)[None, :] - torch.arange(n)[:, None]
    half = count // 2
    result = (distance > 0).long() * half
    away = distance.abs()
    exact = half // 2
    large = exact + (torch.log(away.float() / exact) / math.log(longest / exact) * (half - exact)).clamp(min=0).long()
    return result + torch.where(away < exact, away, large.clamp(max=half - 1))


def mpnet(w, c, ids):
    n, heads, eps = len(ids), c["num_attention_heads"], c["layer_norm_eps"]
    x = norm(w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][2:2 + n], w, "embeddings.LayerNorm", eps)
    bias = w["encoder.relative_attention_bias.weight"][buckets(n)].permute(2, 0, 1)
    for i in range(c["num_hidden_layers"]):
        p = f"encoder.layer.{i}."
        a = attention(*(linear(x, w, p + "attention.attn." + part) for part in "qkv"), heads, bias)
        x = norm(linear(a, w, p + "attention.attn.o") + x, w, p + "attention.LayerNorm", eps)
        x = norm(linear(ACTS[c["hidden_act"]](linear(x, w, p + "intermediate.dense")), w, p + "output.dense") + x, w, p + "output.LayerNorm", eps)
    return x


def mpnet_weights(g, c):
    h, i = c["hidden_size"], c["intermediate_size"]
    w = {"embeddings.word_embeddings.weight": random(g, c["vocab_size"], h), "embeddings.position_embeddings.weight": random(g, c["max_position_embeddings"], h),
         "encoder.relative_attention_bias.weight": random(g, 32, c["num_attention_heads"], scale=1.0)}
    add_norm(g, w, "embeddings.LayerNorm", h)
    for n in range(c["num_hidden_layers"]):
        p = f"encoder.layer.{n}."
        for part in "qkvo":
            add_linear(g, w, p + "attention.attn." + part, h, h)
        add_norm(g, w, p + "attention.LayerNorm", h)
        add_linear(g, w, p + "intermediate.dense", i, h)
        add_linear(g, w, p + "output.dense", h, i)
        add_norm(g, w, p + "output.LayerNorm", h)
    return w


def rotate(x, heads, theta):
    n, d = x.shape[0], x.shape[1] // heads
    frequencies = 1 / theta ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
    angles = torch.arange(n, dtype=torch.float64)[:, None] * frequencies[None, :]
    cos, sin = torch.cat([angles.cos()] * 2, -1)[:, None], torch.cat([angles.sin()] * 2, -1)[:, None]
    x = x.view(n, heads, d)
    turned = torch.cat([-x[..., d // 2:], x[..., :d // 2]], -1)
    return (x * cos + turned * sin).reshape(n, -1)


def modernbert(w, c, ids):
    n, heads, eps = len(ids), c["num_attention_heads"], c["norm_eps"]
    x = norm(w["embeddings.tok_embeddings.weight"][ids], w, "embeddings.norm", eps)
    away = (torch.arange(n)[None, :] - torch.arange(n)[:, None]).abs()
    window = torch.where(away <= c["local_attention"] // 2, 0.0, -math.inf).double()
    for i in range(c["num_hidden_layers"]):
        p = f"layers.{i}."
        everywhere = i % c["global_attn_every_n_layers"] == 0
        theta = c["global_rope_theta"] if everywhere else c["local_rope_theta"]
        h = x if i == 0 else norm(x, w, p + "attn_norm", eps)
        q, k, v = linear(h, w, p + "attn.Wqkv").chunk(3, -1)
        x = x + linear(attention(rotate(q, heads, theta), rotate(k, heads, theta), v, heads, None if everywhere else window), w, p + "attn.Wo")
        under, beside = linear(norm(x, w, p + "mlp_norm", eps), w, p + "mlp.Wi").chunk(2, -1)
        x = x + linear(F.gelu(under) * beside, w, p + "mlp.Wo")
    return norm(x, w, "final_norm", eps)


def modernbert_weights(g, c):
    h, i = c["hidden_size"], c["intermediate_size"]
    w = {"embeddings.tok_embeddings.weight": random(g, c["vocab_size"], h)}
    add_norm(g, w, "embeddings.norm", h, False)
    for n in range(c["num_hidden_layers"]):
        p = f"layers.{n}."
        if n:
            add_norm(g, w, p + "attn_norm", h, False)
        add_linear(g, w, p + "attn.Wqkv", 3 * h, h, False)
        add_linear(g, w, p + "attn.Wo", h, h, False)
        add_norm(g, w, p + "mlp_norm", h, False)
        add_linear(g, w, p + "mlp.Wi", 2 * i, h, False)
        add_linear(g, w, p + "mlp.Wo", h, i, False)
    add_norm(g, w, "final_norm", h, False)
    return w


def nomic(w, c, ids):
    heads, eps = c["n_head"], c["layer_norm_epsilon"]
    x = norm(w["embeddings.word_embeddings.weight"][ids] + w["embeddings.token_type_embeddings.weight"][0], w, "emb_ln", eps)
    for i in range(c["n_layer"]):
        p = f"encoder.layers.{i}."
        q, k, v = linear(x, w, p + "attn.Wqkv").chunk(3, -1)
        theta = c["rotary_emb_base"]
        x = norm(x + linear(attention(rotate(q, heads, theta), rotate(k, heads, theta), v, heads), w, p + "attn.out_proj"), w, p + "norm1", eps)
        h = linear(x, w, p + "mlp.fc11") * F.silu(linear(x, w, p + "mlp.fc12"))
        x = norm(x + linear(h, w, p + "mlp.fc2"), w, p + "norm2", eps)
    return x


def nomic_weights(g, c):
    h, i = c["n_embd"], c["n_inner"]
    w = {"embeddings.word_embeddings.weight": random(g, c["vocab_size"], h), "embeddings.token_type_embeddings.weight": random(g, 2, h)}
    add_norm(g, w, "emb_ln", h)
    for n in range(c["n_layer"]):
        p = f"encoder.layers.{n}."
        add_linear(g, w, p + "attn.Wqkv", 3 * h, h, False)
        add_linear(g, w, p + "attn.out_proj", h, h, False)
        add_norm(g, w, p + "norm1", h)
        for part in ("fc11", "fc12"):
            add_linear(g, w, p + "mlp." + part, i, h, False)
        add_linear(g, w, p + "mlp.fc2", h, i, False)
        add_norm(g, w, p + "norm2", h)
    return w


def pool(x, modes):
    n = x.shape[0]
    weights = torch.arange(1, n + 1, dtype=torch.float64)[:, None]
    each = {"cls_token": lambda: x[0], "max_tokens": lambda: x.max(0).values, "mean_tokens": lambda: x.mean(0), "mean_sqrt_len_tokens": lambda: x.sum(0) / math.sqrt(n),
            "weightedmean_tokens": lambda: (x * weights).sum(0) / weights.sum(), "lasttoken": lambda: x[-1]}
    return torch.cat([each[mode]() for mode in modes])


def texts(g, longest):
    draw = lambda n: " ".join(WORDS[i] for i in torch.randint(len(WORDS), (n,), generator=g).tolist())
    return [draw(n) for n in (1, 2, 5, 9, 10, 11, 12, 23, 30, 31, 47, 61, longest)]


BERT = {"hidden_size": 48, "num_attention_heads": 3, "num_hidden_layers": 2, "intermediate_size": 72, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
        "max_position_embeddings": 80, "type_vocab_size": 2, "vocab_size": 64}
MODELS = {
    "bert": dict(config={"model_type": "bert", **BERT, "max_position_embeddings": 640, "hidden_size": 60, "num_attention_heads": 5}, make=bert_weights, run=bert, kind="F32", pooling=["mean_tokens"], normalize=True, longest=600),
    "bert-old-names": dict(config={"model_type": "bert", **BERT, "hidden_act": "gelu_new"}, make=bert_weights, run=bert, kind="F16", pooling=["cls_token", "max_tokens"], normalize=False, prefix="bert.", shards=True, old=True),
    "roberta": dict(config={"model_type": "roberta", **BERT, "layer_norm_eps": 1e-5, "type_vocab_size": 1, "pad_token_id": 1}, make=bert_weights, run=lambda w, c, ids: bert(w, c, ids, 2), kind="BF16", pooling=["mean_sqrt_len_tokens"], normalize=True),
    "xlm-roberta": dict(config={"model_type": "xlm-roberta", **BERT, "layer_norm_eps": 1e-5, "type_vocab_size": 1, "pad_token_id": 1}, make=bert_weights, run=lambda w, c, ids: bert(w, c, ids, 2), kind="F16", pooling=["weightedmean_tokens"], normalize=True, prefix="roberta."),
    "distilbert": dict(config={"model_type": "distilbert", "dim": 64, "n_heads": 4, "n_layers": 2, "hidden_dim": 96, "activation": "gelu", "max_position_embeddings": 80, "vocab_size": 64}, make=distilbert_weights, run=distilbert, kind="F16", pooling=["lasttoken"], normalize=False, dense=(40, "Tanh")),
    "mpnet": dict(config={"model_type": "mpnet", "hidden_size": 48, "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 80, "hidden_act": "gelu", "layer_norm_eps": 1e-5, "max_position_embeddings": 642, "relative_attention_num_buckets": 32, "vocab_size": 64}, make=mpnet_weights, run=mpnet, kind="F16", pooling=["mean_tokens"], normalize=True, longest=600),
    "modernbert": dict(config={"model_type": "modernbert", "hidden_size": 64, "num_attention_heads": 2, "num_hidden_layers": 4, "intermediate_size": 40, "hidden_activation": "gelu", "norm_eps": 1e-5, "local_attention": 16, "global_attn_every_n_layers": 3, "global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "max_position_embeddings": 1024, "vocab_size": 64}, make=modernbert_weights, run=modernbert, kind="F16", pooling=["cls_token"], normalize=True, prefix="model.", longest=700),
    "nomic-bert": dict(config={"model_type": "nomic_bert", "n_embd": 48, "n_head": 3, "n_layer": 2, "n_inner": 72, "activation_function": "swiglu", "layer_norm_epsilon": 1e-12, "rotary_emb_base": 1000, "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": False, "rotary_emb_scale_base": None, "prenorm": False, "n_positions": 1024, "type_vocab_size": 2, "vocab_size": 64}, make=nomic_weights, run=nomic, kind="F16", pooling=["mean_tokens"], normalize=True, longest=700),
}


def build(seed, name, m):
    g = torch.Generator().manual_seed(seed)
    folder = os.path.join(ROOT, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "1_Pooling"))
    config = m["config"]
    weights = {k: v.to(TYPES[m["kind"]]).double() for k, v in m["make"](g, config).items()}
    stored = {m.get("prefix", "") + k: v for k, v in weights.items()}
    if m.get("old"):
        stored = {k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): v for k, v in stored.items()}
    if m.get("shards"):
        names, half = list(stored), len(stored) // 2
        files = {"model-00001-of-00002.safetensors": names[:half], "model-00002-of-00002.safetensors": names[half:]}
        for file, part in files.items():
            save(os.path.join(folder, file), {k: stored[k] for k in part}, m["kind"])
        json.dump({"metadata": {}, "weight_map": {k: file for file, part in files.items() for k in part}}, open(os.path.join(folder, "model.safetensors.index.json"), "w"))
    else:
        save(os.path.join(folder, "model.safetensors"), stored, m["kind"])
    width = config.get("hidden_size") or config.get("dim") or config["n_embd"]
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    flags = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
    json.dump({"word_embedding_dimension": width, **{"pooling_mode_" + f: f in m["pooling"] for f in flags}}, open(os.path.join(folder, "1_Pooling", "config.json"), "w"))
    dense = None
    if "dense" in m:
        outputs, function = m["dense"]
        dense = {"linear.weight": random(g, outputs, width).float().double(), "linear.bias": random(g, outputs).float().double()}
        os.makedirs(os.path.join(folder, "2_Dense"))
        save(os.path.join(folder, "2_Dense", "model.safetensors"), dense, "F32")
        json.dump({"in_features": width, "out_features": outputs, "bias": True, "activation_function": "torch.nn.modules.activation." + function}, open(os.path.join(folder, "2_Dense", "config.json"), "w"))
        modules.append(("2_Dense", "Dense"))
    if m["normalize"]:
        modules.append((f"{len(modules)}_Normalize", "Normalize"))
    json.dump([{"idx": i, "name": str(i), "path": path, "type": "sentence_transformers.models." + kind} for i, (path, kind) in enumerate(modules)], open(os.path.join(folder, "modules.json"), "w"))
    json.dump(config, open(os.path.join(folder, "config.json"), "w"))
    json.dump({"max_seq_length": m.get("longest", 64) + 2, "do_lower_case": False}, open(os.path.join(folder, "sentence_bert_config.json"), "w"))
    tokenizer(os.path.join(folder, "tokenizer.json"))
    examples, vectors = texts(g, m.get("longest", 62)), []
    for text in examples:
        ids = [2] + [len(SPECIAL) + WORDS.index(word) for word in text.split()] + [3]
        x = pool(m["run"](weights, config, ids), m["pooling"])
        x = torch.tanh(linear(x, dense, "linear")) if dense else x
        vectors.append((F.normalize(x, dim=0) if m["normalize"] else x).tolist())
    json.dump({"made_by": f"tests/reference/encoders.py with torch {torch.__version__}", "texts": examples, "vectors": [[round(v, 9) for v in vector] for vector in vectors]}, open(os.path.join(folder, "expected.json"), "w"))


# Who imports this wants its networks, not its files.
MODELS = MODELS if __name__ == "__main__" else {}
for seed, (name, model) in enumerate(MODELS.items()):
    build(seed, name, model)
    print(name)
