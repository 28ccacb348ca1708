"""Learned positions of one number of patches brought to another, as DINOv2 does it: PyTorch's bicubic interpolation.

Usage: python3 tests/reference/positions.py    (torch; writes tests/Simile.Tests/Reference/positions.json)
"""
import json, os
import torch

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
cases = []
for seed, (side, wanted) in enumerate([(5, 4), (4, 7), (3, 2), (2, 5), (37, 16), (1, 3), (6, 6)]):
    generator = torch.Generator().manual_seed(seed)
    hidden = 3
    grid = torch.randn(1, hidden, side, side, generator=generator)
    stretched = torch.nn.functional.interpolate(grid, size=(wanted, wanted), mode="bicubic", align_corners=False)
    rows = lambda values, count: [float(f"{v:.9g}") for v in values[0].permute(1, 2, 0).reshape(count * count * hidden).tolist()]
    cases.append({"side": side, "wanted": wanted, "hidden": hidden, "positions": rows(grid, side), "expected": rows(stretched, wanted)})
with open(os.path.join(HERE, "Simile.Tests", "Reference", "positions.json"), "w") as file:
    json.dump({"made_by": f"tests/reference/positions.py with torch {torch.__version__}", "cases": cases}, file)
