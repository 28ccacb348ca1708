"""A random SigLIP checkpoint in the published layout, and the vectors PyTorch gives for texts and pictures.

Usage: /usr/bin/python3 tests/reference/siglip.py    (Debian's python3-torch 1.13; nothing is downloaded)

Writes tests/Simile.Tests/Reference/clip/siglip/: a model folder as Hugging Face's SiglipModel is published (config.json with
text_config and vision_config, model.safetensors, tokenizer.json, preprocessor_config.json) and expected.json as clip.py does.
The towers are written here from Zhai et al. 2023 and the published layout; the picture's pooling is PyTorch's own
MultiheadAttention. Texts are filled up to 64 positions with the tokenizer's padding token, which attention sees, and the last
position is pooled. The tokenizer is a Unigram of whole words: its ids are plain to see, and clip.mjs compares them with Hugging Face's.
"""
import os, shutil
import numpy, torch
import torch.nn.functional as F
from clip import ACTS, ROOT, TYPES, dump, rounded, save, tower, tower_weights, value

WORDS = "a the photo of dog cat two dogs running in park at night an old red car near sea man is reading newspaper".split()
PAD, LONGEST, KIND = 1, 64, "F16"
TEXTS = ["a dog", "a photo of the cat", "two dogs running in the park at night", "car", "Red CAR, near the sea!", "a dog near zebra", "the man is reading an old newspaper", "a " * 62 + "dog", "a " * 63 + "dog", "red car " * 50]
TEXT = {"hidden_size": 48, "num_attention_heads": 3, "intermediate_size": 96, "num_hidden_layers": 2, "hidden_act": "gelu_pytorch_tanh", "layer_norm_eps": 1e-6, "max_position_embeddings": LONGEST}
VISION = {"hidden_size": 48, "num_attention_heads": 3, "intermediate_size": 80, "num_hidden_layers": 2, "hidden_act": "gelu_pytorch_tanh", "layer_norm_eps": 1e-6, "image_size": 40, "patch_size": 8, "class": False}
FOLDER = os.path.join(ROOT, "siglip")
VOCABULARY = ["<pad>", "</s>", "<unk>"] + ["\u2581" + word for word in WORDS]


def tokenize(text):
    words = "".join(c for c in text.lower() if c not in "!,.").split()
    ids = [VOCABULARY.index("\u2581" + word) if word in WORDS else 2 for word in words]
    return ids[:LONGEST - 1] + [1], len(ids) + 1


def write_tokenizer():
    special = [{"id": i, "content": VOCABULARY[i], "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for i in range(3)]
    replace = lambda pattern, content: {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}
    dump(FOLDER, "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, replace("[!,.]", ""), replace(r"\s+", " "), {"type": "Strip", "strip_left": True, "strip_right": True}]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
        "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}], "pair": [], "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 2, "vocab": [[piece, 0.0 if i < 3 else -1.0] for i, piece in enumerate(VOCABULARY)]},
    })
    dump(FOLDER, "tokenizer_config.json", {"tokenizer_class": "SiglipTokenizer", "model_max_length": LONGEST, "eos_token": "</s>", "pad_token": VOCABULARY[PAD], "unk_token": "<unk>"})


def weights(g):
    random = lambda *shape: torch.randn(*shape, generator=g, dtype=torch.float64) * 0.15
    t, v = TEXT["hidden_size"], VISION["hidden_size"]
    w = tower_weights(g, "text_model.", TEXT, "final_layer_norm") | {"text_model.head.weight": random(t, t), "text_model.head.bias": random(t)}
    w |= tower_weights(g, "vision_model.", VISION, "post_layernorm") | {"vision_model.embeddings.patch_embedding.bias": random(v)}
    shapes = {"probe": (1, 1, v), "attention.in_proj_weight": (3 * v, v), "attention.in_proj_bias": (3 * v,), "attention.out_proj.weight": (v, v), "attention.out_proj.bias": (v,), "layernorm.weight": (v,), "layernorm.bias": (v,),
              "mlp.fc1.weight": (VISION["intermediate_size"], v), "mlp.fc1.bias": (VISION["intermediate_size"],), "mlp.fc2.weight": (v, VISION["intermediate_size"]), "mlp.fc2.bias": (v,)}
    w |= {"vision_model.head." + name: random(*shape) + (name == "layernorm.weight") for name, shape in shapes.items()}
    w["vision_model.head.probe"] *= 8
    w |= {"logit_scale": torch.tensor([4.7], dtype=torch.float64), "logit_bias": torch.tensor([-12.9], dtype=torch.float64)}
    return {name: tensor.to(TYPES[KIND]).double() for name, tensor in w.items()}


