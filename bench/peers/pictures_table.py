"""Joins what the peers and Simile measured on pictures into bench/results/<date>-pictures.jsonl and .md.

Usage: python3 bench/peers/pictures_table.py WORK_FOLDER RESULT_WITHOUT_EXTENSION
"""
import json, os, platform, sys

work, result = sys.argv[1:]
read = lambda name: [json.loads(line) for line in open(os.path.join(work, name))]
peers, ours, pillow = read("pictures-peers.jsonl"), read("pictures-simile.jsonl"), read("pillow.jsonl")
aims = {("resnet50", "float32"): 1.15, ("resnet50", "bfloat16"): 1.9, ("resnet50", "int8"): 3, ("clip-vit-b32", "float32"): 1.15, ("clip-vit-b32", "bfloat16"): 1.9}
lines = ["# Pictures: Simile against its peers", "", f"Two threads each, one run, random weights, {platform.platform()}. Drawn photographs of 500 × 375 pixels as JPEG; made by bench/peers/run-pictures.", "",
         "| network | compute | Simile, network alone, pictures/s | ONNX Runtime fp32, its best batch | ratio | aim | Simile from file to vector | one picture alone, p50 | peak memory |", "|---|---|---|---|---|---|---|---|---|"]
for row in ours:
    if row["corpus"] == "photos" and row["threads"] == 2:
        best = max(peer["images_per_s"] for peer in peers if peer["network"] == row["network"])
        forward = 1000 / row["forward_ms"]
        lines.append(f"| {row['network']} | {row['compute']} | {forward:.1f} | {best:.1f} | {forward / best:.2f} | {aims.get((row['network'], row['compute']), '')} | {row['images_per_s']:.1f} | {row['p50_ms']:.1f} ms | {row['peak_memory_mb']:.0f} MB |")
lines += ["", "Decoding and ResNet-50's preparation, milliseconds a picture on one thread:", "", "| picture | Simile decodes | Pillow decodes | Simile prepares | torchvision prepares | Simile, both |", "|---|---|---|---|---|---|"]
for peer in pillow:
    row = next(row for row in ours if row["corpus"] == peer["corpus"] and row["threads"] == 1)
    lines.append(f"| {'500 × 375' if peer['corpus'] == 'photos' else '4000 × 3000'} JPEG | {row['decode_ms']:.2f} | {peer['decode_ms']:.2f} | {row['prepare_ms']:.2f} | {peer['prepare_ms']:.2f} | {row['decode_ms'] + row['prepare_ms']:.2f} |")
open(result + ".md", "w").write("\n".join(lines) + "\n")
open(result + ".jsonl", "w").writelines(json.dumps(row) + "\n" for row in peers + pillow + ours)
print("\n".join(lines))
