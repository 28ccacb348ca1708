"""Expected vectors of vision networks: torchvision's own ResNet and VisionTransformer, and a CLIP vision tower written here.

Usage: /usr/bin/python3 tests/reference/vision.py    (Debian's python3-torch 1.13, python3-torchvision 0.14; nothing is downloaded)

Writes tests/Simile.Tests/Reference/vision.json. Weights are not stored: both sides draw them from the same hash of tensor
number and index (value() below, RandomTensor in the tests), 24 bits each, so they are equal bit for bit. Everything is
computed in 64-bit floats. A head that is kept as a projection is our own layout. torchvision's tensors are renamed into the layouts of Hugging Face and timm; CLIP's tower is
our own reading of its published layout, for no machine with transformers was at hand.
"""
import json
import math
import pathlib
import re

import numpy
import torch
import torch.nn.functional as F
import torchvision

OUT = pathlib.Path(__file__).resolve().parents[1] / "Simile.Tests/Reference/vision.json"


def value(seed, count):
    """Numbers in [-1, 1) with 24 bits."""
    h = (numpy.arange(count, dtype=numpy.uint64) * 0x9E3779B1 + seed * 0x85EBCA77).astype(numpy.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, None)):
        h ^= h >> numpy.uint32(shift)
        if factor:
            h = (h.astype(numpy.uint64) * factor).astype(numpy.uint32)
    return ((h >> numpy.uint32(8)).astype(numpy.float32) / numpy.float32(1 << 23)) - numpy.float32(1)


def draw(name, shape, seed):
    """(scale, offset) by the tensor's part, and its values in float32."""
    fan_in = int(numpy.prod(shape[1:])) if len(shape) > 1 else 1
    if name.endswith("running_var"):
        scale, offset = 0.3, 1.0
    elif name.endswith(("running_mean", "bias", "class_token", "cls_token", "class_embedding", "pos_embedding", "position_embedding.weight")):
        scale, offset = 0.1, 0.0
    elif len(shape) == 1:
        scale, offset = 0.2, 1.0
    else:
        scale, offset = math.sqrt(3 / fan_in), 0.0
    scale, offset = numpy.float32(scale), numpy.float32(offset)
    return float(scale), float(offset), (value(seed, int(numpy.prod(shape))) * scale + offset).reshape(shape)


def fill(module):
    """Draws every tensor of a module; lists them as {name, shape, seed, scale, offset}."""
    listed, state = [], module.state_dict()
    for seed, (name, tensor) in enumerate(state.items()):
        if name.endswith("num_batches_tracked"):
            continue
        scale, offset, values = draw(name, tuple(tensor.shape), seed)
        state[name] = torch.from_numpy(values.astype(numpy.float64))
        listed.append({"name": name, "shape": list(tensor.shape), "seed": seed, "scale": scale, "offset": offset})
    module.double().load_state_dict(state)
    return listed


def renamed(tensors, rules):
    result = []
    for tensor in tensors:
        name = tensor["name"]
        for pattern, target in rules:
            name = re.sub(pattern, target, name)
        result.append({**tensor, "name": name})
    return result


def pictures(seed, count, size):
    return torch.from_numpy(value(seed, count * 3 * size * size).astype(numpy.float64).reshape(count, 3, size, size) * 2)


def case(name, tensors, config, size, forward):
    batch = pictures(7000, 2, size)
    with torch.no_grad():
        vectors = forward(batch)
    print(name, tuple(vectors.shape), float(vectors.abs().mean()))
    return {"name": name, "config": config, "size": size, "tensors": tensors, "vectors": [[float("%.9g" % x) for x in row] for row in vectors]}


def resnets():
    for depth, size in ((18, 64), (50, 96)):
        model = getattr(torchvision.models, f"resnet{depth}")().eval()
        tensors = fill(model)
        model.fc = torch.nn.Identity()
        yield case(f"resnet{depth}-torchvision", tensors, None, size, model)
        if depth == 18:
            rules = [(r"^conv1\.", "resnet.embedder.embedder.convolution."), (r"^bn1\.", "resnet.embedder.embedder.normalization."),
                     (r"^layer(\d)\.(\d+)\.", lambda m: f"resnet.encoder.stages.{int(m[1]) - 1}.layers.{m[2]}."),
                     (r"\.conv(\d)\.", lambda m: f".layer.{int(m[1]) - 1}.convolution."), (r"\.bn(\d)\.", lambda m: f".layer.{int(m[1]) - 1}.normalization."),
                     (r"downsample\.0", "shortcut.convolution"), (r"downsample\.1", "shortcut.normalization"), (r"^fc\.", "classifier.1.")]
            yield case("resnet18-huggingface", renamed(tensors, rules), {"model_type": "resnet", "hidden_act": "relu", "layer_type": "basic"}, size, model)
    model = torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=48).eval()
    tensors = fill(model)
    yield case("resnet10-projected", renamed(tensors, [(r"^fc\.", "projection.")]), {"model_type": "simile-image"}, 64, model)


