"""ONNX exports of the random checkpoints of encoders.py, as PyTorch's exporter writes them, and quantized forms of one of them.

Usage: /usr/bin/python3 tests/reference/onnx_exports.py    (Debian's python3-torch 1.13 and python3-onnx 1.12; run encoders.py before)

Writes tests/Simile.Tests/Reference/onnx/<name>.onnx. An export holds the weights of encoders/<name>, so its vectors must be those of that folder.
The quantized forms are made here after the operators' specification (QuantizeLinear, DequantizeLinear, MatMulInteger) and the shape that
onnxruntime's quantize_dynamic gives a graph; <name>.json has the vectors of PyTorch with the weights that such a file stands for.
"""
import json, os, struct, sys
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
import encoders

FOLDER = os.path.dirname(os.path.abspath(__file__))
ENCODERS = os.path.join(FOLDER, "..", "Simile.Tests", "Reference", "encoders")
ROOT = os.path.join(FOLDER, "..", "Simile.Tests", "Reference", "onnx")
RUNS = {"bert": encoders.bert, "distilbert": encoders.distilbert, "mpnet": encoders.mpnet, "modernbert": encoders.modernbert, "nomic-bert": encoders.nomic}
DTYPES = {"F32": (torch.float32, "<f4"), "F16": (torch.float16, "<f2")}


