"""Random cross-encoders in the published layouts that families.py has not, and the scores PyTorch gives for them.

Usage, in a folder where 'npm i --ignore-scripts tokenizers@0.23.2' was run: /usr/bin/python3 …/tests/reference/rerankers.py
(Debian's python3-torch 1.13; Node)

Writes tests/Simile.Tests/Reference/rerankers/<name>/. Which tokens the network sees of a pair says Hugging Face's own library of
tokenizers (rerankers.mjs). The networks are those of encoders.py with the heads of …ForSequenceClassification on top, written here
from what transformers publishes: no machine with that library was at hand. Weights are rounded to the type they are stored in,
then everything is computed in 64-bit floats. Tolerance in the tests: 2e-5 for fp32.
"""
import json, os, shutil, subprocess
import torch
import torch.nn.functional as F
import encoders
from encoders import BERT, SPECIAL, TYPES, WORDS, add_linear, bert, bert_weights, distilbert, distilbert_weights, linear, mpnet, mpnet_weights, save

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "Simile.Tests", "Reference", "rerankers")
LONGEST = 40
VOCAB = {word: i for i, word in enumerate(SPECIAL + WORDS)}


def processor(kind):
    if kind != "template":
        return {"type": kind, "sep": ["[SEP]", 3], "cls": ["[CLS]", 2], **({"trim_offsets": True, "add_prefix_space": False} if kind == "RobertaProcessing" else {})}
    special = lambda token, type_id: {"SpecialToken": {"id": token, "type_id": type_id}}
    text = lambda name, type_id: {"Sequence": {"id": name, "type_id": type_id}}
    return {"type": "TemplateProcessing", "single": [special("[CLS]", 0), text("A", 0), special("[SEP]", 0)],
            "pair": [special("[CLS]", 0), text("A", 0), special("[SEP]", 0), text("B", 1), special("[SEP]", 1)],
            "special_tokens": {t: {"id": t, "ids": [VOCAB[t]], "tokens": [t]} for t in ("[CLS]", "[SEP]")}}


def pooled_head(w, x):
    return linear(torch.tanh(linear(x[0], w, "bert.pooler.dense")), w, "classifier")


def tanh_head(w, x):
    return linear(torch.tanh(linear(x[0], w, "classifier.dense")), w, "classifier.out_proj")


def relu_head(w, x):
    return linear(F.relu(linear(x[0], w, "pre_classifier")), w, "classifier")


ACTIVATIONS = {"Sigmoid": torch.sigmoid, "Identity": lambda x: x, "Softmax": lambda x: x.softmax(-1)}
CLASSES = "torch.nn.modules.activation.", "torch.nn.modules.linear."
named = lambda activation: CLASSES[activation == "Identity"] + activation
ROBERTA = {**BERT, "layer_norm_eps": 1e-5, "type_vocab_size": 1, "pad_token_id": 1}
# Where the function behind the scores is named: "old" is config.json as sentence-transformers before 4 wrote it, "inner" as 4 and 5 write it, "own" the file of 6; None is nowhere.
MODELS = {
    "bert-types": dict(config={"model_type": "bert", "architectures": ["BertForSequenceClassification"], **BERT}, prefix="bert.", make=bert_weights,
                       run=lambda w, c, row: bert(w, c, row["ids"], 0, row["types"]), layers=["bert.pooler.dense", "classifier"], head=pooled_head, labels=["LABEL_0"],
                       processor="template", activation="Identity", where="old"),
    "bert-nli": dict(config={"model_type": "bert", "architectures": ["BertForSequenceClassification"], **BERT}, prefix="bert.", make=bert_weights,
                     run=lambda w, c, row: bert(w, c, row["ids"], 0, row["types"]), layers=["bert.pooler.dense", "classifier"], head=pooled_head,
                     labels=["contradiction", "entailment", "neutral"], processor="BertProcessing", activation="Softmax", where="inner"),
    "roberta": dict(config={"model_type": "roberta", "architectures": ["RobertaForSequenceClassification"], **ROBERTA}, prefix="roberta.", make=bert_weights,
                    run=lambda w, c, row: bert(w, c, row["ids"], 2), layers=["classifier.dense", "classifier.out_proj"], head=tanh_head, labels=["LABEL_0"],
                    processor="RobertaProcessing", activation="Sigmoid", where=None),
    "roberta-2": dict(config={"model_type": "roberta", "architectures": ["RobertaForSequenceClassification"], **ROBERTA}, prefix="roberta.", make=bert_weights,
                      run=lambda w, c, row: bert(w, c, row["ids"], 2), layers=["classifier.dense", "classifier.out_proj"], head=tanh_head, labels=["LABEL_0", "LABEL_1"],
                      processor="RobertaProcessing", activation="Identity", where=None),
    "mpnet": dict(config={"model_type": "mpnet", "architectures": ["MPNetForSequenceClassification"], "hidden_size": 48, "num_attention_heads": 2, "num_hidden_layers": 2,
                          "intermediate_size": 80, "hidden_act": "gelu", "layer_norm_eps": 1e-5, "max_position_embeddings": 82, "relative_attention_num_buckets": 32, "vocab_size": 64},
                  prefix="mpnet.", make=mpnet_weights, run=lambda w, c, row: mpnet(w, c, row["ids"]), layers=["classifier.dense", "classifier.out_proj"], head=tanh_head,
                  labels=["LABEL_0"], processor="RobertaProcessing", activation="Sigmoid", where="inner"),
    "distilbert": dict(config={"model_type": "distilbert", "architectures": ["DistilBertForSequenceClassification"], "dim": 64, "n_heads": 4, "n_layers": 2, "hidden_dim": 96,
                               "activation": "gelu", "max_position_embeddings": 80, "vocab_size": 64},
                       prefix="distilbert.", make=distilbert_weights, run=lambda w, c, row: distilbert(w, c, row["ids"]), layers=["pre_classifier", "classifier"], head=relu_head,
                       labels=["LABEL_0"], processor="template", activation="Identity", where="own"),
}