def norm(x, w, name, eps):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], eps)


def text_features(w, ids):
    ids = ids + [PAD] * (LONGEST - len(ids))
    x = w["text_model.embeddings.token_embedding.weight"][ids] + w["text_model.embeddings.position_embedding.weight"]
    x = norm(tower(w, "text_model.", TEXT, x, False), w, "text_model.final_layer_norm", TEXT["layer_norm_eps"])
    return F.linear(x[-1], w["text_model.head.weight"], w["text_model.head.bias"])


def image_features(w, picture):
    x = F.conv2d(picture[None], w["vision_model.embeddings.patch_embedding.weight"], w["vision_model.embeddings.patch_embedding.bias"], stride=VISION["patch_size"])[0].flatten(1).T
    x = tower(w, "vision_model.", VISION, x + w["vision_model.embeddings.position_embedding.weight"], False)
    x, head = norm(x, w, "vision_model.post_layernorm", VISION["layer_norm_eps"]), "vision_model.head."
    attention = torch.nn.MultiheadAttention(VISION["hidden_size"], VISION["num_attention_heads"], batch_first=True).double()
    attention.load_state_dict({name.removeprefix(head + "attention."): tensor for name, tensor in w.items() if name.startswith(head + "attention.")})
    with torch.no_grad():
        x = attention(w[head + "probe"], x[None], x[None])[0][0, 0]
    y = F.linear(norm(x, w, head + "layernorm", VISION["layer_norm_eps"]), w[head + "mlp.fc1.weight"], w[head + "mlp.fc1.bias"])
    return x + F.linear(ACTS[VISION["hidden_act"]](y), w[head + "mlp.fc2.weight"], w[head + "mlp.fc2.bias"])


shutil.rmtree(FOLDER, ignore_errors=True)
os.makedirs(FOLDER)
TEXT["vocab_size"] = len(VOCABULARY)
write_tokenizer()
w = weights(torch.Generator().manual_seed(11))
save(os.path.join(FOLDER, "model.safetensors"), w, KIND)
dump(FOLDER, "config.json", {"model_type": "siglip", "architectures": ["SiglipModel"], "text_config": {"model_type": "siglip_text_model", **{k: v for k, v in TEXT.items() if k not in ("hidden_act", "layer_norm_eps", "max_position_embeddings")}},
                             "vision_config": {"model_type": "siglip_vision_model", **{k: v for k, v in VISION.items() if k not in ("hidden_act", "layer_norm_eps", "class")}}})
size = VISION["image_size"]
dump(FOLDER, "preprocessor_config.json", {"image_processor_type": "SiglipImageProcessor", "do_resize": True, "size": {"height": size, "width": size}, "resample": 3, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3})
cases = []
for sentence in TEXTS:
    ids, seen = tokenize(sentence)
    cases.append({"text": sentence, "ids": ids, "seen": seen, "vector": rounded(text_features(w, ids))})
pictures = torch.from_numpy(value(7000, 2 * 3 * size * size).astype(numpy.float64).reshape(2, 3, size, size) * 2)
images = torch.stack([image_features(w, picture) for picture in pictures])
scale, bias = float(w["logit_scale"].exp()), float(w["logit_bias"])
texts = torch.stack([text_features(w, tokenize(sentence)[0]) for sentence in TEXTS])
logits = scale * F.normalize(images) @ F.normalize(texts).T + bias
dump(FOLDER, "expected.json", {"made_by": f"tests/reference/siglip.py with torch {torch.__version__}", "texts": cases, "size": size, "images": [rounded(image) for image in images], "logit_scale": scale, "logit_bias": bias, "logits": [rounded(row) for row in logits]})
print("siglip", F.cosine_similarity(images[:1], images[1:]), os.path.getsize(os.path.join(FOLDER, "model.safetensors")))