def load(name):
    with open(os.path.join(ENCODERS, name, "model.safetensors"), "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    kinds = {key: value for key, value in header.items() if key != "__metadata__"}
    return {key: torch.from_numpy(np.frombuffer(data[v["data_offsets"][0]:v["data_offsets"][1]], DTYPES[v["dtype"]][1]).astype("<f4").reshape(v["shape"])) for key, v in kinds.items()}


class Leaf(torch.nn.Module):
    def __init__(self, parts):
        super().__init__()
        for part, value in parts.items():
            setattr(self, part, torch.nn.Parameter(value))

    def forward(self, x, eps=None):
        bias = getattr(self, "bias", None)
        # A batch of one, as a library's networks have: the exporter writes products of three axes as MatMul and Add, of two as Gemm.
        return torch.nn.functional.linear(x[None], self.weight, bias)[0] if eps is None else torch.nn.functional.layer_norm(x, tuple(self.weight.shape), self.weight, bias, eps)


class Box(torch.nn.Module):
    """A module of modules. Lists of layers are not called themselves, as in the libraries, so their numbers stay with their names."""

    def forward(self, path, x, eps):
        child, rest = getattr(self, path[0]), path[1:]
        if rest and rest[0].isdigit():
            child, rest = getattr(child, rest[0]), rest[1:]
        return child(rest, x, eps) if rest else child(x, eps)


class Network(Box):
    """The weights as modules within modules, so that the exporter names its nodes after them, and a network of encoders.py run on them."""

    def __init__(self, weights, config, run):
        super().__init__()
        self.config, self.run, self.names, leaves = config, run, list(weights), {}
        for name, value in weights.items():
            leaves.setdefault(name.rpartition(".")[0], {})[name.rpartition(".")[2]] = value
        for path, parts in leaves.items():
            at = self
            for part in path.split(".")[:-1]:
                if not hasattr(at, part):
                    at.add_module(part, Box())
                at = getattr(at, part)
            at.add_module(path.split(".")[-1], Leaf(parts))

    def forward(self, ids):
        encoders.linear = lambda x, w, name: Box.forward(self, (self.prefix + name).split("."), x, None)
        encoders.norm = lambda x, w, name, eps: Box.forward(self, (self.prefix + name).split("."), x, eps)
        # Tables of positions and types are looked up by what the caller gives; by constants the exporter would fold them away.
        own = {name: value[torch.arange(len(value)) + ids[:1] * 0] if "embeddings." in name and "word" not in name or "relative" in name else value for name, value in self.named_parameters()}
        return self.run({name[len(self.prefix):]: own[name] for name in self.names}, self.config, ids)


def export(name):
    config = json.load(open(os.path.join(ENCODERS, name, "config.json")))
    weights = load(name)
    network = Network(weights, config, RUNS[name]).eval()
    network.prefix = "model." if all(key.startswith("model.") for key in weights) else ""
    path, double = os.path.join(ROOT, name + ".onnx"), (torch.float64, torch.Tensor.double)
    torch.float64, torch.Tensor.double = torch.float32, torch.Tensor.float  # encoders.py computes in 64 bits
    torch.onnx.export(network, (torch.tensor([2, 5, 6, 7, 3]),), path, opset_version=17 if name != "mpnet" else 13,
                      input_names=["input_ids"], output_names=["last_hidden_state"])
    torch.float64, torch.Tensor.double = double
    return path


def quantize(values, axis, signed):
    """Scales for each index of the axis, or one for all; returns numbers, scales, zero points."""
    others = tuple(i for i in range(values.ndim) if i != axis) if axis is not None else None
    if signed:
        scale = np.abs(values).max(axis=others) / 127
        zero = np.zeros_like(scale, np.int8)
    else:
        low, high = np.minimum(values.min(axis=others), 0), np.maximum(values.max(axis=others), 0)
        scale = (high - low) / 255
        zero = np.rint(-low / scale).astype(np.uint8)
    shape = [-1 if i == axis else 1 for i in range(values.ndim)] if axis is not None else ()
    s, z = np.asarray(scale, np.float32), zero
    stored = np.clip(np.rint(values / s.reshape(shape)) + z.reshape(shape).astype(int), -127 if signed else 0, 127 if signed else 255).astype(zero.dtype)
    return stored, s, z, (stored.astype(np.float32) - z.reshape(shape).astype(np.float32)) * s.reshape(shape)


def constants(graph):
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def replace(graph, name, *tensors):
    for tensor in list(graph.initializer):
        if tensor.name == name:
            graph.initializer.remove(tensor)
    graph.initializer.extend(tensors)


def dynamic(path, signed, per_channel):
    """Weights and the table of tokens in 8 bits; products in whole numbers, as quantize_dynamic arranges them."""
    model = onnx.load(path)
    graph, known, nodes, means = model.graph, constants(model.graph), [], {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in known:
            weight = node.input[1]
            stored, scale, zero, meant = quantize(known[weight], 1 if per_channel else None, signed)
            means[weight] = meant
            replace(graph, weight, numpy_helper.from_array(stored, weight + "_quantized"), numpy_helper.from_array(scale, weight + "_scale"), numpy_helper.from_array(zero, weight + "_zero_point"))
            at = node.output[0]
            nodes += [
                helper.make_node("DynamicQuantizeLinear", [node.input[0]], [at + "_q", at + "_s", at + "_z"], at + "_QuantizeLinear"),
                helper.make_node("MatMulInteger", [at + "_q", weight + "_quantized", at + "_z", weight + "_zero_point"], [at + "_integers"], node.name + "_quant"),
                helper.make_node("Cast", [at + "_integers"], [at + "_floats"], node.name + "_cast", to=TensorProto.FLOAT),
                helper.make_node("Mul", [at + "_s", weight + "_scale"], [at + "_scales"], node.name + "_quant_scales_mul"),
                helper.make_node("Mul", [at + "_floats", at + "_scales"], [at], node.name + "_quant_output_scale_mul")]
        elif node.op_type == "Gather" and node.input[0].endswith("word_embeddings.weight"):
            table = node.input[0]
            stored, scale, zero, means[table] = quantize(known[table], None, signed)
            replace(graph, table, numpy_helper.from_array(stored, table + "_quantized"), numpy_helper.from_array(scale, table + "_scale"), numpy_helper.from_array(zero, table + "_zero_point"))
            nodes += [helper.make_node("Gather", [table + "_quantized", node.input[1]], [node.output[0] + "_quantized"], node.name),
                      helper.make_node("DequantizeLinear", [node.output[0] + "_quantized", table + "_scale", table + "_zero_point"], [node.output[0]], node.name + "_DequantizeLinear")]
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    return model, means


def qdq(path):
    """Weights in 8 bits, one scale a column, dequantized before the product."""
    model = onnx.load(path)
    graph, known, nodes, means = model.graph, constants(model.graph), [], {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in known:
            weight = node.input[1]
            stored, scale, zero, means[weight] = quantize(known[weight], 1, True)
            replace(graph, weight, numpy_helper.from_array(stored, weight + "_quantized"), numpy_helper.from_array(scale, weight + "_scale"), numpy_helper.from_array(zero, weight + "_zero_point"))
            nodes.append(helper.make_node("DequantizeLinear", [weight + "_quantized", weight + "_scale", weight + "_zero_point"], [weight + "_DequantizeLinear_Output"], weight + "_DequantizeLinear", axis=1))
            node.input[1] = weight + "_DequantizeLinear_Output"
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    return model, means


def names_of_products(path):
    """Which parameter each matrix of the export is: by its values."""
    known, weights = constants(onnx.load(path).graph), load("bert")
    return {name: next(key for key, w in weights.items() if w.ndim == 2 and (w.numpy().shape == v.shape and np.array_equal(w.numpy(), v) or w.numpy().T.shape == v.shape and np.array_equal(w.numpy().T, v)))
            for name, v in known.items() if v.ndim == 2 and v.dtype == np.float32}


def write_quantized(name, model, means, parameters):
    onnx.checker.check_model(model)
    with open(os.path.join(ROOT, name + ".onnx"), "wb") as file:
        file.write(model.SerializeToString())
    weights = {key: value.double() for key, value in load("bert").items()}
    for stored, value in means.items():
        key = parameters[stored]
        weights[key] = torch.from_numpy(value.astype(np.float64) if key == stored else value.T.astype(np.float64))
    expected = json.load(open(os.path.join(ENCODERS, "bert", "expected.json")))
    config = json.load(open(os.path.join(ENCODERS, "bert", "config.json")))
    texts, vectors = expected["texts"][:9], []
    for text in texts:
        ids = [2] + [len(encoders.SPECIAL) + encoders.WORDS.index(word) for word in text.split()] + [3]
        vectors.append(torch.nn.functional.normalize(LINEAR_BERT(weights, config, ids).mean(0), dim=0).tolist())
    json.dump({"made_by": f"tests/reference/onnx_exports.py with torch {torch.__version__}, onnx {onnx.__version__}", "texts": texts, "vectors": [[round(v, 9) for v in row] for row in vectors]},
              open(os.path.join(ROOT, name + ".json"), "w"))


def retyped(path, name, change):
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            change(tensor, numpy_helper.to_array(tensor))
    with open(os.path.join(ROOT, name + ".onnx"), "wb") as file:
        file.write(model.SerializeToString())


def as_numbers(tensor, values):
    tensor.ClearField("raw_data")
    tensor.float_data.extend(values.ravel().tolist())


def as_half_numbers(tensor, values):
    """16-bit floats by their bits in 32-bit numbers; what the file says is no valid graph any more (its nodes want 32 bits), but a valid table of weights."""
    tensor.ClearField("raw_data")
    tensor.data_type = TensorProto.FLOAT16
    tensor.int32_data.extend(values.astype(np.float16).view(np.uint16).ravel().tolist())


def external(path):
    model = onnx.load(path)
    onnx.save_model(model, os.path.join(ROOT, "bert-external.onnx"), save_as_external_data=True, all_tensors_to_one_file=True, location="bert-external.onnx_data", size_threshold=256)


LINEAR, NORM = encoders.linear, encoders.norm


def LINEAR_BERT(*arguments):
    encoders.linear, encoders.norm = LINEAR, NORM
    return encoders.bert(*arguments)


os.makedirs(ROOT, exist_ok=True)
for old in os.listdir(ROOT):
    os.remove(os.path.join(ROOT, old))
for name in RUNS:
    path = export(name)
    print(name, os.path.getsize(path), onnx.load(path).producer_version)
bert = os.path.join(ROOT, "bert.onnx")
parameters = names_of_products(bert)
write_quantized("bert-dynamic-uint8", *dynamic(bert, signed=False, per_channel=False), parameters)
write_quantized("bert-dynamic-int8-columns", *dynamic(bert, signed=True, per_channel=True), parameters)
write_quantized("bert-qdq", *qdq(bert), parameters)
retyped(os.path.join(ROOT, "distilbert.onnx"), "distilbert-numbers", as_numbers)
retyped(os.path.join(ROOT, "distilbert.onnx"), "distilbert-half-numbers", as_half_numbers)
external(bert)
