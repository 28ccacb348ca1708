"""Writes tests/Simile.Tests/Text/expected-vectors.json: vectors of the shipped model by numpy (1.24) alone,
from the ids that Hugging Face's tokenizers wrote (expected.jsonl). Tolerance 1e-6 a value.

    python3 tests/reference/static_text.py
"""
import json
import os

import numpy as np

root = os.path.join(os.path.dirname(__file__), "..", "..")
with open(os.path.join(root, "models", "simile-text-mini", "model.safetensors"), "rb") as file:
    length = int.from_bytes(file.read(8), "little")
    entry = json.loads(file.read(length))["embeddings"]
    file.seek(8 + length + entry["data_offsets"][0])
    table = np.frombuffer(file.read(), dtype=np.float16).reshape(entry["shape"]).astype(np.float64)

rows = []
with open(os.path.join(root, "tests", "Simile.Tests", "Tokenization", "expected.jsonl")) as file:
    for line in list(file)[100::20]:
        case = json.loads(line)
        known = [i for i in case["ids"] if i != 0]
        if not known:
            continue
        mean = table[known].mean(axis=0)
        if np.linalg.norm(mean) > 0:
            rows.append({"text": case["text"], "vector": [round(float(v), 8) for v in mean / np.linalg.norm(mean)]})

with open(os.path.join(root, "tests", "Simile.Tests", "Text", "expected-vectors.json"), "w") as file:
    json.dump(rows, file)