def pairs(g):
    draw = lambda n: " ".join(WORDS[i] for i in torch.randint(len(WORDS), (n,), generator=g).tolist())
    query = draw(4)
    # One query with several texts, so that their order is known too; then pairs of which one or both are cut.
    return [[query, draw(n)] for n in (1, 3, 7, 12, 20)] + [[draw(a), draw(b)] for a, b in ((1, 1), (18, 19), (60, 5), (3, 90), (70, 50), (50, 51), (17, 60))]


def build(seed, name, m):
    g = torch.Generator().manual_seed(seed)
    folder = os.path.join(ROOT, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    config = {**m["config"], "id2label": dict(enumerate(m["labels"]))}
    weights = m["make"](g, config)
    width = config.get("hidden_size") or config["dim"]
    head = {}
    add_linear(g, head, m["layers"][0], width, width)
    add_linear(g, head, m["layers"][1], len(m["labels"]), width)
    weights, head = ({k: v.to(TYPES["F16"]).double() for k, v in part.items()} for part in (weights, head))
    save(os.path.join(folder, "model.safetensors"), {**{m["prefix"] + k: v for k, v in weights.items()}, **head}, "F16")

    if m["where"] == "old":
        config["sbert_ce_default_activation_function"] = named(m["activation"])
    elif m["where"] == "inner":
        config["sentence_transformers"] = {"activation_fn": named(m["activation"]), "version": "4.1.0"}
    elif m["where"] == "own":
        dump({"model_type": "CrossEncoder", "activation_fn": named(m["activation"])}, folder, "config_sentence_transformers.json")
    dump(config, folder, "config.json")
    encoders.tokenizer(os.path.join(folder, "tokenizer.json"))
    tokenizer = json.load(open(os.path.join(folder, "tokenizer.json")))
    tokenizer["post_processor"] = processor(m["processor"])
    dump(tokenizer, folder, "tokenizer.json")
    dump({"tokenizer_class": "BertTokenizer" if m["processor"] != "RobertaProcessing" else "RobertaTokenizer", "model_max_length": LONGEST}, folder, "tokenizer_config.json")

    examples = pairs(g)
    rows = json.loads(subprocess.run(["node", os.path.join(HERE, "rerankers.mjs"), os.path.join(folder, "tokenizer.json"), str(LONGEST)], input=json.dumps(examples), capture_output=True, text=True, check=True).stdout)
    logits = [m["head"](head, m["run"](weights, config, row)) for row in rows]
    scores = [ACTIVATIONS[m["activation"]](logit) for logit in logits]
    plain = lambda values: [[round(v, 9) for v in value.tolist()] for value in values]
    dump({"made_by": f"tests/reference/rerankers.py with torch {torch.__version__}, tokenizers 0.23.2", "labels": m["labels"], "pairs": examples, "scores": plain(scores), "logits": plain(logits),
          "ids": [row["ids"] for row in rows], "activation": m["activation"]}, folder, "expected.json")


def dump(value, *path):
    json.dump(value, open(os.path.join(*path), "w"))


for seed, (name, model) in enumerate(MODELS.items(), 40):
    build(seed, name, model)
    print(name)
