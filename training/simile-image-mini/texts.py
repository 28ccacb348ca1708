"""The texts of the classes: names, other words, glosses of Open English WordNet, and their vectors by the shipped text model."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile

import numpy

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NAME_TEMPLATES = ["{}", "a {}", "a photo of a {}", "a picture of a {}", "{} picture", "the {}"]


def read_table():
    with open(HERE / "classes.tsv", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def read_wordnet(data):
    packed = subprocess.run(["brotli", "-d", "-c", str(pathlib.Path(data) / "wordnet.jsonl.br")], check=True, capture_output=True).stdout
    return [json.loads(line) for line in packed.decode().splitlines()]


def find_sense(synsets, address):
    """lemma@category[@word of the definition]: the first synset that fits."""
    lemma, category, *word = address.split("@")
    fitting = [s for s in synsets if s["category"] == category and lemma in (l.lower() for l in s["lemmas"]) and all(w in " ".join(s["definitions"]) for w in word)]
    if not fitting:
        raise SystemExit(f"WordNet has no sense {address}")
    return fitting[0]


def texts_of(row, sense):
    """(text, weight) of one class: the name in templates weighs as much as all the rest."""
    article = "an" if row["name"][0] in "aeiou" else "a"
    names = [t.replace("a {}", article + " {}").format(row["name"]) for t in NAME_TEMPLATES]
    words = [w.strip() for w in row["other words"].split(",")]
    gloss = sense["definitions"][0]
    raw = row["class"].replace("_", " ").lower()
    rest = words + ([raw] if raw != row["name"] else []) + [f"{row['name']}: {gloss}", f"{row['name']}, {', '.join(words)}", f"a photo of {article} {row['name']}, {words[0]}"]
    return [(t, 0.7 / len(names)) for t in names] + [(t, 0.3 / len(rest)) for t in rest]


def embed(texts):
    """Vectors of the shipped simile-text-mini, by the command line of this repository."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "texts.txt"), pathlib.Path(folder, "vectors.npy")
        source.write_text("\n".join(texts) + "\n")
        subprocess.run([os.environ.get("SIMILE") or str(ROOT / "simile"), "embed", "@" + str(source), "--lines", "--output", str(target)], check=True)
        return numpy.load(target)


def class_texts(data):
    """Rows of the table; per class its texts, weights and vectors; vectors of the plain names."""
    table, synsets = read_table(), read_wordnet(data)
    lists = [texts_of(row, find_sense(synsets, row["wordnet"])) for row in table]
    flat = [text for texts in lists for text, _ in texts]
    vectors = embed(flat)
    result, start = [], 0
    for texts in lists:
        result.append((texts, vectors[start:start + len(texts)]))
        start += len(texts)
    return table, result
