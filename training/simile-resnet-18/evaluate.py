"""How often a model names photographs rightly that were kept apart, and how often what the heads never met; one JSON object a line.

    /usr/bin/python3 training/simile-resnet-18/evaluate.py --data ../shared/data/train --folder /tmp/pictures simile-resnet-18 simile-image-mini

The vectors are those of './simile embed' of this repository; what is right is the folder that a photograph lies in.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import zipfile

import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "simile-image-mini"))
sys.path.insert(0, str(HERE))
from pairs import EACH, place  # noqa: E402
from pictures import split_of  # noqa: E402
from texts import ROOT, read_table  # noqa: E402

MOST = 8
FEATURES = "resnet-18-cntk"


def embed(model, source, target, *options):
    command = [os.environ.get("SIMILE") or str(ROOT / "simile"), "embed", "@" + str(source), "--model", model, "--output", str(target)]
    subprocess.run([*command, *options], check=True)
    return numpy.load(target).astype(numpy.float64)


def embed_texts(model, texts, folder):
    source = folder / "texts.txt"
    source.write_text("\n".join(texts) + "\n")
    return embed(model, source, folder / "texts.npy", "--lines")


def embed_pictures(model, pictures, folder, kinds):
    """The vectors of a folder of pictures, and the number of each one's kind."""
    vectors = embed(model, pictures, folder / "pictures.npy")
    names = (folder / "pictures.npy.names").read_text().splitlines()
    return vectors, numpy.array([kinds.index(pathlib.Path(name).parent.name) for name in names])


def unit(vectors):
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def right(pictures, labels, truth, among):
    """The share of the pictures of these kinds that is nearest to the text of its own."""
    chosen = numpy.isin(truth, among)
    nearest = numpy.array(among)[(unit(pictures[chosen]) @ unit(labels[among]).T).argmax(1)]
    return float((nearest == truth[chosen]).mean())


def extract(data, folder, kinds):
    """Two folders: at most thirty photographs a kind to learn from, at most eight that are kept apart."""
    with zipfile.ZipFile(data / "caltech101-96px.zip") as archive:
        for kind in kinds:
            own = sorted((n for n in archive.namelist() if n.startswith(kind + "/") and n.endswith(".jpg")), key=place)
            for side, most in (("train", EACH), ("test", MOST)):
                for path in [p for p in own if (split_of(p) == "test") == (side == "test")][:most]:
                    archive.extract(path, folder / side)


def unseen(folder, kinds, names):
    """A ridge regression of texts on features that leaves 25 kinds out, asked about these; the mean of six draws."""
    texts = unit(embed_texts("simile-text-mini", names, folder))
    learned, of_learned = embed_pictures(FEATURES, folder / "train", folder, kinds)
    asked, of_asked = embed_pictures(FEATURES, folder / "test", folder, kinds)
    shares = []
    for draw in range(6):
        held = sorted(numpy.random.default_rng(draw).permutation(len(kinds))[:25].tolist())
        seen = ~numpy.isin(of_learned, held)
        features, targets = unit(learned)[seen], texts[of_learned[seen]]
        centre, middle = features.mean(0), targets.mean(0)
        products = (features - centre).T @ (features - centre)
        penalty = 0.1 * numpy.trace(products) / len(products) * numpy.eye(len(products))
        weights = numpy.linalg.solve(products + penalty, (features - centre).T @ (targets - middle))
        shares.append(right((unit(asked) - centre) @ weights + middle, texts, of_asked, held))
    return float(numpy.mean(shares))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=pathlib.Path, required=True)
    arguments.add_argument("--folder", type=pathlib.Path, required=True, help="where the photographs and vectors are put")
    arguments.add_argument("models", nargs="+")
    given = arguments.parse_args()
    table = read_table()
    kinds, names = [row["class"] for row in table], [row["name"] for row in table]
    extract(given.data, given.folder, kinds)
    everything = list(range(len(kinds)))
    for model in given.models:
        pictures, truth = embed_pictures(model, given.folder / "test", given.folder, kinds)
        plain = embed_texts(model, names, given.folder)
        photo = embed_texts(model, ["a photo of a " + name for name in names], given.folder)
        draws = numpy.random.default_rng(0)
        among = [right(pictures, plain, truth, draws.choice(len(kinds), 28, replace=False).tolist()) for _ in range(40)]
        print(json.dumps({
            "model": model,
            "photographs": len(truth),
            "name_of_101": right(pictures, plain, truth, everything),
            "a_photo_of_a_name_of_101": right(pictures, photo, truth, everything),
            "name_of_28_mean_of_40_draws": float(numpy.mean(among)),
        }), flush=True)
    print(json.dumps({"features": FEATURES, "unseen_of_25_mean_of_6_draws": unseen(given.folder, kinds, names)}))


if __name__ == "__main__":
    main()
