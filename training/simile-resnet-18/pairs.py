"""Writes what the head of simile-resnet-18 is trained on: thirty photographs of each kind of Caltech-101, five texts each, as pairs.tsv.

    /usr/bin/python3 training/simile-resnet-18/pairs.py --data ../shared/data/train --output /tmp/pairs

The fifth of the photographs that simile-image-mini keeps apart is kept apart here too.
"""
import argparse
import hashlib
import pathlib
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "simile-image-mini"))
from pictures import split_of  # noqa: E402
from texts import find_sense, read_table, read_wordnet, texts_of  # noqa: E402

EACH = 30


def place(path):
    """An order that has nothing to do with how the photographs were gathered."""
    kind, name = path.split("/")
    return hashlib.sha256((name + kind).encode()).hexdigest()


def chosen_texts(row, synsets):
    """The name, with an article, as a photo; another word; the definition."""
    texts = [text for text, _ in texts_of(row, find_sense(synsets, row["wordnet"]))]
    definition = next(text for text in texts if text.startswith(row["name"] + ": "))
    return list(dict.fromkeys([texts[0], texts[1], texts[2], texts[6], definition]))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=pathlib.Path, required=True)
    arguments.add_argument("--output", type=pathlib.Path, required=True)
    given = arguments.parse_args()
    synsets, lines = read_wordnet(given.data), []
    with zipfile.ZipFile(given.data / "caltech101-96px.zip") as archive:
        for row in read_table():
            own = [name for name in archive.namelist() if name.startswith(row["class"] + "/") and name.endswith(".jpg")]
            paths = [path for path in own if split_of(path) != "test"]
            for path in sorted(paths, key=place)[:EACH]:
                archive.extract(path, given.output)
                lines += [f"{path}\t{text}" for text in chosen_texts(row, synsets)]
    (given.output / "pairs.tsv").write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} pairs in {given.output / 'pairs.tsv'}")


if __name__ == "__main__":
    main()
