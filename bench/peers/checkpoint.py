"""A random checkpoint in the shape of all-MiniLM-L6-v2, for Simile (safetensors) and for ONNX Runtime (fp32 and int8).

Usage: /usr/bin/python3 bench/peers/checkpoint.py TOKENIZER_JSON TARGET_FOLDER

The ONNX file comes from torch.onnx.export of the same weights; the int8 file from it by what onnxruntime's quantize_dynamic
does: every product with a constant side takes DynamicQuantizeLinear and MatMulInteger, weights in signed 8 bits, one scale each.
"""
import json, math, os, shutil, sys
import numpy, onnx, torch
from onnx import helper, numpy_helper
import torch.nn as nn
import torch.nn.functional as F

from checkpoint_files import safetensors

H, HEADS, LAYERS, I, POSITIONS = 384, 12, 6, 1536, 512


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(H, H) for _ in range(4))
        self.up, self.down = nn.Linear(H, I), nn.Linear(I, H)
        self.norm1, self.norm2 = nn.LayerNorm(H, 1e-12), nn.LayerNorm(H, 1e-12)

    def forward(self, x, mask):
        b, t, _ = x.shape
        split = lambda y: y.view(b, t, HEADS, H // HEADS).permute(0, 2, 1, 3)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(H // HEADS) + mask
        context = torch.matmul(F.softmax(scores, -1), v).permute(0, 2, 1, 3).reshape(b, t, H)
        x = self.norm1(self.out(context) + x)
        return self.norm2(self.down(F.gelu(self.up(x))) + x)


class Bert(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.words, self.positions, self.types = nn.Embedding(vocabulary, H), nn.Embedding(POSITIONS, H), nn.Embedding(2, H)
        self.norm = nn.LayerNorm(H, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, input_ids, attention_mask, token_type_ids):
        positions = torch.arange(input_ids.shape[1])[None]
        x = self.norm(self.words(input_ids) + self.types(token_type_ids) + self.positions(positions))
        mask = (1.0 - attention_mask[:, None, None, :].float()) * -1e9
        for layer in self.layers:
            x = layer(x, mask)
        return x


def names(model):
    yield "embeddings.word_embeddings", model.words
    yield "embeddings.position_embeddings", model.positions
    yield "embeddings.token_type_embeddings", model.types
    yield "embeddings.LayerNorm", model.norm
    for i, layer in enumerate(model.layers):
        p = f"encoder.layer.{i}."
        for name, part in (("attention.self.query", layer.query), ("attention.self.key", layer.key), ("attention.self.value", layer.value), ("attention.output.dense", layer.out),
                           ("attention.output.LayerNorm", layer.norm1), ("intermediate.dense", layer.up), ("output.dense", layer.down), ("output.LayerNorm", layer.norm2)):
            yield p + name, part


def quantize(model):
    constants = {c.name: c for c in model.graph.initializer}
    nodes, seen = [], {}
    for node in model.graph.node:
        if node.op_type != "MatMul" or node.input[1] not in constants:
            nodes.append(node)
            continue
        a, b = node.input
        if a not in seen:
            seen[a] = (a + "_q", a + "_scale", a + "_zero")
            nodes.append(helper.make_node("DynamicQuantizeLinear", [a], list(seen[a])))
        weights = numpy_helper.to_array(constants[b])
        scale = numpy.abs(weights).max() / 127
        for suffix, value in (("_q", numpy.clip(numpy.round(weights / scale), -127, 127).astype(numpy.int8)), ("_scale", numpy.array(scale, numpy.float32)), ("_zero", numpy.array(0, numpy.int8))):
            model.graph.initializer.append(numpy_helper.from_array(value, b + suffix))
        model.graph.initializer.remove(constants[b])
        q, s, z = seen[a]
        out = node.output[0]
        nodes += [helper.make_node("MatMulInteger", [q, b + "_q", z, b + "_zero"], [out + "_int"]), helper.make_node("Cast", [out + "_int"], [out + "_float"], to=1),
                  helper.make_node("Mul", [s, b + "_scale"], [out + "_scale"]), helper.make_node("Mul", [out + "_float", out + "_scale"], [out])]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def main(tokenizer, folder):
    torch.manual_seed(1)
    entries = json.load(open(tokenizer))
    vocabulary = 1 + max(list(entries["model"]["vocab"].values()) + [t["id"] for t in entries["added_tokens"]])
    model = Bert(vocabulary).eval()
    for parameter in model.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=0.05)
    os.makedirs(os.path.join(folder, "onnx"), exist_ok=True)
    os.makedirs(os.path.join(folder, "1_Pooling"), exist_ok=True)
    shutil.copy(tokenizer, os.path.join(folder, "tokenizer.json"))
    json.dump({"tokenizer_class": "BertTokenizer", "model_max_length": 512, "do_lower_case": True, "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}, open(os.path.join(folder, "tokenizer_config.json"), "w"))
    json.dump({"model_type": "bert", "architectures": ["BertModel"], "hidden_size": H, "num_attention_heads": HEADS, "num_hidden_layers": LAYERS, "intermediate_size": I, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
               "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "vocab_size": vocabulary, "pad_token_id": 0}, open(os.path.join(folder, "config.json"), "w"))
    json.dump([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
               {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}], open(os.path.join(folder, "modules.json"), "w"))
    json.dump({"word_embedding_dimension": H, "pooling_mode_mean_tokens": True}, open(os.path.join(folder, "1_Pooling", "config.json"), "w"))
    json.dump({"max_seq_length": 512, "do_lower_case": False}, open(os.path.join(folder, "sentence_bert_config.json"), "w"))
    safetensors(os.path.join(folder, "model.safetensors"), {f"{name}.{kind}": value for name, part in names(model) for kind, value in part.named_parameters()})
    ids = torch.ones(2, 9, dtype=torch.int64)
    axes = {name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask", "token_type_ids", "last_hidden_state")}
    path = os.path.join(folder, "onnx", "model.onnx")
    torch.onnx.export(model, (ids, ids, ids * 0), path, input_names=["input_ids", "attention_mask", "token_type_ids"], output_names=["last_hidden_state"], dynamic_axes=axes, opset_version=14, do_constant_folding=True)
    onnx.save(quantize(onnx.load(path)), os.path.join(folder, "onnx", "model_quantized.onnx"))


main(*sys.argv[1:])
