"""Writes models/simile-image-mini and the figures. Use: export.py --data ../shared/data/train --weights FOLDER/weights.pt --figures FILE.jsonl [--model FOLDER]"""
import argparse
import datetime
import hashlib
import json
import pathlib
import struct

import numpy
import torch
from PIL import Image

import evaluate
import pictures
import texts
from augmentation import DEVIATION, MEAN, normalize
from network import ImageTower

TEXT_MODEL = "simile-text-mini"
GOLDEN = [(112, 112, 1), (300, 200, 2), (90, 160, 3), (640, 480, 4), (113, 57, 5)]


def rounded(name, tensor):
    """Convolutions and the projection as 16-bit floats; norms and biases, which are few, as they are."""
    return tensor.half() if tensor.ndim > 1 else tensor.float()


def write_safetensors(path, tensors):
    header, blocks, offset = {}, [], 0
    for name, tensor in tensors.items():
        block = tensor.contiguous().numpy().tobytes()
        header[name] = {"dtype": {torch.float16: "F16", torch.float32: "F32"}[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(block)]}
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def golden_picture(width, height, seed):
    """GoldenPictures.Draw of the library."""
    y, x, c = numpy.mgrid[0:height, 0:width, 0:3]
    return Image.fromarray((((x * x * (c + 1)) + (y * y * (3 - c)) + (97 * seed * (x + y))) // 16 % 256).astype(numpy.uint8))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_model(folder, model, recipe):
    folder.mkdir(parents=True, exist_ok=True)
    text_weights = texts.ROOT / "models" / TEXT_MODEL / "model.safetensors"
    digest = hashlib.sha256(text_weights.read_bytes()).hexdigest()
    tensors = {n: rounded(n, t) for n, t in model.state_dict().items() if not n.endswith("num_batches_tracked")}
    write_safetensors(folder / "model.safetensors", tensors)
    write_json(folder / "config.json", {
        "model_type": "simile-image", "architectures": ["SimileImageTower"], "embedding_size": recipe["widths"][0], "hidden_sizes": recipe["widths"], "depths": recipe["depths"],
        "layer_type": "basic", "hidden_act": "relu", "image_size": recipe["side"], "projection_dim": 256,
        "aligned_with": {"model": TEXT_MODEL, "space": f"{TEXT_MODEL}@{digest[:8]}", "weights_sha256": digest, "dimensions": 256, "logit_scale": 1 / recipe["temperature"]},
    })
    write_json(folder / "preprocessor_config.json", {
        "image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": recipe["side"], "width": recipe["side"]}, "resample": 2, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [round(v, 3) for v in MEAN.flatten().tolist()], "image_std": [round(v, 3) for v in DEVIATION.flatten().tolist()],
    })
    seen = [pictures.squeeze(golden_picture(*g), recipe["side"]) for g in GOLDEN]
    model.double().eval()
    with torch.no_grad():
        vectors = model.features(normalize(torch.from_numpy(numpy.stack(seen)).permute(0, 3, 1, 2).float().div_(255)).double())
        vectors = torch.nn.functional.normalize(model.projection(vectors), dim=1)
    (folder / "golden.json").write_text(json.dumps({"tolerance": 0.0005, "pictures": [list(g) for g in GOLDEN], "picture_vectors": [[float("%.8g" % v) for v in row] for row in vectors.tolist()]}) + "\n")
    model.float()


def calibration(vectors, labels, written, texts_elsewhere):
    """Cosines of text queries ("a sunflower") with pictures and with passages."""
    queries = numpy.stack([v[1] for _, v in written])
    cosines = vectors @ queries.T
    right = labels[:, None] == numpy.arange(len(queries))
    describe = lambda x: {"mean": float(x.mean()), "deviation": float(x.std()), "percentiles_1_50_99": [float(p) for p in numpy.percentile(x, [1, 50, 99])]}
    return {
        "query_to_right_picture": describe(cosines[right]),
        "query_to_other_picture": describe(cosines[~right]),
        "query_to_own_gloss": describe(numpy.array([v[1] @ v[[i for i, (t, _) in enumerate(rows) if ": " in t][0]] for rows, v in written])),
        "query_to_other_passage": describe(texts_elsewhere @ queries.T),
        "picture_to_passage": describe(texts_elsewhere @ vectors.T),
        "picture_to_picture_same_class": describe(numpy.concatenate([(vectors[labels == c] @ vectors[labels == c].T)[numpy.triu_indices((labels == c).sum(), 1)] for c in numpy.unique(labels)])),
        "picture_to_picture_other_class": describe((vectors[::3] @ vectors[1::3].T)[labels[::3, None] != labels[1::3]]),
    }


def passages():
    """Paragraphs of the samples of this repository, embedded as texts."""
    lines = [p.strip().replace("\n", " ") for path in sorted((texts.ROOT / "samples").rglob("*")) if path.suffix in (".md", ".txt") for p in path.read_text().split("\n\n")]
    return texts.embed([line for line in lines if len(line) > 80])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--figures", required=True)
    parser.add_argument("--model")
    parser.add_argument("--split", default="test")
    arguments = parser.parse_args()
    saved = torch.load(arguments.weights)
    recipe = saved["recipe"]
    model = ImageTower(recipe["widths"], recipe["depths"])
    model.load_state_dict({n: rounded(n, t).float() if t.dtype.is_floating_point else t for n, t in saved["weights"].items()})
    table, written = texts.class_texts(arguments.data)
    classes = [r["class"] for r in table]
    cache = pathlib.Path(arguments.weights).parent.parent / f"pictures-{recipe['side']}.npz"
    _, labels, splits, _, seen = pictures.load(pathlib.Path(arguments.data) / "caltech101-96px.zip", classes, recipe["side"], cache)
    held = splits == arguments.split
    known = splits == "train" if arguments.split == "validation" else splits != "test"
    vectors = evaluate.vectors_of(model, seen)
    weights = "not written"
    if arguments.model:
        write_model(pathlib.Path(arguments.model), model, recipe)
        weights = hashlib.sha256(pathlib.Path(arguments.model, "model.safetensors").read_bytes()).hexdigest()[:16]
    lines = [{"date": datetime.date.today().isoformat(), "by": f"PyTorch {torch.__version__} in 32-bit arithmetic, weights as shipped (16 bits)", "weights": weights, "epochs": saved["epoch"], "recipe": recipe}]
    for how, column in (("the name alone", 0), ("'a …'", 1), ("'a photo of a …'", 2)):
        names = numpy.stack([v[column] for _, v in written])
        lines.append({"model": "simile-image-mini", "split": arguments.split, "pictures": int(held.sum()), "nearest_class_name": how, **evaluate.name_accuracy(vectors[held], labels[held], names), "text_to_picture_at_10": evaluate.precision_at(vectors[held], labels[held], names)})
    raw = numpy.stack(list(texts.embed([c.replace("_", " ").lower() for c in classes])))
    lines.append({"split": arguments.split, "nearest_class_name": "the folder's name, underscores as spaces", **evaluate.name_accuracy(vectors[held], labels[held], raw)})
    lines.append({"split": arguments.split, "neighbours": 5, "among": int(known.sum()), **evaluate.neighbour_accuracy(vectors[held], labels[held], vectors[known], labels[known])})
    lines.append({"split": arguments.split, "cosines": calibration(vectors[held], labels[held], written, passages())})
    ranks = (vectors[held] @ numpy.stack([v[0] for _, v in written]).T).argmax(1)
    lines.append({"split": arguments.split, "accuracy_by_class": {c: round(float((ranks[labels[held] == i] == i).mean()), 3) for i, c in enumerate(classes) if (labels[held] == i).any()}})
    samples = sorted((texts.ROOT / "samples/pictures").iterdir())
    sampled = evaluate.vectors_of(model, numpy.stack([pictures.squeeze(Image.open(p).convert("RGB"), recipe["side"]) for p in samples]))
    names = numpy.stack([v[0] for _, v in written])
    lines.append({"samples": {p.name: [[classes[i], round(float(row[i]), 3)] for i in numpy.argsort(-row)[:3]] for p, row in zip(samples, sampled @ names.T)}})
    pathlib.Path(arguments.figures).write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    for line in lines:
        print(json.dumps(line, ensure_ascii=False)[:900])


if __name__ == "__main__":
    main()
