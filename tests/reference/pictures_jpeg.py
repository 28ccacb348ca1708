"""JPEG files in every flavour, and what Pillow makes of them.

Usage: /usr/bin/python3 tests/reference/pictures_jpeg.py    (Debian's python3-pil 9.4 and libjpeg-turbo-progs 2.1.5 for cjpeg)

Writes tests/Simile.Tests/Reference/pictures/jpeg.
"""
import io
import pathlib
import struct
import subprocess
import warnings

from PIL import Image

from scene import Album, scene

warnings.simplefilter("ignore")
album = Album("jpeg")


def pillow(image, **options):
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def cjpeg(image, *options):
    stream = io.BytesIO()
    image.save(stream, "PPM")
    return subprocess.run(["cjpeg", "-quality", "85", *options], input=stream.getvalue(), capture_output=True, check=True).stdout


def segments(data):
    """The marker segments before the scan as (marker, start, end), and where the scan's data begin."""
    found, at = [], 2
    while True:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        found.append((marker, at, at + 2 + length))
        at += 2 + length
        if marker == 0xDA:
            return found, at


def without(data, marker):
    for code, start, end in reversed(segments(data)[0]):
        data = data[:start] + data[end:] if code == marker else data
    return data


def with_segment(data, marker, content):
    return data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content + data[2:]


def adobe(transform):
    return b"Adobe\0\x64\0\0\0\0" + bytes([transform])


def exif(order, orientation, kind=3, prefix=b"Exif\0\0"):
    value = struct.pack(order + {3: "HH", 4: "L", 6: "bbbb", 1: "BBBB"}[kind], orientation, *[0] * {3: 1, 4: 0, 6: 3, 1: 3}[kind])
    entries = [struct.pack(order + "HHL", 0x010F, 2, 4) + b"cam\0", struct.pack(order + "HHL", 0x0112, kind, 1) + value]
    return prefix + {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "LH", 8, len(entries)) + b"".join(entries) + bytes(4)


# What Pillow writes.
picture = scene(61, 43)
for sampling, name in enumerate(("444", "422", "420")):
    for quality in (1, 30, 75, 92, 100):
        album.save(f"q{quality}-{name}.jpg", picture, quality=quality, subsampling=sampling)
    album.save(f"progressive-{name}.jpg", picture, subsampling=sampling, progressive=True)
    album.save(f"optimized-{name}.jpg", picture, subsampling=sampling, optimize=True)
for width, height in ((1, 1), (2, 2), (3, 3), (4, 17), (5, 1), (1, 9), (6, 16), (7, 8), (8, 7), (9, 10), (15, 15), (16, 5), (17, 17)):
    for sampling, name in ((1, "422"), (2, "420")):
        album.save(f"{width}x{height}-{name}.jpg", scene(width, height), subsampling=sampling, quality=90)
    album.save(f"{width}x{height}-progressive.jpg", scene(width, height), progressive=True, optimize=True)
for mode, name in (("L", "grey"), ("CMYK", "cmyk")):
    album.save(f"{name}.jpg", scene(61, 43, mode))
    album.save(f"{name}-progressive.jpg", scene(61, 43, mode), progressive=True)
album.save("wide-tables.jpg", picture, qtables=[[min(300 + 5 * i, 32767) for i in range(64)]] * 2)
album.save("larger.jpg", scene(203, 150), quality=88)

# What cjpeg writes.
small = scene(43, 37)
for sampling in ("1x2", "4x1", "1x4", "4x2", "2x4", "4x1,2x1,1x1", "2x2,1x2,1x2", "2x2,2x1,1x1", "2x2,1x2,2x1", "1x1,2x1,1x1", "1x1,2x2,1x1", "3x1,1x1,1x1", "3x2,1x1,1x1"):
    name = sampling.replace(",", "-")
    album.add(f"sampled-{name}.jpg", cjpeg(small, "-sample", sampling))
    album.add(f"sampled-{name}-progressive.jpg", cjpeg(small, "-sample", sampling, "-progressive"))
for interval in ("1", "2B", "7B", "100B"):
    album.add(f"restarts-{interval.lower()}.jpg", cjpeg(small, "-restart", interval))
    album.add(f"restarts-{interval.lower()}-progressive.jpg", cjpeg(small, "-restart", interval, "-progressive"))
script = pathlib.Path("/tmp/simile-scans.txt")
script.write_text("0;\n1;\n2;\n")
album.add("one-scan-a-component.jpg", cjpeg(small, "-scans", str(script)))
script.write_text("0 1;\n2;\n")
album.add("two-scans.jpg", cjpeg(small, "-scans", str(script), "-restart", "2B"))
script.write_text("0,1,2: 0-0, 0, 0;\n0: 1-63, 0, 0;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n")
album.add("bands-only.jpg", cjpeg(small, "-scans", str(script)))
script.write_text("0,1,2: 0-0, 0, 2;\n0: 1-5, 0, 3;\n0,1,2: 0-0, 2, 1;\n")
album.add("incomplete-bits.jpg", cjpeg(scene(90, 70), "-scans", str(script)))
script.write_text("0,1,2: 0-0, 0, 0;\n")
album.add("incomplete-dc-only.jpg", cjpeg(scene(90, 70), "-scans", str(script)))
script.write_text("0,1,2: 0-0, 0, 1;\n0: 1-2, 0, 2;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n0: 3-63, 0, 1;\n")
album.add("incomplete-bands.jpg", cjpeg(scene(90, 70), "-scans", str(script), "-sample", "1x1"))
album.add("rgb-names.jpg", cjpeg(small, "-rgb"))
album.add("arithmetic.jpg", cjpeg(small, "-arithmetic"))

