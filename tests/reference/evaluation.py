"""Writes tests/Simile.Training.Tests/Evaluation/expected.json: correlations by scipy (1.10) and ranking measures by plain numpy.

    python3 tests/reference/evaluation.py
"""
import json
import os

import numpy as np
from scipy import stats

rng = np.random.default_rng(1)
correlations = []
for n in (2, 3, 10, 200):
    a = np.round(rng.normal(size=n) * 2, 1)
    b = np.round(a * 0.5 + rng.normal(size=n), 1) if n > 2 else np.array([0.5, 0.25])
    correlations.append({"a": a.tolist(), "b": b.tolist(), "spearman": float(stats.spearmanr(a, b)[0]), "pearson": float(stats.pearsonr(a, b)[0])})


def measures(ranking, grades, k):
    gains = np.array([max(0, grades.get(d, 0)) for d in ranking[:k]], dtype=float)
    ideal = np.sort([g for g in grades.values() if g > 0])[::-1][:k]
    discount = lambda n: 1 / np.log2(np.arange(n) + 2)
    ndcg = float((gains * discount(len(gains))).sum() / (ideal * discount(len(ideal))).sum())
    hits = [i for i, d in enumerate(ranking[:k]) if grades.get(d, 0) > 0]
    return {"ndcg": ndcg, "recall": len(hits) / len(ideal if k >= 100 else [g for g in grades.values() if g > 0]), "mrr": 1 / (hits[0] + 1) if hits else 0.0}


rankings = []
for k in (1, 5, 10):
    documents = [f"d{i}" for i in range(30)]
    ranking = list(rng.permutation(documents)[:20])
    grades = {d: int(rng.integers(-1, 4)) for d in rng.permutation(documents)[:12]}
    rankings.append({"k": k, "ranking": ranking, "grades": grades, **measures(ranking, grades, k)})

path = os.path.join(os.path.dirname(__file__), "..", "Simile.Training.Tests", "Evaluation", "expected.json")
with open(path, "w") as file:
    json.dump({"correlations": correlations, "rankings": rankings}, file)
