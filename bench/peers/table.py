"""Joins what the peers and Simile measured into bench/results/<date>-peers.jsonl and .md.

Usage: python3 bench/peers/table.py WORK_FOLDER RESULT_WITHOUT_EXTENSION
"""
import json, os, platform, sys

work, result = sys.argv[1:]
read = lambda name: [json.loads(line) for line in open(os.path.join(work, name))]
peers, ours = read("peers.jsonl"), read("simile.jsonl")
speed = {(row["compute"], row["corpus"]): row["tokens_per_s"] for row in ours}
shapes = {(row["compute"], row["shape"]): row["tokens_per_s"] for row in peers if row["peer"] == "onnxruntime"}
js = {}
for row in peers:
    if row["peer"] == "transformers.js":
        js.setdefault((row["compute"], row["corpus"]), {})[row["batch"]] = row["tokens_per_s"]
lines = [f"# Simile against its peers", "", f"Two threads each, one run, all-MiniLM-L6-v2's shape with random weights, {platform.platform()}. Tokens a second; made by bench/peers/run.", "",
         "| compute | corpus | Simile | transformers.js batch 1 | batch 32 | Simile to its best | aim |", "|---|---|---|---|---|---|---|"]
aims = {("float32", "short"): 2.2, ("float32", "long"): 1.5, ("bfloat16", "short"): 4, ("bfloat16", "long"): 2.8, ("int8", "short"): 3, ("int8", "long"): 1.9}
for compute in ("float32", "bfloat16", "int8"):
    peer = "int8" if compute == "int8" else "float32"
    for corpus in ("short", "long", "mixed"):
        other = js[(peer, corpus)]
        mine = speed[(compute, corpus)]
        against = other[32] if corpus == "mixed" else max(other.values())
        aim = 10 if corpus == "mixed" and compute == "float32" else aims.get((compute, corpus), "")
        lines.append(f"| {compute} | {corpus} | {mine:,} | {other[1]:,} | {other[32]:,} | {mine / against:.2f}{' (batch 32, its default)' if corpus == 'mixed' else ''} | {aim} |")
lines += ["", "| compute | shape | Simile | ONNX Runtime session | ratio | aim |", "|---|---|---|---|---|---|"]
bare = {("float32", "32x32"): 1.1, ("float32", "8x256"): 1.4, ("bfloat16", "32x32"): 1.9, ("bfloat16", "8x256"): 2.3, ("int8", "32x32"): 1.2, ("int8", "8x256"): 1.6}
for compute in ("float32", "bfloat16", "int8"):
    peer = "int8" if compute == "int8" else "float32"
    for shape in ("1x8", "32x11", "32x32", "32x128", "8x256", "4x512"):
        mine, other = speed[(compute, shape)], shapes[(peer, shape)]
        lines.append(f"| {compute} | {shape} | {mine:,} | {other:,} | {mine / other:.2f} | {bare.get((compute, shape), '')} |")
lines += ["", "| compute | one text at a time, p50 | p99 | peak memory | cosine to float32, mean | lowest |", "|---|---|---|---|---|---|"]
for row in ours:
    if row["corpus"] in ("1x8", "short", "long", "mixed"):
        lines.append(f"| {row['compute']}, {row['corpus']} | {row['p50_ms']:.2f} ms | {row['p99_ms']:.2f} ms | {row['peak_memory_mb']:.0f} MB | {row.get('cosine_to_float32_mean', 1):.5f} | {row.get('cosine_to_float32_lowest', 1):.5f} |")
open(result + ".md", "w").write("\n".join(lines) + "\n")
open(result + ".jsonl", "w").writelines(json.dumps(row) + "\n" for row in peers + ours)
print("\n".join(lines))
