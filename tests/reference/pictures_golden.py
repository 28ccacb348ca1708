"""What Pillow 9.4 makes of the shared golden pictures, by name; the files themselves stay outside the repository.
Run with Debian's Python: /usr/bin/python3 tests/reference/pictures_golden.py"""
import json
import pathlib
import warnings

from scene import ROOT, expected

GOLDEN = pathlib.Path(__file__).resolve().parents[3] / "shared/data/golden/images"
ENDINGS = (".jpg", ".png", ".apng", ".gif", ".bmp", ".webp")
# Pillow 9.4 stumbles over this one's EXIF resolution, not over its pixels; later Pillows read it.
ODD = "truncated_exif_dpi.jpg"


def main():
    warnings.simplefilter("ignore")
    files = sorted(path for path in GOLDEN.rglob("*") if path.suffix in ENDINGS and path.name != ODD)
    cases = {path.relative_to(GOLDEN).as_posix(): expected(path.read_bytes()) for path in files}
    (ROOT / "golden.json").write_text(json.dumps({"cases": cases}, indent=1, sort_keys=True, default=str) + "\n")
    print(len(cases), sum("error" in case for case in cases.values()))


if __name__ == "__main__":
    main()
