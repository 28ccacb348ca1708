"""Joins what bench/peers-dotnet measured into bench/results/<date>-peers-dotnet.jsonl and .md.

Usage: python3 bench/peers-dotnet/table.py ROWS.jsonl RESULT_WITHOUT_EXTENSION
"""
import json, platform, sys

rows = [json.loads(line) for line in open(sys.argv[1])]
lines = ["# Simile against what .NET programmers take", "",
         f"all-MiniLM-L6-v2's published weights, two threads, {platform.platform()}; one process for each row. Made by bench/peers-dotnet/run.", "",
         "| corpus | peer | texts a call | texts a second | one text, p50 | p99 | peak memory |", "|---|---|---|---|---|---|---|"]
for row in sorted(rows, key=lambda row: row["corpus"]):
    batch = "all" if row["batch"] == "0" else row["batch"]
    lines.append(f"| {row['corpus']} ({row['texts']:,}) | {row['peer']} | {batch} | {row['texts_per_s']:,} | {row['p50_ms']:.1f} ms | {row['p99_ms']:.1f} ms | {row['peak_memory_mb']:.0f} MB |")
samples = {}
for row in rows:
    samples.setdefault(row["corpus"], []).append((row["peer"], row["batch"], row["sample"]))
lines += ["", "The first values of each corpus' first vector, largest difference to Simile's:", ""]
for corpus, some in samples.items():
    ours = next((sample for peer, _, sample in some if peer == "simile"), None)
    if ours:
        lines += [f"- {corpus}, {peer}, batch {batch}: {max(abs(a - b) for a, b in zip(sample, ours)):.4f}" for peer, batch, sample in some if peer != "simile"]
open(sys.argv[2] + ".md", "w").write("\n".join(lines) + "\n")
open(sys.argv[2] + ".jsonl", "w").writelines(json.dumps(row) + "\n" for row in rows)
print("\n".join(lines))