# What scripts alone write.
plain = pillow(small)
bare = without(plain, 0xE0)
inks = pillow(scene(43, 37, "CMYK"))
album.add("no-jfif.jpg", bare)
album.add("adobe-rgb.jpg", with_segment(bare, 0xEE, adobe(0)))
album.add("adobe-ycc.jpg", with_segment(bare, 0xEE, adobe(1)))
album.add("adobe-unknown.jpg", with_segment(bare, 0xEE, adobe(7)))
album.add("jfif-and-adobe-rgb.jpg", with_segment(plain, 0xEE, adobe(0)))
album.add("ycck.jpg", with_segment(without(inks, 0xEE), 0xEE, adobe(2)))
album.add("cmyk-without-adobe.jpg", without(inks, 0xEE))
album.add("standard-huffman-left-out.jpg", without(plain, 0xC4))
for order, name in (("<", "little"), (">", "big")):
    for orientation in range(1, 9):
        album.add(f"exif-{name}-{orientation}.jpg", with_segment(pillow(scene(13, 8)), 0xE1, exif(order, orientation)))
    album.add(f"exif-{name}-long.jpg", with_segment(pillow(scene(13, 8)), 0xE1, exif(order, 6, 4)))
    album.add(f"exif-{name}-signed.jpg", with_segment(pillow(scene(13, 8)), 0xE1, exif(order, 5, 6)))
album.add("exif-second.jpg", with_segment(with_segment(pillow(scene(13, 8)), 0xE1, exif("<", 3)), 0xE1, exif(">", 8)))
album.add("exif-cut.jpg", with_segment(pillow(scene(13, 8)), 0xE1, exif(">", 8)[:30]))

# What damage leaves.
_, at = segments(plain)
restarts = cjpeg(small, "-restart", "1B")
markers = [i for i in range(at, len(restarts) - 1) if restarts[i] == 0xFF and 0xD0 <= restarts[i + 1] <= 0xD7]
progressive = pillow(small, progressive=True)
for cut in (3, 20, 200, at, at + 1, at + 100, len(plain) - 40, len(plain) - 2, len(plain) - 1):
    album.add(f"cut-{cut}.jpg", plain[:cut])
for cut in (len(progressive) // 2, len(progressive) - 2):
    album.add(f"progressive-cut-{cut}.jpg", progressive[:cut])
album.add("cut-then-end.jpg", plain[:at + 150] + b"\xff\xd9")
album.add("incomplete-cut-then-end.jpg", progressive[:len(progressive) // 2] + b"\xff\xd9")
album.add("no-end-but-rubbish.jpg", plain[:-2] + bytes(200))
album.add("rubbish-behind-end.jpg", plain + b"\xff\xd8 and more" * 9)
album.add("fill-bytes.jpg", plain[:2] + b"\xff\xff\xff" + plain[2:-2] + b"\xff\xff" + plain[-2:])
album.add("rubbish-before-markers.jpg", plain[:segments(plain)[0][1][1]] + b"rubbish\xff\0" + plain[segments(plain)[0][1][1]:])
album.add("second-scan.jpg", plain[:-2] + plain[segments(plain)[0][-1][1]:])
album.add("second-frame.jpg", with_segment(plain, 0xC0, plain[segments(plain)[0][-6][1] + 4:segments(plain)[0][-6][2]]))
album.add("unknown-marker.jpg", plain[:2] + b"\xff\x02" + plain[2:])
album.add("twelve-bits.jpg", plain.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c"))
album.add("lossless.jpg", plain.replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc3\x00\x11\x08"))
album.add("no-height.jpg", plain.replace(struct.pack(">HH", 37, 43), struct.pack(">HH", 0, 43)))
album.add("two-thirds-sampling.jpg", plain.replace(b"\x01\x22\x00", b"\x01\x31\x00").replace(b"\x02\x11\x01", b"\x02\x21\x01"))
for name, index, marker in (("wrong", 3, 0xD6), ("early", 3, 0xD4), ("late", 5, 0xD4), ("lost", 4, None), ("other", 2, 0xE5), ("invalid", 2, 0x20)):
    place = markers[index]
    damaged = restarts[:place] + (b"" if marker is None else bytes([0xFF, marker])) + restarts[place + 2:]
    album.add(f"restart-{name}.jpg", damaged)
album.add("restart-data-lost.jpg", restarts[:markers[2]] + restarts[markers[4]:])
album.add("restart-data-more.jpg", restarts[:markers[2]] + b"\x12\x34\x56" + restarts[markers[2]:])
for i in range(24):
    source = (plain, progressive, restarts)[i % 3]
    start = segments(source)[1]
    place = start + (i * 7919) % (len(source) - start - 2)
    album.add(f"flipped-{i}.jpg", source[:place] + bytes([source[place] ^ (1 << i % 8)]) + source[place + 1:])
album.close()
