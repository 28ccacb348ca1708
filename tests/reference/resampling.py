"""What Pillow makes of a drawn scene at other sizes, with each filter, and in the EXIF orientations.

Usage: /usr/bin/python3 tests/reference/resampling.py    (Debian's python3-pil 9.4)

Writes tests/Simile.Tests/Reference/resampling/: the scenes as raw RGB bytes, and expected.json with the SHA-256 of each result's bytes.
"""
import hashlib
import io
import json
import pathlib

import PIL
from PIL import Image, ImageOps

from scene import scene

OUT = pathlib.Path(__file__).resolve().parents[1] / "Simile.Tests/Reference/resampling"
OUT.mkdir(parents=True, exist_ok=True)
FILTERS = {"Nearest": Image.NEAREST, "Box": Image.BOX, "Bilinear": Image.BILINEAR, "Hamming": Image.HAMMING, "Bicubic": Image.BICUBIC, "Lanczos": Image.LANCZOS}
cases = []
for width, height in ((130, 97), (61, 43), (7, 5), (1, 1), (2, 90)):
    image = scene(width, height)
    (OUT / f"{width}x{height}.rgb").write_bytes(image.tobytes())
    for name, code in FILTERS.items():
        for size in ((64, 64), (31, 23), (width, 20), (33, height), (1, 1), (1, 40), (200, 151), (3, 1), (width - 1 or 2, height + 1)):
            result = image.resize(size, code)
            cases.append({"source": [width, height], "filter": name, "size": list(size), "pixels": hashlib.sha256(result.tobytes()).hexdigest()})
turned = []
for orientation in range(1, 10):
    stream, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    scene(7, 5).save(stream, "PNG", exif=exif)
    result = ImageOps.exif_transpose(Image.open(stream)).convert("RGB")
    turned.append({"orientation": orientation, "size": list(result.size), "pixels": hashlib.sha256(result.tobytes()).hexdigest()})
(OUT / "expected.json").write_text(json.dumps({"pillow": PIL.__version__, "cases": cases, "turned": turned}, indent=0) + "\n")
print(len(cases), "cases")
