"""WebP files of every flavour, and what Pillow makes of them.

Usage: /usr/bin/python3 tests/reference/pictures_webp.py    (Debian's python3-pil 9.4 with libwebp 1.2.4, and cwebp of its package webp)

Writes tests/Simile.Tests/Reference/pictures/webp.
"""
import io
import pathlib
import struct
import subprocess
import tempfile

from PIL import Image

from scene import Album, scene

album = Album("webp")


def pillow(image, **options):
    stream = io.BytesIO()
    image.save(stream, "WEBP", **options)
    return stream.getvalue()


def cwebp(image, *options):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.png"), pathlib.Path(folder, "out.webp")
        image.save(source)
        subprocess.run(["cwebp", "-quiet", *map(str, options), source, "-o", target], check=True)
        return target.read_bytes()


def chunk(name, payload):
    return name + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) & 1)


def riff(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunks_of(data):
    at, found = 12, []
    while at < len(data):
        size = struct.unpack("<I", data[at + 4:at + 8])[0]
        found.append((data[at:at + 4], data[at + 8:at + 8 + size]))
        at += 8 + size + (size & 1)
    return found


def int24(value):
    return struct.pack("<I", value)[:3]


def extended(flags, width, height):
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + int24(width - 1) + int24(height - 1))


def frame(x, y, bits, data):
    width, height = Image.open(io.BytesIO(data)).size
    inner = b"".join(chunk(name, payload) for name, payload in chunks_of(data) if name in (b"VP8 ", b"VP8L", b"ALPH"))
    return chunk(b"ANMF", int24(x // 2) + int24(y // 2) + int24(width - 1) + int24(height - 1) + int24(100) + bytes([bits]) + inner)


ANIM = chunk(b"ANIM", struct.pack("<IH", 0x80FF4020, 0))

# Lossless.
for size in list(zip(range(1, 18), range(17, 0, -1))) + [(1, 1), (130, 97)]:
    album.add("lossless-%dx%d.webp" % size, pillow(scene(*size), lossless=True))
for method in range(7):
    for quality in (0, 100):
        album.add(f"lossless-m{method}-q{quality}.webp", cwebp(scene(61, 43), "-lossless", "-m", method, "-q", quality))
for level in (0, 40, 80):
    album.add(f"near-lossless-{level}.webp", cwebp(scene(61, 43), "-near_lossless", level))
for colours in (1, 2, 3, 4, 5, 16, 17, 200, 256):
    few = scene(67, 41).quantize(colours).convert("RGB")
    album.add(f"palette-{colours}.webp", cwebp(few, "-lossless", "-m", 6, "-q", 100))
    album.add(f"palette-{colours}-q0.webp", cwebp(few, "-lossless", "-m", 0, "-q", 0))
wide = scene(300, 200)
album.add("lossless-blocks.webp", cwebp(wide.resize((150, 100)), "-lossless", "-m", 6, "-q", 100))
album.add("lossless-flat.webp", pillow(Image.new("RGB", (300, 200), (3, 140, 250)), lossless=True))
tiles = Image.new("RGB", (160, 96))
for x in range(0, 160, 32):
    for y in range(0, 96, 24):
        tiles.paste(scene(32, 24), (x, y))
album.add("lossless-copies.webp", cwebp(tiles, "-lossless", "-m", 6, "-q", 100))
for exact in (False, True):
    album.add(f"lossless-alpha-exact-{exact}.webp".lower(), pillow(scene(61, 43, "RGBA"), lossless=True, exact=exact))
album.add("lossless-grey.webp", pillow(scene(61, 43, "L").convert("RGB"), lossless=True))

# Lossy.
for size in list(zip(range(1, 18), range(17, 0, -1))) + [(1, 1), (130, 97), (33, 16), (32, 31)]:
    album.add("lossy-%dx%d.webp" % size, pillow(scene(*size), quality=80))
for quality in (0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 90, 95, 100):
    album.add(f"lossy-q{quality}.webp", pillow(scene(130, 97), quality=quality))
for method in range(7):
    album.add(f"lossy-m{method}.webp", pillow(scene(130, 97), quality=60, method=method))
for name, options in {
    "segments-1": ["-segments", 1], "segments-2": ["-segments", 2], "segments-4-sns-100": ["-segments", 4, "-sns", 100], "sns-0": ["-sns", 0],
    "filter-0": ["-f", 0], "filter-1-simple": ["-f", 1, "-nostrong"], "filter-30-simple": ["-f", 30, "-nostrong"], "filter-100-simple": ["-f", 100, "-nostrong"],
    "filter-10-strong": ["-f", 10, "-strong"], "filter-60-strong": ["-f", 60, "-strong"], "filter-100-strong": ["-f", 100, "-strong"], "sharpness-7": ["-sharpness", 7, "-f", 60],
    "sharpness-3-simple": ["-sharpness", 3, "-f", 60, "-nostrong"], "sharpness-5": ["-sharpness", 5, "-f", 90], "af": ["-af"], "partitions-1": ["-partition_limit", 100],
    "pass-6": ["-pass", 6, "-size", 3000], "jpeg-like": ["-jpeg_like"], "sharp-yuv": ["-sharp_yuv"], "low-memory": ["-low_memory"], "preset-text": ["-preset", "text"],
    "preset-drawing": ["-preset", "drawing"], "preset-picture": ["-preset", "picture"], "preset-icon": ["-preset", "icon"], "q0-simple": ["-q", 0, "-nostrong", "-f", 80],
}.items():
    album.add(f"lossy-{name}.webp", cwebp(scene(130, 97), *(["-q", 50] if "-q" not in options and "-preset" not in options else []), *options))
album.add("lossy-partitions-8.webp", cwebp(scene(97, 300), "-q", 40, "-mt", "-pre", 2))
album.add("lossy-flat.webp", pillow(Image.new("RGB", (300, 200), (3, 140, 250)), quality=80))
for name, options in {
    "lossless-none": ["-alpha_filter", "none"], "lossless-fast": ["-alpha_filter", "fast"], "lossless-best": ["-alpha_filter", "best"], "raw": ["-alpha_method", 0],
    "q50": ["-alpha_q", 50], "q0": ["-alpha_q", 0], "exact": ["-exact"], "noalpha": ["-noalpha"], "cleanup": ["-alpha_cleanup"],
}.items():
    album.add(f"alpha-{name}.webp", cwebp(scene(61, 43, "RGBA"), "-q", 60, *options))

# Orientation and other chunks.
for orientation in range(0, 10):
    exif = Image.Exif()
    exif[0x0112] = orientation
    album.add(f"exif-{orientation}.webp", pillow(scene(17, 9), quality=50, exif=exif, **({"lossless": True} if orientation % 2 else {})))
exif = Image.Exif()
exif[0x0112] = 6
vp8 = chunks_of(pillow(scene(17, 9), quality=50))[0]
vp8l = chunks_of(pillow(scene(17, 9), lossless=True))[0]
album.add("exif-unflagged.webp", riff(extended(0, 17, 9), chunk(*vp8), chunk(b"EXIF", exif.tobytes()[6:])))
album.add("exif-with-prefix.webp", riff(extended(8, 17, 9), chunk(*vp8), chunk(b"EXIF", exif.tobytes())))
album.add("exif-twice.webp", riff(extended(8, 17, 9), chunk(b"EXIF", exif.tobytes()), chunk(*vp8), chunk(b"EXIF", b"II*\0")))
album.add("exif-damaged.webp", riff(extended(8, 17, 9), chunk(*vp8), chunk(b"EXIF", b"II*\0\xff\xff\xff\xff")))
album.add("icc.webp", pillow(scene(17, 9), quality=50, icc_profile=b"not a profile", xmp=b"<x/>"))
album.add("unknown-chunk.webp", riff(extended(0, 17, 9), chunk(b"abcd", b"12345"), chunk(*vp8l)))
album.add("behind-the-end.webp", riff(chunk(*vp8)) + b"more")

# Animations.
still = pillow(scene(20, 14, "RGBA"), quality=60)
lossless = pillow(scene(20, 14, "RGBA"), lossless=True, exact=True)
for name, data in {"lossy": still, "lossless": lossless}.items():
    for bits in range(4):
        album.add(f"animation-{name}-{bits}.webp", riff(extended(0x12, 33, 29), ANIM, frame(6, 4, bits, data), frame(0, 0, bits, still)))
    album.add(f"animation-{name}-opaque.webp", riff(extended(0x02, 20, 14), ANIM, frame(0, 0, 0, data)))
stream = io.BytesIO()
scene(40, 30, "RGBA").save(stream, "WEBP", save_all=True, append_images=[scene(40, 30).transpose(Image.FLIP_LEFT_RIGHT)], background=(255, 0, 0, 255), duration=50)
album.add("animation-pillow.webp", stream.getvalue())
album.add("animation-outside.webp", riff(extended(0x12, 24, 16), ANIM, frame(6, 4, 0, still)))
album.add("animation-bad-second.webp", riff(extended(0x12, 33, 29), ANIM, frame(6, 4, 0, still), frame(16, 20, 0, still)))
album.add("animation-no-anim.webp", riff(extended(0x12, 33, 29), frame(6, 4, 0, still)))
album.add("animation-unflagged.webp", riff(extended(0x10, 33, 29), ANIM, frame(6, 4, 0, still)))
album.add("animation-and-still.webp", riff(extended(0x12, 17, 9), ANIM, chunk(*vp8)))
wrong = bytearray(frame(6, 4, 0, still))
wrong[14:17] = int24(7)
album.add("animation-wrong-width.webp", riff(extended(0x12, 33, 29), ANIM, bytes(wrong)))

# Damage.
for name, data in {"lossy": pillow(scene(61, 43), quality=60), "lossless": pillow(scene(61, 43), lossless=True)}.items():
    for part in (4, 11, 12, 19, 25, 40):
        album.add(f"cut-{name}-{part}.webp", data[:part])
    inner = chunks_of(data)[0]
    for share in (0.2, 0.5, 0.9, 0.99):
        album.add(f"cut-{name}-{int(share * 100)}-percent.webp", data[:int(len(data) * share)])
        album.add(f"short-{name}-{int(share * 100)}-percent.webp", riff(chunk(inner[0], inner[1][:int(len(inner[1]) * share)])))
    for less in range(1, 5):
        album.add(f"short-{name}-by-{less}.webp", riff(chunk(inner[0], inner[1][:-less])))
    for at in (0, 3, 4, 5, 6, 9, 12, 30, 200):
        changed = bytearray(inner[1])
        changed[at] ^= 0xFF
        album.add(f"changed-{name}-{at}.webp", riff(chunk(inner[0], bytes(changed))))
alpha = dict(chunks_of(cwebp(scene(61, 43, "RGBA"), "-q", 60)))
picture = chunk(b"VP8 ", alpha[b"VP8 "])
for name, payload in {"empty": b"", "head": alpha[b"ALPH"][:1], "half": alpha[b"ALPH"][:200], "method": b"\x02" + alpha[b"ALPH"][1:], "raw-short": b"\0" * 60, "raw": b"\0" * (1 + 61 * 43)}.items():
    album.add(f"alpha-damaged-{name}.webp", riff(extended(0x10, 61, 43), chunk(b"ALPH", payload), picture))
album.add("alpha-damaged-unflagged.webp", riff(extended(0, 61, 43), chunk(b"ALPH", b""), picture))
album.add("alpha-behind.webp", riff(extended(0x10, 61, 43), picture, chunk(b"ALPH", alpha[b"ALPH"])))
album.add("alpha-twice.webp", riff(extended(0x10, 61, 43), chunk(b"ALPH", alpha[b"ALPH"]), chunk(b"ALPH", alpha[b"ALPH"]), picture))
album.add("alpha-lossless.webp", riff(extended(0x10, 17, 9), chunk(b"ALPH", alpha[b"ALPH"]), chunk(*vp8l)))
album.add("two-pictures.webp", riff(extended(0, 17, 9), chunk(*vp8), chunk(*vp8)))
album.add("two-pictures-simple.webp", riff(chunk(*vp8), chunk(*vp8l)))
album.add("wrong-canvas.webp", riff(extended(0, 18, 9), chunk(*vp8)))
album.add("wrong-flags.webp", riff(extended(0x41, 17, 9), chunk(*vp8)))
album.add("long-vp8x.webp", riff(chunk(b"VP8X", bytes(4) + int24(16) + int24(8) + b"\0\0"), chunk(*vp8)))
album.add("no-picture.webp", riff(extended(0, 17, 9)))
album.add("other-chunk-first.webp", riff(chunk(b"abcd", b""), chunk(*vp8)))
album.add("tail.webp", riff(chunk(*vp8), b"tail"))
album.close()
