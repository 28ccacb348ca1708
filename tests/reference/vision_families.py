"""DINOv2 and SigLIP 2's pictures in PyTorch code of our own reading, over pixels that Pillow resized, for the checkpoints that tests/reference/families.py wrote.

Usage: python3 tests/reference/vision_families.py    (torch, Pillow, numpy)

families.py ran the real transformers 5, whose processors resize by torchvision: bytes, with weights of 16 bits instead of Pillow's 22, so that its pixels differ from Pillow's by a step
of 1/255 here and there and its vectors can only be met to some 1e-4 of their length. This script resizes in that way too, to show that it reads the networks right (it prints by
how much it is off), and then writes what Pillow's pixels give into each expected.json as pillow_vectors.
"""
import json, os, struct
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REFERENCE = os.path.join(ROOT, "tests", "Simile.Tests", "Reference")


def tensors(folder):
    data = open(os.path.join(folder, "model.safetensors"), "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    return {name: torch.from_numpy(np.frombuffer(data[8 + size:][entry["data_offsets"][0]:entry["data_offsets"][1]], dtype="<f4").reshape(entry["shape"]).copy())
            for name, entry in header.items() if name != "__metadata__"}


def weights_of(size, wanted, filter):
    """Pillow's weights (bicubic with a = -0.5), rounded to as many bits as fit 16-bit integers, as torchvision's byte kernel has them."""
    scale = size / wanted
    support = (1 if filter == 2 else 2) * max(scale, 1)
    rows = []
    for i in range(wanted):
        center = scale * (i + 0.5)
        first, end = max(int(center - support + 0.5), 0), min(int(center + support + 0.5), size)
        x = np.abs((np.arange(first, end) - center + 0.5) / max(scale, 1))
        a = -0.5
        w = np.clip(1 - x, 0, None) if filter == 2 else np.where(x < 1, ((a + 2) * x - (a + 3)) * x * x + 1, np.where(x < 2, (((x - 5) * x + 8) * x - 4) * a, 0))
        rows.append((first, w / w.sum()))
    largest, bits = max(w.max() for _, w in rows), 0
    while bits < 22 and int(0.5 + largest * (1 << (bits + 1))) < (1 << 15):
        bits += 1
    return [(first, np.where(w < 0, np.ceil(w * (1 << bits) - 0.5), np.floor(w * (1 << bits) + 0.5)).astype(np.int64)) for first, w in rows], bits


def resized(values, target, filter):
    for axis, wanted in ((1, target[1]), (0, target[0])):
        if values.shape[axis] != wanted:
            source = np.moveaxis(values, axis, 0).astype(np.int64)
            rows, bits = weights_of(len(source), wanted, filter)
            passed = np.stack([(np.tensordot(w, source[first:first + len(w)], 1) + (1 << (bits - 1))) >> bits for first, w in rows])
            values = np.moveaxis(np.clip(passed, 0, 255).astype(np.uint8), 0, axis)
    return values


def pixels(name, processor, by_pillow):
    picture = Image.open(os.path.join(ROOT, "samples", "pictures", name)).convert("RGB")
    size = processor["size"]
    if "shortest_edge" in size:
        width, height = picture.size
        edge = size["shortest_edge"]
        target = (edge, int(edge * width / height)) if width > height else (int(edge * height / width), edge)
    else:
        target = (size["height"], size["width"])
    if by_pillow:
        values = torch.from_numpy(np.asarray(picture.resize((target[1], target[0]), processor["resample"])).copy()).permute(2, 0, 1)
    else:
        values = torch.from_numpy(resized(np.asarray(picture), target, processor["resample"]).copy()).permute(2, 0, 1)
    if processor.get("do_center_crop"):
        crop = processor["crop_size"]["height"]
        top, left = (values.shape[1] - crop) // 2, (values.shape[2] - crop) // 2
        values = values[:, top:top + crop, left:left + crop]
    mean, deviation = (torch.tensor(processor[key]).view(3, 1, 1) for key in ("image_mean", "image_std"))
    return ((values.float() * processor["rescale_factor"]) - mean) / deviation


def attention(x, w, names, heads):
    q, k, v = (F.linear(x, w[name + ".weight"], w[name + ".bias"]).view(len(x), heads, -1).transpose(0, 1) for name in names)
    return (torch.softmax(q @ k.transpose(1, 2) / q.shape[-1] ** 0.5, -1) @ v).transpose(0, 1).reshape(len(x), -1)


