"""Random CLIP checkpoints in the published layouts, and the vectors PyTorch gives for texts and pictures.

Usage: /usr/bin/python3 tests/reference/clip.py    (Debian's python3-torch 1.13; nothing is downloaded)
       tests/reference/clip.mjs then compares the token ids with Hugging Face's own tokenizer.

Writes tests/Simile.Tests/Reference/clip/<name>/: a model folder and expected.json with texts, ids, vectors and logits.
  legacy     CLIPModel as OpenAI's are published: quick_gelu, eos_token_id 2 (the largest id is meant), position_ids, tokenizer.json
  module     sentence-transformers' 0_CLIPModel: gelu, an end token that is not the largest id, vocab.json and merges.txt
  text-only  CLIPTextModelWithProjection, most of its configuration left to defaults where it can be
The towers are written here from Radford et al. 2021 and Hugging Face's published layout; no machine with that library was at hand.
Texts are run alone and again padded: the pooled state must not change. Weights are rounded to the type they are stored in, then
everything is computed in 64-bit floats. Pictures are drawn from the hash of tests/reference/vision.py (seed 7000, times 2).
Tolerance in the tests: cosine 0.999999 and 1e-5 of the vector's length for fp32.
"""
import json, math, os, re, shutil, struct, unicodedata
import numpy, torch
import torch.nn.functional as F

ROOT = os.path.join(os.path.dirname(__file__), "..", "Simile.Tests", "Reference", "clip")
START, END = "<|startoftext|>", "<|endoftext|>"
CORPUS = "a photo of a dog . a photo of the cat's house , two dogs running in the park at night . an old red car near the sea ; the man isn't reading a newspaper ".split() * 3
TEXTS = ["a dog", "A photo of a CAT.", "two dogs running in the park", "dog's don't we've I'm", "  spaces\tand\nlines  ", "Zürich 漢字 👍🏽 naïve", "1234 x+y=z!!", "a", "?",
         "red car<|endoftext|>never read", "the <|startoftext|> inside", "a photo of the old sea near the house at night, an unbelievably quiet place", "word " * 31, "a dog and " * 40, "x" * 200]
TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
ACTS = {"gelu": F.gelu, "gelu_pytorch_tanh": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))), "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x)}


