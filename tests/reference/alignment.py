"""Writes tests/Simile.Training.Tests/Alignment/expected.json: alignments by numpy and scipy, InfoNCE and the learned fusions with gradients by PyTorch.

Run with Debian's Python: /usr/bin/python3 tests/reference/alignment.py
"""
import json
import pathlib

import numpy as np
import scipy
import scipy.linalg
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def rounded(array):
    return [float(f"{value:.9g}") for value in np.asarray(array, dtype=np.float64).ravel()]


def closed_forms():
    generator = np.random.default_rng(5)
    hidden = generator.normal(size=(40, 4))
    entry = {}
    for name, text_d, image_d in [("square", 6, 6), ("tall", 5, 8), ("wide", 8, 5)]:
        x = (hidden @ generator.normal(size=(4, text_d)) + 0.3 * generator.normal(size=(40, text_d)) + 0.5).astype(np.float32)
        y = (hidden @ generator.normal(size=(4, image_d)) + 0.3 * generator.normal(size=(40, image_d)) - 0.2).astype(np.float32)
        cx, cy = unit(x.astype(np.float64)), unit(y.astype(np.float64))
        cx, cy = cx - cx.mean(0), cy - cy.mean(0)
        penalty = 0.05
        kxx = cx.T @ cx + penalty * np.trace(cx.T @ cx) / text_d * np.eye(text_d)
        kyy = cy.T @ cy + penalty * np.trace(cy.T @ cy) / image_d * np.eye(image_d)
        ridge = scipy.linalg.solve(kxx, cx.T @ cy, assume_a="pos")
        if text_d == image_d:
            rotation, _ = scipy.linalg.orthogonal_procrustes(cx, cy)
        else:
            u, _, vt = np.linalg.svd(cx.T @ cy, full_matrices=False)
            rotation = u @ vt
        # Canonical correlation by symmetric square roots (ours goes by Cholesky factors: same directions): what is compared
        # is the bilinear form that both heads make together, free of signs and of rotations.
        wx, wy = (np.real(scipy.linalg.inv(scipy.linalg.sqrtm(k))) for k in (kxx, kyy))
        u, s, vt = np.linalg.svd(wx @ (cx.T @ cy) @ wy, full_matrices=False)
        kept = 3
        cca = wx @ u[:, :kept] @ np.diag(s[:kept] ** 2) @ vt[:kept] @ wy
        entry[name] = {"text_dimensions": text_d, "image_dimensions": image_d, "texts": rounded(x), "images": rounded(y), "penalty": penalty,
                       "ridge": rounded(ridge), "procrustes": rounded(rotation), "kept": kept, "cca": rounded(cca)}
    return entry


def info_nce(a, b, scale):
    logits = scale * torch.nn.functional.normalize(a) @ torch.nn.functional.normalize(b).T
    labels = torch.arange(len(a))
    return (torch.nn.functional.cross_entropy(logits, labels) + torch.nn.functional.cross_entropy(logits.T, labels)) / 2


def contrastive():
    torch.manual_seed(7)
    a, b = torch.randn(32, 5, dtype=torch.float64).float().double().requires_grad_(), torch.randn(32, 5, dtype=torch.float64).float().double().requires_grad_()
    scale = torch.tensor(14.0, dtype=torch.float64, requires_grad=True)
    loss = info_nce(a, b, scale)
    loss.backward()
    return {"rows": 32, "columns": 5, "scale": 14.0, "left": rounded(a.detach()), "right": rounded(b.detach()), "loss": loss.item(),
            "left_gradient": rounded(a.grad), "right_gradient": rounded(b.grad), "scale_gradient": scale.grad.item()}


def gated():
    torch.manual_seed(8)
    rows, text_d, image_d, outputs = 6, 4, 7, 5
    t, i = torch.nn.functional.normalize(torch.randn(rows, text_d)).double(), torch.nn.functional.normalize(torch.randn(rows, image_d)).double()
    target = torch.randn(rows, outputs).double()
    names = {"text": text_d, "image": image_d, "gate": text_d + image_d}
    weights = {name: torch.randn(outputs, size).double().requires_grad_() for name, size in names.items()}
    biases = {name: torch.randn(outputs).double().requires_grad_() for name in names}
    linear = lambda name, x: torch.nn.functional.linear(x, weights[name], biases[name])
    z = torch.sigmoid(linear("gate", torch.cat([t, i], 1)))
    fused = z * torch.tanh(linear("text", t)) + (1 - z) * torch.tanh(linear("image", i))
    (fused * target).sum().backward()
    return {"rows": rows, "outputs": outputs, "text_dimensions": text_d, "image_dimensions": image_d, "texts": rounded(t), "images": rounded(i), "target": rounded(target),
            "fused": rounded(fused.detach()), "normalized": rounded(torch.nn.functional.normalize(fused).detach()),
            "layers": {name: {"weight": rounded(weights[name].detach()), "bias": rounded(biases[name].detach()),
                              "weight_gradient": rounded(weights[name].grad), "bias_gradient": rounded(biases[name].grad)} for name in names}}


def recall():
    generator = np.random.default_rng(11)
    texts, images = unit(generator.normal(size=(30, 6))).astype(np.float32), unit(generator.normal(size=(12, 6))).astype(np.float32)
    picture_of = np.concatenate([np.arange(12), generator.integers(0, 12, 18)])
    texts = unit(texts + 0.8 * images[picture_of]).astype(np.float32)
    scores = texts.astype(np.float64) @ images.astype(np.float64).T
    to_image, to_text = {}, {}
    for k in (1, 5, 10):
        to_image[k] = float(np.mean([picture_of[i] in np.argsort(-scores[i])[:k] for i in range(30)]))
        to_text[k] = float(np.mean([any(picture_of[j] == p for j in np.argsort(-scores[:, p])[:k]) for p in range(12)]))
    return {"dimensions": 6, "texts": rounded(texts), "images": rounded(images), "picture_of": [int(p) for p in picture_of], "to_image": list(to_image.values()), "to_text": list(to_text.values()),
            "gap": float(np.linalg.norm(texts.astype(np.float64).mean(0) - images.astype(np.float64).mean(0)))}


expected = {"versions": {"numpy": np.__version__, "scipy": scipy.__version__, "torch": torch.__version__},
            "closed_forms": closed_forms(), "contrastive": contrastive(), "gated": gated(), "recall": recall()}
path = ROOT / "tests" / "Simile.Training.Tests" / "Alignment" / "expected.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(expected) + "\n")
