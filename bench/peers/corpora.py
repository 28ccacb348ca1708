"""Texts for the benchmark: short sentences, long abstracts, and both mixed (one long in seven), from the shared evaluation data.

Usage: python3 bench/peers/corpora.py SHARED_DATA TARGET_FOLDER
"""
import glob, json, os, sys

data, target = sys.argv[1:]
sentences = []
for path in sorted(glob.glob(os.path.join(data, "eval", "sts", "stsb-*.tsv"))):
    for line in open(path, encoding="utf8"):
        sentences += [field for field in line.rstrip("\n").split("\t") if len(field.split()) > 3]
documents = []
for path in sorted(glob.glob(os.path.join(data, "eval", "retrieval", "**", "corpus.jsonl"), recursive=True)):
    for line in open(path, encoding="utf8"):
        text = " ".join(json.loads(line)["text"].split())
        if 900 < len(text) < 1500:
            documents.append(text)
write = lambda name, lines: open(os.path.join(target, name + ".txt"), "w", encoding="utf8").write("\n".join(lines) + "\n")
write("short", sentences[:1024])
write("long", documents[:192])
write("mixed", [documents[i % len(documents)] if i % 7 == 0 else sentences[2000 + i] for i in range(512)])
for rows, tokens in ((1, 8), (32, 11), (32, 32), (32, 128), (8, 256), (4, 512)):
    write(f"{rows}x{tokens}", [" ".join(["the"] * (tokens - 2))] * rows)
