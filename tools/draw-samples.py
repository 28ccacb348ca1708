"""Draws samples/pictures: what `simile search "a sunflower" --in samples` finds.

Usage: /usr/bin/python3 tools/draw-samples.py [FOLDER]    (Debian's python3-pil 9.4 and python3-numpy; nothing is downloaded)

The drawing itself is in training/simile-image-mini; the random numbers here are not those of the drawn training pictures.
"""
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "training/simile-image-mini"))
import drawings  # noqa: E402

MOST_BYTES = 40_000
# file, kind, width, height, what is not left to chance
SAMPLES = [
    ("sunflower.jpg", "sunflower", 360, 420, dict(background="sky", reach=0.34, turn=0.05, x=0.52, y=0.38)),
    ("butterfly.webp", "butterfly", 420, 340, dict(background="grass", reach=0.42, turn=-0.2, x=0.5, y=0.5)),
    ("soccer-ball.jpg", "soccer_ball", 400, 360, dict(background="grass", reach=0.36, x=0.5, y=0.54)),
    ("pyramids.jpg", "pyramid", 440, 320, dict(reach=0.46, turn=0.0, x=0.4, y=0.52)),
    ("sailboat.jpg", "ketch", 420, 380, dict(reach=0.36, turn=0.03, x=0.5, y=0.5)),
    ("starfish.webp", "starfish", 400, 400, dict(background="ground", reach=0.42, turn=-0.3, x=0.5, y=0.5)),
    ("yin-yang.png", "yin_yang", 360, 360, dict(background="plain", reach=0.4, turn=0.0, x=0.5, y=0.5)),
    ("stop-sign.png", "stop_sign", 340, 420, dict(background="plain", reach=0.38, turn=-0.04, x=0.5, y=0.4)),
    ("pizza.jpg", "pizza", 420, 400, dict(background="room", reach=0.43, x=0.5, y=0.5)),
    ("umbrella.png", "umbrella", 380, 400, dict(background="plain", reach=0.42, turn=-0.12, x=0.5, y=0.5)),
    ("strawberry.jpg", "strawberry", 360, 380, dict(background="plain", reach=0.4, turn=0.15, x=0.5, y=0.52)),
    ("chair.png", "chair", 340, 400, dict(background="room", reach=0.38, turn=0.0, x=0.5, y=0.5)),
]
SEEDS = {"sunflower.jpg": 4, "butterfly.webp": 0, "soccer-ball.jpg": 5, "pyramids.jpg": 6, "sailboat.jpg": 4, "starfish.webp": 1, "yin-yang.png": 7, "stop-sign.png": 3, "pizza.jpg": 6, "umbrella.png": 7, "strawberry.jpg": 1, "chair.png": 7}


def save(picture, path):
    """The best quality that stays small; PNGs of few colours."""
    if path.suffix == ".png":
        picture.quantize(128, dither=0).save(path, optimize=True)
        return
    for quality in (90, 85, 80, 70, 60):
        picture.save(path, quality=quality)
        if path.stat().st_size < MOST_BYTES:
            return


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, kind, width, height, fixed in SAMPLES:
        path = folder / name
        save(drawings.draw(kind, random.Random(f"sample {kind} {SEEDS.get(name, 0)}"), width, height, grain=path.suffix != ".png", **fixed), path)
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "samples/pictures")