def save(path, tensors, kind):
    header, blobs, offset = {}, [], 0
    for name, value in tensors.items():
        own = "I64" if value.dtype == torch.int64 else kind
        stored = value.to(TYPES[own]).contiguous()
        blob = (stored.view(torch.int16) if own in ("F16", "BF16") and stored.dim() else stored).numpy().tobytes()
        header[name] = {"dtype": own, "shape": list(value.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


# GPT-2's printable stand-ins for the 256 bytes.
def byte_characters():
    plain = [*range(33, 127), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    spare = iter(range(256, 1024))
    return [chr(b) if b in plain else chr(next(spare)) for b in range(256)]


BYTES = byte_characters()
# re has no \p{L}; what stands here for it is enough for the texts above.
WORD = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+")


def spell(word):
    letters = [BYTES[b] for b in word.encode()]
    return letters[:-1] + [letters[-1] + "</w>"]


def merge(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        joined = tuple(symbols[i:i + 2]) == pair
        out.append("".join(pair) if joined else symbols[i])
        i += 2 if joined else 1
    return out


def train(count):
    words, merges = [spell(word) for word in CORPUS], []
    for _ in range(count):
        pairs = {}
        for word in words:
            for pair in zip(word, word[1:]):
                pairs[pair] = pairs.get(pair, 0) + 1
        best = max(sorted(pairs), key=pairs.get)
        merges.append(best)
        words = [merge(word, best) for word in words]
    return merges


class Tokenizer:
    def __init__(self, special_first):
        self.merges = train(48)
        pieces = BYTES + [c + "</w>" for c in BYTES] + ["".join(pair) for pair in self.merges]
        pieces = [START, END] + pieces if special_first else pieces + [START, END]
        self.vocab = {piece: i for i, piece in enumerate(pieces)}
        self.start, self.end = self.vocab[START], self.vocab[END]

    def ids(self, text, longest):
        result = []
        for part in re.split(r"(<\|startoftext\|>|<\|endoftext\|>)", text):
            if part in (START, END):
                result.append(self.vocab[part])
                continue
            part = re.sub(r"\s+", " ", unicodedata.normalize("NFC", part)).lower()
            for word in WORD.findall(part):
                symbols = spell(word)
                while len(symbols) > 1:
                    ranks = [self.merges.index(pair) if pair in self.merges else math.inf for pair in zip(symbols, symbols[1:])]
                    if min(ranks) == math.inf:
                        break
                    symbols = merge(symbols, self.merges[min(ranks)])
                result += [self.vocab[symbol] for symbol in symbols]
        return [self.start, *result[:longest - 2], self.end], len(result) + 2

    def write(self, folder, files):
        lines = [" ".join(pair) for pair in self.merges]
        if files:
            dump(folder, "vocab.json", self.vocab)
            open(os.path.join(folder, "merges.txt"), "w").write("#version: 0.2\n" + "\n".join(lines) + "\n")
            return
        token = lambda content, normalized: {"id": self.vocab[content], "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": normalized, "special": True}
        words = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
        dump(folder, "tokenizer.json", {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": [token(START, True), token(END, False)],
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}, {"type": "Lowercase"}]},
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": words}, "behavior": "Removed", "invert": True}, {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
            "post_processor": {"type": "RobertaProcessing", "sep": [END, self.end], "cls": [START, self.start], "trim_offsets": False, "add_prefix_space": False},
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": END, "continuing_subword_prefix": "", "end_of_word_suffix": "</w>", "fuse_unk": False, "vocab": self.vocab, "merges": lines},
        })


def dump(folder, name, content):
    json.dump(content, open(os.path.join(folder, name), "w"), ensure_ascii=False)


def tower_weights(g, prefix, c, final):
    random = lambda *shape, scale=0.15: torch.randn(*shape, generator=g, dtype=torch.float64) * scale
    h, i, w = c["hidden_size"], c["intermediate_size"], {}

    def norm(name):
        w.update({f"{prefix}{name}.weight": 1 + random(h), f"{prefix}{name}.bias": random(h)})

    def linear(name, rows, columns):
        w.update({f"{prefix}{name}.weight": random(rows, columns), f"{prefix}{name}.bias": random(rows)})
    if "patch_size" in c:
        if c.get("class", True):
            w[prefix + "embeddings.class_embedding"] = random(h)
        w[prefix + "embeddings.patch_embedding.weight"] = random(h, 3, c["patch_size"], c["patch_size"], scale=0.05)
        w[prefix + "embeddings.position_embedding.weight"] = random((c["image_size"] // c["patch_size"]) ** 2 + c.get("class", True), h)
        if c.get("class", True):
            norm("pre_layrnorm")
    else:
        w[prefix + "embeddings.token_embedding.weight"] = random(c["vocab_size"], h, scale=0.5)
        w[prefix + "embeddings.position_embedding.weight"] = random(c["max_position_embeddings"], h)
    for n in range(c["num_hidden_layers"]):
        p = f"encoder.layers.{n}."
        for part in ("k_proj", "v_proj", "q_proj", "out_proj"):
            linear(p + "self_attn." + part, h, h)
        norm(p + "layer_norm1")
        linear(p + "mlp.fc1", i, h)
        linear(p + "mlp.fc2", h, i)
        norm(p + "layer_norm2")
    norm(final)
    return w


def tower(w, prefix, c, x, causal):
    n, heads = x.shape[0], c["num_attention_heads"]
    norm = lambda x, name: F.layer_norm(x, x.shape[-1:], w[f"{prefix}{name}.weight"], w[f"{prefix}{name}.bias"], c["layer_norm_eps"])
    linear = lambda x, name: F.linear(x, w[f"{prefix}{name}.weight"], w[f"{prefix}{name}.bias"])
    mask = torch.full((n, n), -math.inf, dtype=torch.float64).triu(1) if causal else 0
    for i in range(c["num_hidden_layers"]):
        p = f"encoder.layers.{i}."
        y = norm(x, p + "layer_norm1")
        q, k, v = (linear(y, p + f"self_attn.{part}_proj").view(n, heads, -1).transpose(0, 1) for part in "qkv")
        a = (q @ k.transpose(1, 2) / math.sqrt(q.shape[-1]) + mask).softmax(-1) @ v
        x = x + linear(a.transpose(0, 1).reshape(n, -1), p + "self_attn.out_proj")
        x = x + linear(ACTS[c["hidden_act"]](linear(norm(x, p + "layer_norm2"), p + "mlp.fc1")), p + "mlp.fc2")
    return x


def text_features(w, c, ids):
    x = w["text_model.embeddings.token_embedding.weight"][ids] + w["text_model.embeddings.position_embedding.weight"][:len(ids)]
    x = tower(w, "text_model.", c, x, True)
    x = F.layer_norm(x, x.shape[-1:], w["text_model.final_layer_norm.weight"], w["text_model.final_layer_norm.bias"], c["layer_norm_eps"])
    # As CLIPTextTransformer pools: the largest id where eos_token_id is 2, else the first end token.
    ids = torch.tensor(ids)
    at = ids.argmax() if c["eos_token_id"] == 2 else (ids == c["eos_token_id"]).int().argmax()
    return x[at] @ w["text_projection.weight"].T


def image_features(w, c, picture):
    x = F.conv2d(picture[None], w["vision_model.embeddings.patch_embedding.weight"], stride=c["patch_size"])[0].flatten(1).T
    x = torch.cat([w["vision_model.embeddings.class_embedding"][None], x]) + w["vision_model.embeddings.position_embedding.weight"]
    norm = lambda x, name: F.layer_norm(x, x.shape[-1:], w[f"vision_model.{name}.weight"], w[f"vision_model.{name}.bias"], c["layer_norm_eps"])
    return norm(tower(w, "vision_model.", c, norm(x, "pre_layrnorm"), False)[0], "post_layernorm") @ w["visual_projection.weight"].T


def value(seed, count):
    h = (numpy.arange(count, dtype=numpy.uint64) * 0x9E3779B1 + seed * 0x85EBCA77).astype(numpy.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, None)):
        h ^= h >> numpy.uint32(shift)
        if factor:
            h = (h.astype(numpy.uint64) * factor).astype(numpy.uint32)
    return ((h >> numpy.uint32(8)).astype(numpy.float32) / numpy.float32(1 << 23)) - numpy.float32(1)


def rounded(vector):
    return [float("%.9g" % v) for v in vector.tolist()]


def build(seed, name, m):
    g, text, vision = torch.Generator().manual_seed(seed), m["text"], m.get("vision")
    top = os.path.join(ROOT, name)
    shutil.rmtree(top, ignore_errors=True)
    folder = os.path.join(top, m.get("module", ""))
    os.makedirs(folder)
    tokenizer = Tokenizer(m.get("special_first", False))
    tokenizer.write(folder, m.get("files", False))
    text["vocab_size"] = len(tokenizer.vocab)
    text["eos_token_id"] = 2 if m.get("legacy") else tokenizer.end
    random = lambda *shape: torch.randn(*shape, generator=g, dtype=torch.float64) * 0.15
    w = tower_weights(g, "text_model.", text, "final_layer_norm") | {"text_projection.weight": random(m["projection"], text["hidden_size"])}
    if vision:
        w |= tower_weights(g, "vision_model.", vision, "post_layernorm") | {"visual_projection.weight": random(m["projection"], vision["hidden_size"]), "logit_scale": torch.tensor(m["logit_scale"], dtype=torch.float64)}
    w = {k: v.to(TYPES[m["kind"]]).double() for k, v in w.items()}
    extra = {"text_model.embeddings.position_ids": torch.arange(text["max_position_embeddings"])[None]} if m.get("legacy") else {}
    save(os.path.join(folder, "model.safetensors"), w | extra, m["kind"])
    common = {"projection_dim": m["projection"]}
    omitted = lambda c: {k: v for k, v in c.items() if k not in m.get("omitted", [])}
    dump(folder, "config.json", {"model_type": "clip", "architectures": ["CLIPModel"], **common, "text_config": {"model_type": "clip_text_model", **omitted(text)}, "vision_config": {"model_type": "clip_vision_model", **vision}} if vision
         else {"model_type": "clip_text_model", "architectures": ["CLIPTextModelWithProjection"], **common, **omitted(text)})
    dump(folder, "tokenizer_config.json", {"tokenizer_class": "CLIPTokenizer", "model_max_length": text["max_position_embeddings"], "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END})
    if vision:
        size = vision["image_size"]
        dump(folder, "preprocessor_config.json", {"image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": size}, "resample": 3, "do_center_crop": True, "crop_size": {"height": size, "width": size}, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711], "do_convert_rgb": True})
    if "module" in m:
        dump(top, "modules.json", [{"idx": 0, "name": "0", "path": m["module"], "type": "sentence_transformers.models.CLIPModel"}])
    longest, cases, features = text["max_position_embeddings"], [], []
    for sentence in TEXTS:
        ids, seen = tokenizer.ids(sentence, longest)
        vector = text_features(w, text, ids)
        padded = text_features(w, text, ids + [tokenizer.end] * (longest - len(ids)))
        assert torch.allclose(vector, padded, rtol=0, atol=1e-13)
        features.append(vector)
        cases.append({"text": sentence, "ids": ids, "seen": seen, "vector": rounded(vector)})
    expected = {"made_by": f"tests/reference/clip.py with torch {torch.__version__}", "texts": cases}
    if vision:
        size = vision["image_size"]
        pictures = torch.from_numpy(value(7000, 2 * 3 * size * size).astype(numpy.float64).reshape(2, 3, size, size) * 2)
        images = torch.stack([image_features(w, vision, picture) for picture in pictures])
        logits = w["logit_scale"].exp() * F.normalize(images) @ F.normalize(torch.stack(features)).T
        expected |= {"size": size, "images": [rounded(image) for image in images], "logit_scale": float(w["logit_scale"].exp()), "logits": [rounded(row) for row in logits]}
    dump(top, "expected.json", expected)
    print(name, len(tokenizer.vocab), os.path.getsize(os.path.join(folder, "model.safetensors")))


TEXT = {"num_hidden_layers": 2, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "max_position_embeddings": 77}
MODELS = {
    "legacy": dict(text={**TEXT, "hidden_size": 48, "num_attention_heads": 3, "intermediate_size": 96, "num_hidden_layers": 3}, projection=24, kind="F16", legacy=True, logit_scale=4.6052,
                   vision={"hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64, "num_hidden_layers": 2, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "image_size": 28, "patch_size": 14}),
    "module": dict(text={**TEXT, "hidden_size": 64, "num_attention_heads": 2, "intermediate_size": 128, "hidden_act": "gelu", "max_position_embeddings": 40}, projection=40, kind="F16", special_first=True, files=True, module="0_CLIPModel", logit_scale=2.6592,
                   vision={"hidden_size": 48, "num_attention_heads": 3, "intermediate_size": 80, "num_hidden_layers": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-5, "image_size": 32, "patch_size": 8}),
    "text-only": dict(text={**TEXT, "hidden_size": 32, "num_attention_heads": 8, "intermediate_size": 60}, projection=28, kind="F32", omitted=["num_attention_heads", "hidden_act", "layer_norm_eps", "max_position_embeddings"]),
}

if __name__ == "__main__":
    for seed, (name, model) in enumerate(MODELS.items()):
        build(seed, name, model)
