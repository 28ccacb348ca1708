"""The photographs: which split each belongs to, and all of them in memory as bytes."""
import hashlib
import io
import pathlib
import zipfile

import numpy
from PIL import Image

STORED = 128
LEFT_OUT = "BACKGROUND_Google"


def split_of(path):
    """Which split 'class/file' belongs to: SHA-256 of the path, its first 32 bits as a fraction; 20 % test, 10 % validation.

    Faces and Faces_easy are cut from the same photographs, so both are drawn under one name: no photograph is on two sides.
    """
    drawn = path.replace("Faces_easy/", "Faces/")
    fraction = int(hashlib.sha256(drawn.encode()).hexdigest()[:8], 16) / 2 ** 32
    return "test" if fraction < 0.2 else "validation" if fraction < 0.3 else "train"


def read_archive(archive):
    """(path, RGB picture) in the order of the names."""
    with zipfile.ZipFile(archive) as file:
        for name in sorted(n for n in file.namelist() if n.endswith(".jpg") and not n.startswith(LEFT_OUT)):
            yield name, Image.open(io.BytesIO(file.read(name))).convert("RGB")


def squeeze(picture, side):
    """The whole picture in a square: what the model's preprocessor_config.json says."""
    return numpy.asarray(picture.resize((side, side), Image.BILINEAR))


def load(archive, classes, side, cache):
    """paths, labels, splits, pictures (N, 128, 128, 3) to crop from and (N, side, side, 3) as the model is to see them."""
    cache = pathlib.Path(cache)
    if not cache.exists():
        rows = [(path, squeeze(p, STORED), squeeze(p, side)) for path, p in read_archive(archive)]
        numpy.savez(cache, paths=[r[0] for r in rows], stored=numpy.stack([r[1] for r in rows]), seen=numpy.stack([r[2] for r in rows]))
    with numpy.load(cache) as file:
        paths, stored, seen = [str(p) for p in file["paths"]], file["stored"], file["seen"]
    labels = numpy.array([classes.index(p.split("/")[0]) for p in paths])
    return paths, labels, numpy.array([split_of(p) for p in paths]), stored, seen