def dinov2(w, config, image):
    linear = lambda name, x: F.linear(x, w[name + ".weight"], w[name + ".bias"])
    norm = lambda name, x: F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], config["layer_norm_eps"])
    x = F.conv2d(image[None], w["embeddings.patch_embeddings.projection.weight"], w["embeddings.patch_embeddings.projection.bias"], stride=config["patch_size"])[0].flatten(1).T
    x = torch.cat([w["embeddings.cls_token"][0], x]) + w["embeddings.position_embeddings"][0]
    for i in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{i}."
        names = [layer + "attention.attention." + part for part in ("query", "key", "value")]
        seen = attention(norm(layer + "norm1", x), w, names, config["num_attention_heads"])
        x = x + linear(layer + "attention.output.dense", seen) * w[layer + "layer_scale1.lambda1"]
        h = norm(layer + "norm2", x)
        if config["use_swiglu_ffn"]:
            gate, up = linear(layer + "mlp.weights_in", h).chunk(2, -1)
            h = linear(layer + "mlp.weights_out", F.silu(gate) * up)
        else:
            h = linear(layer + "mlp.fc2", F.gelu(linear(layer + "mlp.fc1", h)))
        x = x + h * w[layer + "layer_scale2.lambda1"]
    return norm("layernorm", x)[0]


def siglip(w, config, image):
    config = config["vision_config"]
    w = {name[len("vision_model."):]: tensor for name, tensor in w.items() if name.startswith("vision_model.")}
    tanh_gelu = lambda x: 0.5 * x * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x ** 3)))
    linear = lambda name, x: F.linear(x, w[name + ".weight"], w[name + ".bias"])
    norm = lambda name, x: F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], config.get("layer_norm_eps", 1e-6))
    x = F.conv2d(image[None], w["embeddings.patch_embedding.weight"], w["embeddings.patch_embedding.bias"], stride=config["patch_size"])[0].flatten(1).T + w["embeddings.position_embedding.weight"]
    heads = config["num_attention_heads"]
    for i in range(config["num_hidden_layers"]):
        layer = f"encoder.layers.{i}."
        names = [layer + f"self_attn.{part}_proj" for part in "qkv"]
        x = x + linear(layer + "self_attn.out_proj", attention(norm(layer + "layer_norm1", x), w, names, heads))
        x = x + linear(layer + "mlp.fc2", tanh_gelu(linear(layer + "mlp.fc1", norm(layer + "layer_norm2", x))))
    x = norm("post_layernorm", x)
    q, k, v = (F.linear(source, weight, bias) for source, weight, bias in zip((w["head.probe"][0], x, x), w["head.attention.in_proj_weight"].chunk(3), w["head.attention.in_proj_bias"].chunk(3)))
    q, k, v = (part.view(len(part), heads, -1).transpose(0, 1) for part in (q, k, v))
    pooled = linear("head.attention.out_proj", (torch.softmax(q @ k.transpose(1, 2) / q.shape[-1] ** 0.5, -1) @ v).transpose(0, 1).reshape(1, -1))
    return (pooled + linear("head.mlp.fc2", tanh_gelu(linear("head.mlp.fc1", norm("head.layernorm", pooled)))))[0]


for name, network, key in (("vision/dinov2", dinov2, "vectors"), ("vision/dinov2-swiglu", dinov2, "vectors"), ("joint/siglip2", siglip, "picture_vectors")):
    folder = os.path.join(REFERENCE, *name.split("/"))
    read = lambda file: json.load(open(os.path.join(folder, file), encoding="utf-8"))
    config, processor, expected, weights = read("config.json"), read("preprocessor_config.json"), read("expected.json"), tensors(folder)
    with torch.no_grad():
        real = torch.tensor(expected[key])
        again = torch.stack([network(weights, config, pixels(picture, processor, by_pillow=False)) for picture in expected["pictures"]])
        print(name, "off transformers by", ((again - real).abs().max(dim=1).values / real.norm(dim=1)).tolist())
        vectors = [network(weights, config, pixels(picture, processor, by_pillow=True)) for picture in expected["pictures"]]
    expected["pillow_vectors"] = [[float(f"{v:.9g}") for v in vector.tolist()] for vector in vectors]
    json.dump(expected, open(os.path.join(folder, "expected.json"), "w", encoding="utf-8"), ensure_ascii=False)
