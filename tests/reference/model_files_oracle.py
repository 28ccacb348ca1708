"""What transformers, sentence-transformers and PEFT themselves write and give: tiny random model folders, and their vectors.

Usage: python tests/reference/model_files_oracle.py OUT_DIR     (transformers 5.17, sentence-transformers 6.0, peft 0.21, torch 2.11; CPU; no network)

Writes OUT_DIR/<case>/ (the folder as the libraries save it, or as one edits it by hand) with expected.json beside: texts, vectors by the way they were asked for,
and versions; OUT_DIR/results.json lists all cases, with the error where a library refused.
"""
import json, math, os, shutil, sys, traceback

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
import peft
import sentence_transformers
import torch
import transformers
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoModel, PreTrainedTokenizerFast

OUT = sys.argv[1] if len(sys.argv) > 1 else "out"
os.makedirs(OUT, exist_ok=True)
VERSIONS = {"torch": torch.__version__, "transformers": transformers.__version__, "sentence_transformers": sentence_transformers.__version__, "peft": peft.__version__}
WORDS = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u")]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
TEXTS = ["ba be bi", "do ka lu me ni po", "ra", "sa se si so su ta te ti to tu ba be bi bo bu da de di do du"]
SMALL = dict(vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48)
RESULTS, CASES = {}, []

try:
    from sentence_transformers.sentence_transformer.modules import Dense, Dropout, LayerNorm, Normalize, Pooling, StaticEmbedding, Transformer, WordWeights
except ImportError:
    from sentence_transformers.models import Dense, Dropout, LayerNorm, Normalize, Pooling, StaticEmbedding, Transformer, WordWeights


def case(function):
    CASES.append(function)
    return function


def path(*parts):
    return os.path.join(OUT, *parts)


def fresh(name):
    shutil.rmtree(path(name), ignore_errors=True)
    os.makedirs(path(name))
    return path(name)


def edit(file, **values):
    content = json.load(open(file)) if os.path.exists(file) else {}
    for key, value in values.items():
        if value is Ellipsis:
            content.pop(key, None)
        else:
            content[key] = value
    json.dump(content, open(file, "w"), indent=1)


def backend(words=SPECIAL + WORDS, template=True):
    vocabulary = {word: i for i, word in enumerate(words)}
    t = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if template:
        t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])])
    t.add_special_tokens([w for w in SPECIAL if w in vocabulary])
    return t


