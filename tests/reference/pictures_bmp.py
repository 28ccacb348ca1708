"""BMP files and what Pillow 9.4 makes of them. Run with Debian's Python: /usr/bin/python3 tests/reference/pictures_bmp.py"""
import struct

import numpy

from scene import Album, scene

RAW, RLE8, RLE4, FIELDS, JPEG = range(5)


def core(width, height, bits, length=12):
    return struct.pack("<IHHHH", length, width, height, 1, bits)


def info(width, height, bits, compression=RAW, colours=0, length=40, masks=(), planes=1):
    head = struct.pack("<IiiHHIIiiII", length, width, height, planes, bits, compression, 0, 2835, 2835, colours, 0)
    return (head + struct.pack(f"<{len(masks)}I", *masks)).ljust(length, b"\0")


def bmp(head, palette, pixels, offset=None):
    start = 14 + len(head) + len(palette) if offset is None else offset
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(palette) + len(pixels), 0, 0, start) + head + palette + pixels


def colours(count, padding=True):
    return b"".join(bytes([i * 37 % 256, 255 - i * 11 % 256, i * 5 % 256]) + (b"\0" if padding else b"") for i in range(count))


def greys(count, step=1):
    return b"".join(bytes([i * step % 256] * 3) + b"\0" for i in range(count))