def vit():
    model = torchvision.models.VisionTransformer(image_size=48, patch_size=8, num_layers=3, num_heads=2, hidden_dim=128, mlp_dim=192, num_classes=10).eval()
    tensors = fill(model)
    model.heads = torch.nn.Identity()
    common = [(r"^encoder\.layers\.encoder_layer_(\d+)\.", r"blocks.\1."), (r"\.self_attention\.in_proj_(\w+)", r".attn.qkv.\1"), (r"\.self_attention\.out_proj", ".attn.proj"),
              (r"\.ln_1\.", ".norm1."), (r"\.ln_2\.", ".norm2."), (r"\.mlp\.(linear_1|0)\.", ".mlp.fc1."), (r"\.mlp\.(linear_2|3)\.", ".mlp.fc2."), (r"^encoder\.ln\.", "norm."),
              (r"^class_token", "cls_token"), (r"^encoder\.pos_embedding", "pos_embed"), (r"^conv_proj", "patch_embed.proj"), (r"^heads\.head\.", "head.")]
    timm = renamed(tensors, common)
    yield case("vit-timm", timm, {"architecture": "vit_tiny_patch8_48", "model_args": {"num_heads": 2}}, 48, model)
    split = []
    for tensor in timm:
        if ".attn.qkv." in tensor["name"]:
            rows = tensor["shape"][0] // 3
            for i, part in enumerate(("query", "key", "value")):
                skip = i * rows * int(numpy.prod(tensor["shape"][1:]))
                split.append({**tensor, "name": tensor["name"].replace("attn.qkv", "attention.attention." + part), "shape": [rows, *tensor["shape"][1:]], "skip": skip})
        else:
            split.append(tensor)
    rules = [(r"^blocks\.", "vit.encoder.layer."), ("attn.proj", "attention.output.dense"), ("norm1", "layernorm_before"), ("norm2", "layernorm_after"), ("mlp.fc1", "intermediate.dense"),
             ("mlp.fc2", "output.dense"), (r"^norm\.", "vit.layernorm."), (r"^cls_token", "vit.embeddings.cls_token"), (r"^pos_embed", "vit.embeddings.position_embeddings"),
             (r"^patch_embed\.proj", "vit.embeddings.patch_embeddings.projection"), (r"^head\.", "classifier.")]
    yield case("vit-huggingface", renamed(split, rules), {"model_type": "vit", "num_attention_heads": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-6}, 48, model)


def clip():
    hidden, inner, layers, heads, size, patch, out = 96, 160, 2, 3, 42, 14, 64
    shapes = {"embeddings.class_embedding": (hidden,), "embeddings.patch_embedding.weight": (hidden, 3, patch, patch), "embeddings.position_embedding.weight": ((size // patch) ** 2 + 1, hidden)}
    for norm in ["pre_layrnorm", *(f"encoder.layers.{i}.layer_norm{j}" for i in range(layers) for j in (1, 2)), "post_layernorm"]:
        shapes.update({norm + ".weight": (hidden,), norm + ".bias": (hidden,)})
    for i in range(layers):
        for part, rows, columns in [(f"self_attn.{p}_proj", hidden, hidden) for p in "qkv"] + [("self_attn.out_proj", hidden, hidden), ("mlp.fc1", inner, hidden), ("mlp.fc2", hidden, inner)]:
            shapes.update({f"encoder.layers.{i}.{part}.weight": (rows, columns), f"encoder.layers.{i}.{part}.bias": (rows,)})
    shapes = {"vision_model." + name: shape for name, shape in shapes.items()} | {"visual_projection.weight": (out, hidden)}
    tensors, w = [], {}
    for seed, (name, shape) in enumerate(shapes.items()):
        scale, offset, values = draw(name, shape, seed)
        tensors.append({"name": name, "shape": list(shape), "seed": seed, "scale": scale, "offset": offset})
        w[name.removeprefix("vision_model.")] = torch.from_numpy(values.astype(numpy.float64))
    norm = lambda x, name: F.layer_norm(x, (hidden,), w[name + ".weight"], w[name + ".bias"], 1e-5)
    linear = lambda x, name: F.linear(x, w[name + ".weight"], w[name + ".bias"])

    def forward(batch):
        n = len(batch)
        x = F.conv2d(batch, w["embeddings.patch_embedding.weight"], stride=patch).flatten(2).transpose(1, 2)
        x = torch.cat([w["embeddings.class_embedding"].expand(n, 1, hidden), x], 1) + w["embeddings.position_embedding.weight"]
        x = norm(x, "pre_layrnorm")
        for i in range(layers):
            p = f"encoder.layers.{i}."
            y = norm(x, p + "layer_norm1")
            q, k, v = (linear(y, p + f"self_attn.{part}_proj").view(n, -1, heads, hidden // heads).transpose(1, 2) for part in "qkv")
            a = (q @ k.transpose(2, 3) / math.sqrt(hidden // heads)).softmax(-1) @ v
            x = x + linear(a.transpose(1, 2).reshape(n, -1, hidden), p + "self_attn.out_proj")
            y = linear(norm(x, p + "layer_norm2"), p + "mlp.fc1")
            x = x + linear(y * torch.sigmoid(1.702 * y), p + "mlp.fc2")
        return norm(x[:, 0], "post_layernorm") @ w["visual_projection.weight"].T

    yield case("clip", tensors, {"model_type": "clip", "projection_dim": out, "vision_config": {"num_attention_heads": heads, "hidden_act": "quick_gelu"}}, size, forward)


if __name__ == "__main__":
    report = {"torch": torch.__version__, "torchvision": torchvision.__version__, "cases": [*resnets(), *vit(), *clip()]}
    OUT.write_text(json.dumps(report, separators=(",", ":")) + "\n")
    print(OUT, OUT.stat().st_size)
