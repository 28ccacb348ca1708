"""Trains simile-image-mini from scratch. Use: train.py --data ../shared/data/train --output FOLDER; started again, it goes on where it was"""
import argparse
import concurrent.futures
import copy
import json
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


def place_of(epoch, phases):
    """The phase of an epoch (from 0, may have a fraction) and how far it has gone."""
    for phase in phases:
        if epoch < phase["epochs"]:
            return phase, epoch / phase["epochs"]
        epoch -= phase["epochs"]
    return phases[-1], 1.0


def learning_rate(epoch, phases):
    """Along a line from a phase's first to its last rate; it rises from 0 in the first epoch of all."""
    phase, share = place_of(epoch, phases)
    first, last = phase["rate"]
    return (first + (last - first) * share) * min(1, epoch + 0.01)


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


class Half:
    """A copy of the network with random numbers of its own that works through its half of each batch on one thread, as a second processor would.

    Two halves need one another once a step, not once a layer: on a machine that others use too, that is much faster than two threads on one batch.
    """

    def __init__(self, model, recipe, number):
        self.model, self.recipe = model, recipe
        self.random = torch.Generator().manual_seed(recipe["seed"] + number)

    def gradients(self, stored, labels, targets, side, mixing):
        torch.set_num_threads(1)
        inputs, order, share = augmentation.augment(stored, side, self.random, mixing)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = self.model(inputs)
        loss = loss_of(vectors.float(), targets, labels, order, share, self.recipe)
        self.model.zero_grad(set_to_none=True)
        loss.backward()
        return loss.item()


class Trainer:
    def __init__(self, recipe):
        torch.manual_seed(recipe["seed"])
        self.recipe, self.epoch = recipe, 0
        self.random = torch.Generator().manual_seed(recipe["seed"])
        self.model = ImageTower(recipe["widths"], recipe["depths"])
        self.average = copy.deepcopy(self.model)
        self.halves = [Half(self.model, recipe, 1), Half(copy.deepcopy(self.model), recipe, 2)]
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        others = [p for p in self.model.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": recipe["decay"]}, {"params": others, "weight_decay": 0}], lr=0.1, momentum=0.9, nesterov=True)
        self.pool = concurrent.futures.ThreadPoolExecutor(2)

    def state(self):
        return {
            "epoch": self.epoch, "recipe": self.recipe, "weights": self.average.state_dict(), "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(), "randoms": [g.get_state() for g in (self.random, *(h.random for h in self.halves))],
        }

    def restore(self, state):
        self.epoch = state["epoch"]
        self.average.load_state_dict(state["weights"])
        for half in self.halves:
            half.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        for generator, saved in zip((self.random, *(h.random for h in self.halves)), state["randoms"]):
            generator.set_state(saved)

    def run_epoch(self, stored, labels, class_texts):
        batch, phases = self.recipe["batch"], self.recipe["phases"]
        steps = self.recipe["epoch"] // batch
        total = 0.0
        for half in self.halves:
            half.model.train()
        for step, chosen in enumerate(draw_order(labels, steps * batch, self.recipe["balance"], self.random).split(batch)):
            epoch = self.epoch + step / steps
            phase, _ = place_of(epoch, phases)
            targets = choose_texts(class_texts, self.random)
            jobs = [self.pool.submit(half.gradients, stored[part], labels[part], targets, phase["side"], phase["mixing"]) for half, part in zip(self.halves, chosen.chunk(2))]
            total += sum(job.result() for job in jobs) / 2
            self.step(learning_rate(epoch, phases))
        self.epoch += 1
        return total / steps

    def step(self, rate):
        first, second = self.halves
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with torch.no_grad():
            for ours, theirs in zip(first.model.parameters(), second.model.parameters()):
                ours.grad.add_(theirs.grad).mul_(0.5)
            self.optimizer.step()
            for ours, theirs in zip(first.model.parameters(), second.model.parameters()):
                theirs.copy_(ours)
            for ours, theirs in zip(first.model.buffers(), second.model.buffers()):
                if ours.dtype.is_floating_point:
                    ours.add_(theirs).mul_(0.5)
                theirs.copy_(ours)
        follow(self.average, self.model, self.recipe["average"] if self.epoch else 0.9)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--set", nargs="*", default=[], help="name=JSON, over recipe.json")
    arguments = parser.parse_args()
    recipe = {**CONFIG, **{k: json.loads(v) for k, v in (s.split("=", 1) for s in arguments.set)}}
    output = pathlib.Path(arguments.output)
    output.mkdir(parents=True, exist_ok=True)

    table, written = texts.class_texts(arguments.data)
    class_texts = [(torch.tensor([w for _, w in rows]), torch.from_numpy(v)) for rows, v in written]
    names = numpy.stack([v[0] for _, v in written])
    paths, labels, splits, stored, seen = pictures.load(pathlib.Path(arguments.data) / "caltech101-96px.zip", [r["class"] for r in table], recipe["side"], output.parent / f"pictures-{recipe['side']}.npz")
    held = splits == "validation"

    def material(with_validation):
        known = splits != "test" if with_validation else splits == "train"
        inputs, targets = torch.from_numpy(stored[known]), torch.from_numpy(labels[known])
        if recipe["drawings"]:
            import drawings
            drawn, drawn_labels = drawings.training_set(recipe["drawings"], recipe["seed"], [r["class"] for r in table], pictures.STORED, output.parent / f"drawings-{recipe['drawings']}.npz")
            inputs, targets = torch.cat([inputs, torch.from_numpy(drawn)]), torch.cat([targets, torch.from_numpy(drawn_labels)])
        print(len(inputs), "to learn from", flush=True)
        return inputs, targets

    trainer, saved = Trainer(recipe), output / "weights.pt"
    if saved.exists():
        trainer.restore(torch.load(saved))
    epochs, with_validation = sum(phase["epochs"] for phase in recipe["phases"]), None
    while trainer.epoch < epochs:
        wanted = place_of(trainer.epoch, recipe["phases"])[0].get("with_validation", False)
        if wanted != with_validation:
            (inputs, targets), with_validation = material(wanted), wanted
        started = time.time()
        line = {"epoch": trainer.epoch, "loss": round(trainer.run_epoch(inputs, targets, class_texts), 3), "seconds": round(time.time() - started)}
        if trainer.epoch % 5 == 0 or trainer.epoch == epochs:
            line["validation"] = evaluate.name_accuracy(evaluate.vectors_of(trainer.average, seen[held]), labels[held], names)
        print(json.dumps(line), flush=True)
        with open(output / "log.jsonl", "a") as file:
            file.write(json.dumps(line) + "\n")
        torch.save(trainer.state(), output / "writing.pt")
        (output / "writing.pt").replace(saved)


if __name__ == "__main__":
    main()