def rows(width, height, bits):
    """Bottom-up rows of the scene; for 16 bits and more any bits do."""
    if bits <= 8:
        grey = numpy.asarray(scene(width, height, "L")).astype(int)[::-1] >> (8 - bits)
        wide = ((grey[..., None] >> numpy.arange(bits - 1, -1, -1)) & 1).reshape(height, -1)
        lines = [numpy.packbits(row.astype(numpy.uint8)).tobytes() for row in wide]
    else:
        noise = numpy.random.RandomState(bits).randint(0, 256, (height, width * bits // 8))
        lines = [row.astype(numpy.uint8).tobytes() for row in noise]
    return b"".join(line.ljust((len(line) + 3) // 4 * 4, b"\0") for line in lines)


def plain(album):
    for mode in ("1", "L", "RGB", "RGBA"):
        album.save(f"pillow-{mode.lower()}.bmp", scene(23, 17, mode))
    album.save("pillow-p.bmp", scene(23, 17).quantize(100))
    for bits in (1, 4, 8, 16, 24, 32):
        palette = colours(1 << bits) if bits <= 8 else b""
        for width in (1, 5, 8, 17):
            album.add(f"info-{bits}-{width}.bmp", bmp(info(width, 6, bits), palette, rows(width, 6, bits)))
        for length in (52, 56, 64, 108, 124):
            album.add(f"header-{length}-{bits}.bmp", bmp(info(9, 6, bits, length=length), palette, rows(9, 6, bits)))
        album.add(f"core-{bits}.bmp", bmp(core(9, 6, bits), colours(1 << bits, False) if bits <= 8 else b"", rows(9, 6, bits)))
        album.add(f"top-down-{bits}.bmp", bmp(info(9, -6, bits), palette, rows(9, 6, bits)))
        album.add(f"offset-0-{bits}.bmp", bmp(info(9, 6, bits), palette, rows(9, 6, bits), 0))
        album.add(f"offset-behind-header-{bits}.bmp", bmp(info(9, 6, bits), palette, rows(9, 6, bits), 54))
        album.add(f"offset-core-behind-header-{bits}.bmp", bmp(core(9, 6, bits), colours(1 << bits, False) if bits <= 8 else b"", rows(9, 6, bits) + bytes(300), 26))
        album.add(f"offset-in-header-{bits}.bmp", bmp(info(9, 6, bits), palette, rows(9, 6, bits), 20))
        album.add(f"offset-gap-{bits}.bmp", bmp(info(9, 6, bits), palette, b"gap" + rows(9, 6, bits), 57 + len(palette)))
        whole = bmp(info(9, 6, bits), palette, rows(9, 6, bits))
        album.add(f"cut-row-{bits}.bmp", whole[:-5])
        album.add(f"cut-1-{bits}.bmp", whole[:-1])
    for bits in (0, 2, 3, 5, 15, 33, 64, 40000):
        album.add(f"depth-{bits}.bmp", bmp(info(9, 6, bits), b"", bytes(600)))


def palettes(album):
    for bits in (1, 4, 8):
        for count in (1, 2, 3, 5, 16, 200, 256, 257, 300):
            album.add(f"palette-{bits}-{count}.bmp", bmp(info(7, 5, bits, colours=count), colours(count), rows(7, 5, bits)))
            album.add(f"greys-{bits}-{count}.bmp", bmp(info(7, 5, bits, colours=count), greys(count, 255 if count == 2 else 1), rows(7, 5, bits)))
    album.add("greys-1-black-white-reversed.bmp", bmp(info(7, 5, 1, colours=2), greys(2, 255)[::-1], rows(7, 5, 1)))
    album.add("greys-4-steps.bmp", bmp(info(7, 5, 4), greys(16, 17), rows(7, 5, 4)))
    album.add("greys-4-narrow.bmp", bmp(info(4, 5, 4), greys(16), rows(4, 5, 4)))
    album.add("greys-core.bmp", bmp(core(9, 6, 8), bytes(i // 3 for i in range(768)), rows(9, 6, 8)))
    for count in (0x7FFFFFFF, 65536, 65537, 0xFFFFFFFF):
        album.add(f"palette-claims-{count}.bmp", bmp(info(7, 5, 8, colours=0)[:32] + struct.pack("<I", count) + bytes(4), colours(256), rows(7, 5, 8)))
    album.add("palette-cut.bmp", bmp(info(7, 5, 8), colours(100), b"", 200)[:300])
    for planes in (0, 5):
        album.add(f"planes-{planes}.bmp", bmp(info(7, 5, 8, planes=planes), colours(256), rows(7, 5, 8)))


def fields(album):
    layouts = {32: [(0xFF0000, 0xFF00, 0xFF, 0), (0xFF000000, 0xFF0000, 0xFF00, 0), (0xFF000000, 0xFF0000, 0xFF00, 0xFF), (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
                    (0xFF0000, 0xFF00, 0xFF, 0xFF000000), (0, 0, 0, 0), (0xFF, 0xFF00, 0xFF0000, 0), (0x3FF00000, 0xFFC00, 0x3FF, 0)],
               24: [(0xFF0000, 0xFF00, 0xFF, 0), (0xFF, 0xFF00, 0xFF0000, 0)],
               16: [(0xF800, 0x7E0, 0x1F, 0), (0x7C00, 0x3E0, 0x1F, 0), (0x7C00, 0x3E0, 0x1F, 0x8000), (0xF00, 0xF0, 0xF, 0)],
               8: [(0xE0, 0x1C, 3, 0)]}
    for bits, masks in layouts.items():
        for number, mask in enumerate(masks):
            album.add(f"fields-{bits}-{number}.bmp", bmp(info(6, 5, bits, FIELDS) + struct.pack("<3I", *mask[:3]), b"", rows(6, 5, bits)))
            for length in (56, 64, 108, 124):
                album.add(f"fields-{bits}-{number}-{length}.bmp", bmp(info(6, 5, bits, FIELDS, length=length, masks=mask), b"", rows(6, 5, bits)))
    album.add("fields-offset-0.bmp", bmp(info(6, 5, 16, FIELDS) + struct.pack("<3I", 0xF800, 0x7E0, 0x1F), b"", rows(6, 5, 16), 0))
    album.add("fields-cut.bmp", bmp(info(6, 5, 16, FIELDS) + bytes(7), b"", b"", 0))


def runs(album):
    streams = {
        RLE8: {"runs": b"\x08\x01\0\0\x03\x02\x05\x07\0\0\x08\x09\0\1", "too-long": b"\x0c\x01\0\0\x0c\x02\0\0\x08\x03\0\1", "literal": b"\0\x08abcdefgh\0\0\0\x05abcde\0\x03\x04\0\0\x08\x02\0\1",
               "no-line-ends": b"\x08\x01\x08\x02\x08\x03", "lines-only": b"\0\0" * 9 + b"\0\1", "end-early": b"\x08\x01\0\0\0\1", "cut": b"\x08\x01\0\0\x04", "literal-cut": b"\x08\1\x08\2\0\0\0\x20abc",
               "jump": b"\x04\x01\0\x02\0\0\x02\x01\x05\x06\x09\x09\0\0\x08\x09\0\0\x08\1\x08\2", "jump-far": b"\x04\x01\0\x02\x01\x01\x09\xff", "jump-cut": b"\x04\x01\0\x02\x01",
               "jump-half": b"\x04\x01\0\x02\x01\x02\x03", "literal-over": b"\0\x0cabcdefghijkl\x04\1\0\0\x08\2\0\0", "literal-overlong": b"\x08\1\x08\2\x04\1\0\x20" + bytes(range(32))},
        RLE4: {"runs": b"\x08\x12\0\0\x03\x24\x05\x73\0\0\x08\x9a\0\1", "too-long": b"\x0c\x12\0\0\x0c\x34\0\0\x08\x56\0\1", "literal": b"\0\x08\x12\x34\x56\x78\0\0\0\x06\x12\x34\x56\0\x02\x44\0\0\x08\x02\0\1",
               "literal-odd": b"\0\x05\x12\x34\x50\0\x03\x24\0\0\x08\x9a\0\0\x08\x9a\0\1", "no-line-ends": b"\x08\x12\x08\x34\x08\x56", "lines-only": b"\0\0" * 9 + b"\0\1",
               "jump": b"\x04\x12\0\x02\0\0\x02\x01\x05\x67\0\0\x08\x9a\0\0\x08\1", "end-early": b"\x08\x12\0\0\0\1"}}
    for compression, cases in streams.items():
        bits = 8 if compression == RLE8 else 4
        for name, stream in cases.items():
            for gap in (0, 1):
                head = info(8, 3, bits, compression)
                palette = colours(1 << bits)
                album.add(f"rle{bits}-{name}-{gap}.bmp", bmp(head, palette, b"-" * gap + stream, 14 + len(head) + len(palette) + gap))
        good = cases["runs"]
        album.add(f"rle{bits}-top-down.bmp", bmp(info(8, -3, bits, compression), colours(1 << bits), good))
        album.add(f"rle{bits}-greys.bmp", bmp(info(8, 3, bits, compression), greys(1 << bits), good))
        album.add(f"rle{bits}-black-white.bmp", bmp(info(8, 3, bits, compression, colours=2), greys(2, 255), good))
        for other in (1, 4, 8, 16, 24, 32):
            album.add(f"rle{bits}-in-{other}.bmp", bmp(info(8, 3, other, compression), colours(1 << other) if other <= 8 else b"", good))
    for compression in (JPEG, 5, 6, 11, 0xFFFFFFFF):
        album.add(f"compression-{compression}.bmp", bmp(info(8, 3, 24, compression), b"", rows(8, 3, 24)))


def damage(album):
    for width, height in ((0, 5), (5, 0), (-5, 5), (5, -2**31)):
        album.add(f"size-{width}x{height}.bmp", bmp(info(width, height, 24), b"", bytes(500)))
    whole = bmp(info(9, 6, 24), b"", rows(9, 6, 24))
    for length in (2, 10, 13, 14, 16, 18, 20, 40, 53, 54, 60):
        album.add(f"cut-at-{length}.bmp", whole[:length])
    for length in (0, 3, 4, 13, 16, 41, 2**31, 2**32 - 1):
        album.add(f"header-length-{length}.bmp", whole[:14] + struct.pack("<I", length) + whole[18:])
    for offset in (3, 13, len(whole) - 3, len(whole) + 9, 2**31, 2**32 - 1):
        album.add(f"offset-{offset}.bmp", whole[:10] + struct.pack("<I", offset) + whole[14:])


def main():
    album = Album("bmp")
    plain(album)
    palettes(album)
    fields(album)
    runs(album)
    damage(album)
    album.close()


if __name__ == "__main__":
    main()
