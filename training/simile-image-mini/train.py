"""Trains simile-image-mini from scratch. Use: train.py --data ../shared/data/train --output FOLDER [--final]"""
import argparse
import copy
import json
import math
import pathlib
import time

import numpy
import torch
from torch.nn import functional

import augmentation
import evaluate
import pictures
import texts
from network import ImageTower

CONFIG = json.loads((pathlib.Path(__file__).parent / "recipe.json").read_text())


def learning_rate(progress):
    """Rises over 5 % of the training, then falls along a cosine."""
    return min(progress / 0.05, 1) * 0.5 * (1 + math.cos(math.pi * max(0, progress - 0.05) / 0.95)) + 0.001


def side_at(progress, sides):
    return next(side for until, side in sides if progress <= until)


def draw_order(labels, count, power, random):
    """Indices of an epoch: classes are drawn by size to a power, so that large ones do not drown small ones."""
    sizes = torch.bincount(labels).float()
    return torch.multinomial(sizes[labels] ** (power - 1), count, replacement=True, generator=random)


def choose_texts(class_texts, random):
    """One text vector a class (C, 256), drawn by weight."""
    rows = [vectors[torch.multinomial(weights, 1, generator=random).item()] for weights, vectors in class_texts]
    return torch.stack(rows)


def loss_of(vectors, targets, labels, order, share, recipe):
    """Cross-entropy over cosines to one text of each class, and the plain distance to the own class's text."""
    logits = vectors @ targets.T / recipe["temperature"]
    smooth = recipe["smoothing"]
    loss = share * functional.cross_entropy(logits, labels, label_smoothing=smooth)
    if share < 1:
        loss = loss + (1 - share) * functional.cross_entropy(logits, labels[order], label_smoothing=smooth)
    wanted = functional.normalize(share * targets[labels] + (1 - share) * targets[labels[order]], dim=1)
    return loss + recipe["pull"] * (1 - (vectors * wanted).sum(1)).mean()


def follow(average, model, keep):
    with torch.no_grad():
        for ours, theirs in zip(average.state_dict().values(), model.state_dict().values()):
            if ours.dtype.is_floating_point:
                ours.lerp_(theirs, 1 - keep)
            else:
                ours.copy_(theirs)


def train(stored, labels, class_texts, recipe, report, epochs):
    random = torch.Generator().manual_seed(recipe["seed"])
    torch.manual_seed(recipe["seed"])
    model = ImageTower(recipe["widths"], recipe["depths"])
    average = copy.deepcopy(model)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": recipe["decay"]}, {"params": others, "weight_decay": 0}], lr=recipe["rate"], momentum=0.9, nesterov=True)
    batch = recipe["batch"]
    each = recipe["epoch"] // batch
    steps, step, started = epochs * each, 0, time.time()
    for epoch in range(epochs):
        order = draw_order(labels, each * batch, recipe["balance"], random)
        total = 0.0
        model.train()
        for chosen in order.split(batch):
            progress = step / steps
            for group in optimizer.param_groups:
                group["lr"] = recipe["rate"] * learning_rate(progress)
            # The last tenth is trained without mixing.
            inputs, swapped, share = augmentation.augment(stored[chosen], side_at(progress, recipe["sides"]), random, recipe["mixing"] if progress < 0.9 else 0)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                vectors = model(inputs)
            loss = loss_of(vectors.float(), choose_texts(class_texts, random), labels[chosen], swapped, share, recipe)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
            follow(average, model, min(recipe["average"], step / (step + 20)))
            total += loss.item()
        report(epoch, total / each, time.time() - started, average)
    return average


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--final", action="store_true", help="train on train and validation, look at the test split once at the end")
    parser.add_argument("--set", nargs="*", default=[], help="name=JSON, over recipe.json")
    arguments = parser.parse_args()
    recipe = {**CONFIG, **{k: json.loads(v) for k, v in (s.split("=", 1) for s in arguments.set)}}
    output = pathlib.Path(arguments.output)
    output.mkdir(parents=True, exist_ok=True)

    table, written = texts.class_texts(arguments.data)
    class_texts = [(torch.tensor([w for _, w in rows]), torch.from_numpy(v)) for rows, v in written]
    names = numpy.stack([v[0] for _, v in written])
    paths, labels, splits, stored, seen = pictures.load(pathlib.Path(arguments.data) / "caltech101-96px.zip", [r["class"] for r in table], recipe["side"], output.parent / f"pictures-{recipe['side']}.npz")
    known = (splits != "test") if arguments.final else (splits == "train")
    held = (splits == "test") if arguments.final else (splits == "validation")
    inputs, targets = torch.from_numpy(stored[known]), torch.from_numpy(labels[known])
    if recipe["drawings"]:
        import drawings
        drawn, drawn_labels = drawings.training_set(recipe["drawings"], recipe["seed"], [r["class"] for r in table], pictures.STORED)
        inputs, targets = torch.cat([inputs, torch.from_numpy(drawn)]), torch.cat([targets, torch.from_numpy(drawn_labels)])
    print(len(inputs), "to learn from,", held.sum(), "held out", flush=True)

    def report(epoch, loss, seconds, model):
        line = {"epoch": epoch, "loss": round(loss, 3), "seconds": round(seconds)}
        last = epoch + 1 == recipe["epochs"]
        if last or (not arguments.final and epoch % 5 == 4):
            vectors = evaluate.vectors_of(model, seen[held])
            line["name"] = evaluate.name_accuracy(vectors, labels[held], names)
        if last:
            line["neighbours"] = evaluate.neighbour_accuracy(vectors, labels[held], evaluate.vectors_of(model, seen[known]), labels[known])
            line["text_to_picture"] = evaluate.precision_at(vectors, labels[held], names)
        print(json.dumps(line), flush=True)
        torch.save({"recipe": recipe, "weights": model.state_dict()}, output / "weights.pt")
        with open(output / "log.jsonl", "a") as file:
            file.write(json.dumps(line) + "\n")

    train(inputs, targets, class_texts, recipe, report, recipe["epochs"])


if __name__ == "__main__":
    main()
