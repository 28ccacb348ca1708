"""What torchvision's own transforms make of drawn scenes: Resize, CenterCrop, ToTensor, Normalize.

Usage: /usr/bin/python3 tests/reference/preparation.py    (Debian's python3-torchvision 0.14, python3-pil 9.4)

Writes tests/Simile.Tests/Reference/preparation.json: the SHA-256 of the float32 bytes (3, H, W). The scenes are those of
resampling.py. Hugging Face's centre crop is numpy slicing after its documented rule; its library was not at hand.
"""
import hashlib
import json
import math
import pathlib

import numpy
import torch
import torchvision
from torchvision import transforms
from torchvision.transforms import InterpolationMode

from scene import scene

OUT = pathlib.Path(__file__).resolve().parents[1] / "Simile.Tests/Reference/preparation.json"
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def huggingface_crop(image, crop):
    pixels = numpy.array(image)
    for axis in (0, 1):
        size = pixels.shape[axis]
        if size < crop:
            before = math.ceil((crop - size) / 2)
            pad = [(0, 0)] * 3
            pad[axis] = (before, crop - size - before)
            pixels = numpy.pad(pixels, pad)
        else:
            first = (size - crop) // 2
            pixels = pixels[first:first + crop] if axis == 0 else pixels[:, first:first + crop]
    return numpy.ascontiguousarray(pixels)


cases = []
for width, height in ((130, 97), (61, 43), (7, 5), (1, 1), (2, 90)):
    for edge, crop, rounding in ((256, 224, "Torchvision"), (40, 33, "Torchvision"), (30, 37, "Torchvision"), (31, 30, "Torchvision"), (30, 37, "HuggingFace"), (40, 33, "HuggingFace")):
        cut = transforms.CenterCrop(crop) if rounding == "Torchvision" else (lambda image, crop=crop: huggingface_crop(image, crop))
        steps = transforms.Compose([transforms.Resize(edge, InterpolationMode.BILINEAR), cut, transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)])
        values = steps(scene(width, height)).numpy().astype("<f4")
        cases.append({"source": [width, height], "edge": edge, "crop": crop, "rounding": rounding, "shape": list(values.shape), "values": hashlib.sha256(values.tobytes()).hexdigest()})
OUT.write_text(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__, "cases": cases}, indent=0) + "\n")
print(len(cases), "cases")
