"""Figures of image vectors: nearest class name, nearest neighbours, precision of text to picture."""
import numpy
import torch

from augmentation import normalize


def vectors_of(model, pictures, batch=64):
    """Bytes (N, S, S, 3) to unit vectors (N, 256), in 32-bit arithmetic."""
    model.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(pictures), batch):
            chunk = torch.from_numpy(pictures[start:start + batch]).permute(0, 3, 1, 2).float().div_(255)
            parts.append(model(normalize(chunk)).float())
    return torch.cat(parts).numpy()


def name_accuracy(vectors, labels, names):
    """Micro and macro accuracy of the nearest class name, and micro of the five nearest."""
    ranks = numpy.argsort(-vectors @ names.T, axis=1)
    right = ranks[:, 0] == labels
    return {
        "accuracy": float(right.mean()),
        "accuracy_macro": float(numpy.mean([right[labels == c].mean() for c in numpy.unique(labels)])),
        "accuracy_top5": float((ranks[:, :5] == labels[:, None]).any(1).mean()),
    }


def neighbour_accuracy(vectors, labels, known, known_labels, k=5):
    """Majority of the k nearest known pictures; a tie goes to the larger sum of cosines."""
    cosines = vectors @ known.T
    nearest = numpy.argsort(-cosines, axis=1)[:, :k]
    votes = numpy.zeros((len(vectors), known_labels.max() + 1))
    for column in range(k):
        index = nearest[:, column]
        votes[numpy.arange(len(vectors)), known_labels[index]] += 1 + 0.001 * cosines[numpy.arange(len(vectors)), index]
    right = votes.argmax(1) == labels
    return {"accuracy": float(right.mean()), "accuracy_macro": float(numpy.mean([right[labels == c].mean() for c in numpy.unique(labels)]))}


def precision_at(vectors, labels, queries, k=10):
    """Mean share of right pictures among the k nearest to each class's text; classes with fewer than k pictures can at most reach their share."""
    hits = [(labels[numpy.argsort(-vectors @ query)[:k]] == c).mean() for c, query in enumerate(queries)]
    best = [min(k, (labels == c).sum()) / k for c in range(len(queries))]
    return {"precision": float(numpy.mean(hits)), "attainable": float(numpy.mean(best)), "share_of_attainable": float(numpy.mean(hits) / numpy.mean(best))}
