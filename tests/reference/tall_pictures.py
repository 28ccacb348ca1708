#!/usr/bin/env python3
"""Digests of strips that Pillow resizes: what the rows between its two passes are, whichever way they are kept. Needs Debian's python3-pil and python3-numpy.

python3 tests/reference/tall_pictures.py    prints the rows of tests/Simile.Tests/Imaging/Resampling/StripTests.cs
"""
import hashlib

import numpy
import PIL
from PIL import Image

FILTERS = {"Box": 4, "Bilinear": 2, "Hamming": 5, "Bicubic": 3, "Lanczos": 1}


def strip(width, height):
    i = numpy.arange(width * height * 3, dtype=numpy.int64)
    return Image.fromarray(((i * 7 + i // 251 * 31) & 255).astype(numpy.uint8).reshape(height, width, 3))


print("Pillow", PIL.__version__)
for width, height in [(3, 20_000), (20_000, 3), (1, 65_535), (65_535, 1), (5, 300)]:
    for size in [(64, 48), (7, 500)]:
        for name, number in FILTERS.items():
            pixels = strip(width, height).resize(size, number).tobytes()
            print(f'{{ {width}, {height}, {size[0]}, {size[1]}, ResampleFilter.{name}, "{hashlib.sha256(pixels).hexdigest()[:16]}" }},')
