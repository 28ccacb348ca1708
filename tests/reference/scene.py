"""A drawn scene for picture tests, and the list of what Pillow makes of each file. Used by the pictures_*.py scripts."""
import hashlib
import io
import json
import pathlib
import re

import numpy
from PIL import Image, ImageDraw, ImageOps

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests/Simile.Tests/Reference/pictures"


def scene(width, height, mode="RGB"):
    """Sky in a gradient, a sun, hills, a striped house, grain: smooth parts, sharp edges and noise. Always the same."""
    random = numpy.random.RandomState(width * 1009 + height)
    y, x = numpy.mgrid[0:height, 0:width].astype(float)
    u, v = x / max(width - 1, 1), y / max(height - 1, 1)
    pixels = numpy.stack([90 + 120 * v, 140 + 60 * u * v, 230 - 90 * v], axis=-1)
    hills = v > 0.62 + 0.12 * numpy.sin(7 * u) + 0.05 * numpy.sin(23 * u)
    pixels[hills] = numpy.stack([40 + 60 * u, 150 - 50 * v, 60 + 30 * u], axis=-1)[hills]
    house = (numpy.abs(u - 0.55) < 0.16) & (numpy.abs(v - 0.72) < 0.14)
    pixels[house] = numpy.where((x.astype(int) // 2 % 2 == 0)[..., None], [250, 30, 20], [20, 20, 200])[house]
    sun = (u - 0.22) ** 2 + (v - 0.25) ** 2 < 0.018
    pixels[sun] = [255, 240, 40]
    pixels += random.normal(0, 9, (height, width, 1)) * (u > 0.5)[..., None]
    rgb = Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8), "RGB")
    ImageDraw.Draw(rgb).line([(0, height - 1), (width - 1, 0)], fill=(255, 255, 255))
    if mode in ("RGBA", "LA"):
        alpha = Image.fromarray((255 * (0.5 + 0.5 * numpy.sin(9 * u) * numpy.cos(5 * v))).astype(numpy.uint8), "L")
        rgb.putalpha(alpha)
    return rgb if rgb.mode == mode else rgb.convert(mode)


def expected(data):
    """What Pillow gives for a file: upright RGB pixels, by their digest; or the name of its error."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            orientation = image.getexif().get(0x0112, 1)
            image.load()
            rgb = ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:  # Pillow raises nearly anything for a damaged file
        return {"error": type(error).__name__}
    return {"width": rgb.width, "height": rgb.height, "orientation": orientation, "pixels": hashlib.sha256(rgb.tobytes()).hexdigest()}


class Album:
    """Files of one kind in Reference/pictures/KIND, with expected.json beside them."""

    def __init__(self, kind):
        self.folder = ROOT / kind
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            old.unlink()
        self.cases = {}

    def add(self, name, data):
        """Keeps a file's bytes and what Pillow makes of them."""
        assert re.fullmatch(r"[a-z0-9._-]+", name) and name not in self.cases, name
        (self.folder / name).write_bytes(data)
        self.cases[name] = expected(data)

    def save(self, name, image, **options):
        """Keeps what Pillow writes for an image; the ending of the name gives the format."""
        stream = io.BytesIO()
        kind = {"jpg": "JPEG"}.get(name.rsplit(".", 1)[1], name.rsplit(".", 1)[1].upper())
        image.save(stream, kind, **options)
        self.add(name, stream.getvalue())

    def close(self):
        """Writes expected.json: name to {width, height, orientation, pixels: SHA-256 of upright RGB bytes} or {error}."""
        import PIL
        report = {"pillow": PIL.__version__, "cases": self.cases}
        (self.folder / "expected.json").write_text(json.dumps(report, indent=1, sort_keys=True) + "\n")
        print(self.folder, len(self.cases), "files", sum(f.stat().st_size for f in self.folder.iterdir()), "bytes")