def tokenizer(where, **more):
    PreTrainedTokenizerFast(tokenizer_object=backend(), pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", **{"model_max_length": 60, **more}).save_pretrained(where)


def randomize(model, seed=1, scale=0.15):
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            value = torch.randn(p.shape, generator=g) * scale
            p.copy_(value + 1 if p.dim() == 1 and name.endswith("weight") and "orm" in name else value)
    return model.eval()


def network(name, config, seed=1, **more):
    """A transformer with its tokenizer, saved by transformers alone."""
    where = fresh(name)
    randomize(AutoModel.from_config(config), seed).save_pretrained(where)
    tokenizer(where, **more)
    return where


def bert(name="base", **more):
    return network(name, transformers.BertConfig(**{**SMALL, "max_position_embeddings": 64, **more}))


def sentence(name, base, *modules, **more):
    """A sentence-transformers folder as the library saves it."""
    first = Transformer(base)
    model = SentenceTransformer(modules=[first, *modules], device="cpu", **more)
    shutil.rmtree(path(name), ignore_errors=True)
    model.save(path(name), create_model_card=False)
    return path(name)


def expect(name, texts=TEXTS, ways=("encode",), **more):
    """Loads the folder anew, embeds, and writes expected.json."""
    model = SentenceTransformer(path(name), device="cpu")
    result = {"texts": texts, "versions": VERSIONS}
    for way in ways:
        vectors = getattr(model, way)(texts, **more)
        result[way] = [[round(float(v), 8) for v in vector] for vector in vectors]
    result["max_seq_length"] = None if model.max_seq_length in (None, math.inf) else int(model.max_seq_length)
    json.dump(result, open(path(name, "expected.json"), "w"))
    RESULTS[name] = {"ok": True, "max_seq_length": result["max_seq_length"], "norms": [round(float(np.linalg.norm(v)), 5) for v in result[ways[0]]],
                     "dimensions": len(result[ways[0]][0]), "files": sorted(os.path.relpath(os.path.join(d, f), path(name)) for d, _, fs in os.walk(path(name)) for f in fs)}


# ---- what is written today ---------------------------------------------------------------------
def family(name, config, *modules, seed=1, **more):
    base = network("_" + name, config, seed, **more)
    sentence(name, base, *(modules or (Pooling(32, "mean"), Normalize())))
    expect(name)


@case
def families():
    roberta = {**SMALL, "max_position_embeddings": 64, "type_vocab_size": 1, "layer_norm_eps": 1e-5}
    for name, make in {
        "bert": lambda: transformers.BertConfig(**SMALL, max_position_embeddings=64),
        "roberta-pad-0": lambda: transformers.RobertaConfig(**roberta, pad_token_id=0),
        "roberta-pad-1": lambda: transformers.RobertaConfig(**roberta, pad_token_id=1),
        "roberta-pad-3": lambda: transformers.RobertaConfig(**roberta, pad_token_id=3),
        "roberta-pad-5": lambda: transformers.RobertaConfig(**roberta, pad_token_id=5),
        "xlm-roberta": lambda: transformers.XLMRobertaConfig(**roberta, pad_token_id=0),
        "camembert": lambda: transformers.CamembertConfig(**roberta, pad_token_id=0),
        "distilbert": lambda: transformers.DistilBertConfig(vocab_size=64, dim=32, n_heads=2, n_layers=2, hidden_dim=48, max_position_embeddings=64),
        "mpnet-pad-0": lambda: transformers.MPNetConfig(**SMALL, max_position_embeddings=64, pad_token_id=0),
        "mpnet-pad-1": lambda: transformers.MPNetConfig(**SMALL, max_position_embeddings=64, pad_token_id=1),
        "modernbert": lambda: transformers.ModernBertConfig(**{**SMALL, "num_hidden_layers": 4}, max_position_embeddings=64, local_attention=6, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3),
        "nomic-bert": lambda: transformers.NomicBertConfig(**SMALL, max_position_embeddings=64, hidden_act="silu"),
    }.items():
        attempt(name, lambda: family(name, make()))


@case
def modernbert_spellings():
    c = dict({**SMALL, "num_hidden_layers": 4}, max_position_embeddings=64, local_attention=6, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3)
    edits = {
        "modernbert-old": dict(rope_parameters=..., layer_types=..., global_attn_every_n_layers=2, global_rope_theta=500.0, local_rope_theta=50.0),
        "modernbert-thetas": dict(rope_parameters={"full_attention": {"rope_theta": 500.0, "rope_type": "default"}, "sliding_attention": {"rope_theta": 50.0, "rope_type": "default"}}),
        "modernbert-one-theta": dict(rope_parameters={"full_attention": {"rope_theta": 500.0, "rope_type": "default"}}, local_rope_theta=70.0),
        "modernbert-layer-types": dict(layer_types=["sliding_attention", "full_attention", "sliding_attention", "sliding_attention"]),
        "modernbert-linear": dict(rope_parameters={"full_attention": {"rope_theta": 500.0, "rope_type": "linear", "factor": 2.0}, "sliding_attention": {"rope_theta": 50.0, "rope_type": "default"}}),
        "modernbert-biases-unasked": dict(attention_bias=False),
        "modernbert-sliding-window": dict(sliding_window=2),
    }
    for name, values in edits.items():
        def make(name=name, values=values):
            more = dict(attention_bias=True, mlp_bias=True, norm_bias=True) if "biases" in name else {}
            base = network("_" + name, transformers.ModernBertConfig(**c, **more))
            sentence(name, base, Pooling(32, "mean"))
            edit(path(name, "config.json"), **values)
            expect(name)
        attempt(name, make)


@case
def pooling():
    base = bert("_pooling")
    for name, modes in {"pooling-cls-mean": ["cls", "mean"], "pooling-mean-cls": ["mean", "cls"], "pooling-four": ["max", "weightedmean", "lasttoken", "mean_sqrt_len_tokens"], "pooling-one-in-list": ["max"]}.items():
        attempt(name, lambda: (sentence(name, base, Pooling(32, tuple(modes))), expect(name)))
    flags = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
    old = lambda *on: {"word_embedding_dimension": 32, **{"pooling_mode_" + f: f in on for f in flags}}
    for name, config in {
        "pooling-old-none": old(), "pooling-old-some": {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": False}, "pooling-old-empty": {"word_embedding_dimension": 32},
        "pooling-old-three": old("mean_tokens", "cls_token", "lasttoken"), "pooling-both-spellings": {**old("cls_token"), "pooling_mode": "mean"},
        "pooling-twice-the-same": {"embedding_dimension": 32, "pooling_mode": ["mean", "mean"]}, "pooling-empty-list": {"embedding_dimension": 32, "pooling_mode": []},
        "pooling-null": {"embedding_dimension": 32, "pooling_mode": None},
    }.items():
        def make(name=name, config=config):
            sentence(name, base, Pooling(32, "mean"))
            json.dump(config, open(path(name, "1_Pooling", "config.json"), "w"))
            expect(name)
        attempt(name, make)
    for mode in ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"):
        name = "prompt-left-out-" + mode
        attempt(name, lambda: (sentence(name, base, Pooling(32, mode, include_prompt=False), prompts={"query": "ma me ", "document": ""}), expect(name, ways=("encode", "encode_query", "encode_document"))))


@case
def prompts():
    base = bert("_prompts")
    for name, values in {
        "prompts-default": dict(prompts={"query": "ma ", "other": "mo mu "}, default_prompt_name="other"),
        "prompts-corpus": dict(prompts={"query": "ma ", "corpus": "mo mu "}, default_prompt_name=None),
        "prompts-passage-and-document": dict(prompts={"passage": "ma ", "document": "mo mu "}, default_prompt_name=None),
        "prompts-empty-default": dict(prompts={"query": "", "document": "mo "}, default_prompt_name="query"),
        "prompts-unknown-default": dict(prompts={"query": "ma "}, default_prompt_name="nothing"),
    }.items():
        def make(name=name, values=values):
            sentence(name, base, Pooling(32, "mean"), Normalize())
            edit(path(name, "config_sentence_transformers.json"), **values)
            expect(name, ways=("encode", "encode_query", "encode_document"))
        attempt(name, make)
    for name, more in {"truncate-dim": (Normalize(),), "truncate-dim-plain": ()}.items():
        attempt(name, lambda: (sentence(name, base, Pooling(32, "mean"), *more, truncate_dim=8), edit(path(name, "config_sentence_transformers.json"), truncate_dim=8), expect(name)))


@case
def modules():
    base = bert("_modules")
    torch.manual_seed(3)
    dense = lambda i, o, **more: randomize(Dense(i, o, **more), seed=i * 100 + o, scale=0.3)
    for name, make in {
        "modules-normalize-dense": lambda: (Pooling(32, "mean"), Normalize(), dense(32, 20)),
        "modules-normalize-dense-normalize": lambda: (Pooling(32, "mean"), Normalize(), dense(32, 20, activation_function=torch.nn.Identity()), Normalize()),
        "modules-dense-dense": lambda: (Pooling(32, "cls"), dense(32, 40, bias=False), dense(40, 12, activation_function=torch.nn.GELU()), Normalize()),
        "modules-dense-no-activation": lambda: (Pooling(32, "mean"), dense(32, 16, activation_function=None)),
        "modules-residual": lambda: (Pooling(32, "mean"), dense(32, 32, use_residual=True)),
        "modules-residual-projected": lambda: (Pooling(32, "mean"), dense(32, 20, use_residual=True)),
        "modules-dropout": lambda: (Pooling(32, "mean"), Dropout(0.3), Normalize()),
        "modules-layernorm": lambda: (Pooling(32, "mean"), randomize(LayerNorm(32), seed=5)),
        "modules-two-normalize": lambda: (Pooling(32, "mean"), Normalize(), Normalize()),
    }.items():
        attempt(name, lambda: (sentence(name, base, *make()), expect(name)))


@case
def limits():
    base = bert("_limits")
    for name, edits in {
        "limit-sentence-bert": {"sentence_bert_config.json": dict(max_seq_length=6)},
        "limit-tokenizer": {"tokenizer_config.json": dict(model_max_length=7)},
        "limit-positions": {"tokenizer_config.json": dict(model_max_length=1000000000000000019884624838656)},
        "limit-both": {"sentence_bert_config.json": dict(max_seq_length=9), "tokenizer_config.json": dict(model_max_length=7)},
        "lower-case": {"sentence_bert_config.json": dict(do_lower_case=True)},
    }.items():
        def make(name=name, edits=edits):
            sentence(name, base, Pooling(32, "mean"))
            for file, values in edits.items():
                edit(path(name, file), **values)
            expect(name)
        attempt(name, make)
    for old in ("roberta", "xlm-roberta"):
        name = "limit-" + old + "-config"
        def make(name=name, old=old):
            sentence(name, base, Pooling(32, "mean"))
            os.remove(path(name, "sentence_bert_config.json"))
            json.dump({"max_seq_length": 5, "do_lower_case": False}, open(path(name, f"sentence_{old}_config.json"), "w"))
            expect(name)
        attempt(name, make)

    def inside():
        base = network("_pad-inside", transformers.RobertaConfig(**SMALL, max_position_embeddings=64, type_vocab_size=1, pad_token_id=0))
        sentence("pad-inside", base, Pooling(32, "mean"))
        expect("pad-inside", texts=["ba be", "ba [PAD] be bi", "[PAD] ba"])
    attempt("pad-inside", inside)


# ---- static ------------------------------------------------------------------------------------
@case
def static():
    table = torch.randn(64, 16, generator=torch.Generator().manual_seed(3))
    texts = ["ba zzz do", "zzz", "ba be bi bo bu da de", "zzz yyy ba", "[CLS] ba"]

    def plain(name, t, *more):
        SentenceTransformer(modules=[StaticEmbedding(t, embedding_weights=table), *more], device="cpu").save(fresh(name), create_model_card=False)
        expect(name, texts=texts)

    attempt("static", lambda: plain("static", backend()))
    attempt("static-normalized", lambda: plain("static-normalized", backend(), Normalize()))

    def cut():
        t = backend()
        t.enable_truncation(3)
        plain("static-truncation", t)
    attempt("static-truncation", cut)

    def folded():
        plain("static-model2vec-keys", backend())
        file = path("static-model2vec-keys", "0_StaticEmbedding", "model.safetensors")
        file = file if os.path.exists(file) else path("static-model2vec-keys", "model.safetensors")
        mapping = torch.arange(64) % 10
        save_file({"embeddings": table[:10].contiguous(), "mapping": mapping, "weights": torch.rand(64, generator=torch.Generator().manual_seed(4), dtype=torch.float64)}, file)
        expect("static-model2vec-keys", texts=texts)
    attempt("static-model2vec-keys", folded)

    def model2vec():
        import model2vec
        VERSIONS["model2vec"] = model2vec.__version__
        for name, more in {"model2vec": {}, "model2vec-normalized": {"normalize": True}, "model2vec-folded": {"weights": np.linspace(0.2, 2, 64), "token_mapping": (np.arange(64) % 10).astype(int)}}.items():
            def make(name=name, more=more):
                rows = table.numpy() if "token_mapping" not in more else table[:10].numpy()
                m = model2vec.StaticModel(vectors=rows, tokenizer=backend(), config={"normalize": more.get("normalize", False)}, **more)
                m.save_pretrained(fresh(name))
                m = model2vec.StaticModel.from_pretrained(path(name))
                json.dump({"texts": texts, "versions": VERSIONS, "encode": m.encode(texts).tolist()}, open(path(name, "expected.json"), "w"))
                RESULTS[name] = {"ok": True, "files": sorted(os.listdir(path(name)))}
            attempt(name, make)
    attempt("model2vec-library", model2vec)


# ---- adapters ----------------------------------------------------------------------------------
@case
def adapters():
    from peft import LoraConfig, PeftModel, get_peft_model
    layers = ["query", "value"]
    for name, config in {
        "lora": dict(r=4, lora_alpha=8, target_modules=layers),
        "lora-rank-stabilized": dict(r=4, lora_alpha=8, target_modules=layers, use_rslora=True),
        "lora-patterns": dict(r=4, lora_alpha=8, target_modules=layers, rank_pattern={"query": 2, "layer.1.attention.self.value": 6}, alpha_pattern={"value": 3, r".*layer\.0.*query": 20}),
        "lora-fan-in-fan-out": dict(r=4, lora_alpha=8, target_modules=layers, fan_in_fan_out=True),
        "lora-all-linear": dict(r=3, lora_alpha=5, target_modules="all-linear"),
        "lora-dense-and-words": dict(r=3, lora_alpha=5, target_modules=["dense", "word_embeddings"]),
        "lora-bias-only": dict(r=3, lora_alpha=5, target_modules=layers, bias="lora_only"),
        "lora-bias-all": dict(r=3, lora_alpha=5, target_modules=layers, bias="all"),
        "lora-own-bias": dict(r=3, lora_alpha=5, target_modules=layers, lora_bias=True),
        "lora-modules-to-save": dict(r=3, lora_alpha=5, target_modules=layers, modules_to_save=["word_embeddings", "LayerNorm"]),
        "lora-dora": dict(r=3, lora_alpha=5, target_modules=["query", "dense"], use_dora=True),
        "lora-dora-words": dict(r=3, lora_alpha=5, target_modules=["query", "word_embeddings"], use_dora=True),
        "lora-one-layer": dict(r=3, lora_alpha=5, target_modules=layers, layers_to_transform=[1]),
        "lora-new-tokens": dict(r=3, lora_alpha=5, target_modules=layers, trainable_token_indices=[5, 9]),
    }.items():
        def make(name=name, config=config):
            base = bert("_" + name)
            model = get_peft_model(AutoModel.from_pretrained(base), LoraConfig(task_type="FEATURE_EXTRACTION", **config))
            g = torch.Generator().manual_seed(11)
            with torch.no_grad():
                for key, p in sorted(model.named_parameters()):
                    if p.requires_grad:
                        p.copy_(p + torch.randn(p.shape, generator=g) * 0.2)
            # The base's folder with the adapter beside the weights.
            where = sentence(name, base, Pooling(32, "mean"), Normalize())
            model.save_pretrained(path(name + "-alone"))
            for file in ("adapter_config.json", "adapter_model.safetensors"):
                shutil.copy(path(name + "-alone", file), where)
            loaded = PeftModel.from_pretrained(AutoModel.from_pretrained(base), path(name + "-alone")).eval()
            t = PreTrainedTokenizerFast.from_pretrained(base)
            vectors = []
            for text in TEXTS:
                with torch.no_grad():
                    states = loaded(**{k: v for k, v in t(text, return_tensors="pt").items() if k != "token_type_ids"}).last_hidden_state[0]
                vectors.append(torch.nn.functional.normalize(states.mean(0), dim=0).tolist())
            json.dump({"texts": TEXTS, "versions": VERSIONS, "encode": vectors}, open(path(name, "expected.json"), "w"))
            RESULTS[name] = {"ok": True, "tensors": {k: list(v.shape) for k, v in load_file(path(name, "adapter_model.safetensors")).items()}}
            shutil.rmtree(path(name + "-alone"))
            try:  # what sentence-transformers makes of this folder
                RESULTS[name]["sentence_transformers_gives_the_same"] = bool(np.allclose(SentenceTransformer(where, device="cpu").encode(TEXTS), vectors, atol=1e-4))
            except Exception as error:
                RESULTS[name]["sentence_transformers"] = f"{type(error).__name__}: {error}"
        attempt(name, make)

    def by_sentence_transformers():
        base = sentence("_added-base", bert("_added"), Pooling(32, "mean"), Normalize())
        model = SentenceTransformer(base, device="cpu")
        model.add_adapter(LoraConfig(r=4, lora_alpha=8, target_modules=layers, task_type="FEATURE_EXTRACTION"))
        with torch.no_grad():
            g = torch.Generator().manual_seed(12)
            for key, p in sorted(model.named_parameters()):
                if "lora_" in key:
                    p.copy_(torch.randn(p.shape, generator=g) * 0.2)
        vectors = model.encode(TEXTS)
        shutil.rmtree(path("lora-of-sentence-transformers"), ignore_errors=True)
        model.save(path("lora-of-sentence-transformers"), create_model_card=False)
        json.dump({"texts": TEXTS, "versions": VERSIONS, "encode": vectors.tolist()}, open(path("lora-of-sentence-transformers", "expected.json"), "w"))
        RESULTS["lora-of-sentence-transformers"] = {"ok": True, "files": sorted(os.path.relpath(os.path.join(d, f), path("lora-of-sentence-transformers")) for d, _, fs in os.walk(path("lora-of-sentence-transformers")) for f in fs)}
    attempt("lora-of-sentence-transformers", by_sentence_transformers)


# ---- two modalities ----------------------------------------------------------------------------
@case
def joint():
    def clip():
        words = SPECIAL + WORDS
        text = dict(vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=24, eos_token_id=3, bos_token_id=2, pad_token_id=0)
        vision = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2, image_size=28, patch_size=14)
        config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=20)
        where = fresh("_clip")
        randomize(transformers.CLIPModel(config)).save_pretrained(where)
        tokenizer(where, model_max_length=24)
        t = PreTrainedTokenizerFast.from_pretrained(where)
        image = transformers.CLIPImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
        transformers.CLIPProcessor(image_processor=image, tokenizer=t).save_pretrained(where)
        sentence("clip-of-sentence-transformers", where)
        expect("clip-of-sentence-transformers", texts=TEXTS[:3])
    attempt("clip-of-sentence-transformers", clip)


def attempt(name, make):
    try:
        result = make()
        RESULTS.setdefault(name, {"ok": True})
        return result
    except Exception as error:
        RESULTS[name] = {"ok": False, "error": f"{type(error).__name__}: {error}", "where": traceback.format_exc().splitlines()[-6:]}


for function in CASES:
    attempt(function.__name__, function)
for entry in os.listdir(OUT):  # bases that only served to make others
    if entry.startswith("_"):
        shutil.rmtree(path(entry))
json.dump({"versions": VERSIONS, "results": RESULTS}, open(path("results.json"), "w"), indent=1)
print(json.dumps({"versions": VERSIONS, "results": {k: (v.get("ok"), v.get("error", "")) for k, v in RESULTS.items()}}, indent=1))
