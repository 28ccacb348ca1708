"""PNG files of every kind and what Pillow 9.4 makes of them. Run with Debian's Python: /usr/bin/python3 tests/reference/pictures_png.py"""
import io
import struct
import zlib

import numpy
from PIL import Image

from scene import Album, scene

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, data, crc=None):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def header(width, height, depth, colour, interlace=0, filtering=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, filtering, interlace))


def samples(width, height, depth, colour):
    """The scene in (H, W, channels) samples of the depth."""
    if colour == 3:
        grey = numpy.asarray(scene(width, height, "L")).astype(int)[..., None]
        return grey >> (8 - depth)
    mode = {0: "L", 2: "RGB", 4: "LA", 6: "RGBA"}[colour]
    values = numpy.asarray(scene(width, height, mode)).reshape(height, width, -1).astype(int)
    if depth == 16:
        return values if colour == 0 and width % 2 else values * 256 + values[:, ::-1]
    return values >> (8 - depth)


def pack(values, depth):
    """Rows of packed bytes."""
    height = values.shape[0]
    flat = values.reshape(height, -1)
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in flat]
    if depth == 8:
        return [row.astype(numpy.uint8).tobytes() for row in flat]
    bits = ((flat[..., None] >> numpy.arange(depth - 1, -1, -1)) & 1).reshape(height, -1)
    return [numpy.packbits(row.astype(numpy.uint8)).tobytes() for row in bits]


def paeth(a, b, c):
    pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def filtered(rows, bpp, kinds):
    """Rows with the filters of the list in turn."""
    out, above = b"", bytes(len(rows[0])) if rows else b""
    for y, row in enumerate(rows):
        kind = kinds[y % len(kinds)]
        line = bytearray()
        for i, value in enumerate(row):
            a, b, c = (row[i - bpp] if i >= bpp else 0), above[i], (above[i - bpp] if i >= bpp else 0)
            line.append((value - [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]) & 255)
        out, above = out + bytes([kind]) + bytes(line), row
    return out


def raw(width, height, depth, colour, interlace=0, kinds=(0, 1, 2, 3, 4)):
    values = samples(width, height, depth, colour)
    bpp = max(1, depth * CHANNELS[colour] // 8)
    if not interlace:
        return filtered(pack(values, depth), bpp, kinds)
    parts = [values[y::dy, x::dx] for x, y, dx, dy in ADAM7]
    return b"".join(filtered(pack(part, depth), bpp, kinds) for part in parts if part.size)


def palette(depth):
    return chunk(b"PLTE", b"".join(bytes([i * 37 % 256, 255 - i * 11 % 256, i * 5 % 256]) for i in range(1 << depth)))


def png(width, height, depth, colour, before=b"", after=b"", interlace=0, kinds=(0, 1, 2, 3, 4), data=None, end=chunk(b"IEND", b"")):
    pixels = raw(width, height, depth, colour, interlace, kinds) if data is None else data
    plte = palette(depth) if colour == 3 and b"PLTE" not in before else b""
    return SIGNATURE + header(width, height, depth, colour, interlace) + plte + before + chunk(b"IDAT", zlib.compress(pixels)) + after + end


def kinds_of_pixels(album):
    for colour, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items():
        for depth in depths:
            for interlace in (0, 1):
                name = f"c{colour}-d{depth}" + ("-adam7" if interlace else "")
                album.add(name + ".png", png(19, 13, depth, colour, interlace=interlace))
                album.add(name + "-odd.png", png(22, 9, depth, colour, interlace=interlace, kinds=(4, 3, 1)))
    for size in ((1, 1), (2, 1), (1, 2), (3, 5), (5, 3), (8, 8)):
        for depth, colour in ((1, 0), (8, 2), (16, 6)):
            album.add(f"small-{size[0]}x{size[1]}-c{colour}-adam7.png", png(*size, depth, colour, interlace=1))
    for kind in range(5):
        for colour in (0, 2, 4, 6):
            album.add(f"filter{kind}-c{colour}.png", png(33, 6, 8, colour, kinds=(kind,)))
    for mode in ("1", "L", "LA", "RGB", "RGBA", "I"):
        album.save(f"pillow-{mode.lower()}.png", scene(40, 30, mode))
    album.save("pillow-p.png", scene(40, 30).quantize(200))
    album.save("pillow-p4.png", scene(40, 30).quantize(13), bits=4)


def transparency(album):
    for colour, data in ((0, b"\0\x80"), (2, b"\0\x20\0\x20\0\xff"), (3, b"\xff\0"), (3, b"\x40\x80\xc0"), (3, b"\xff" * 4), (4, b"\0")):
        album.add(f"trns-c{colour}-{len(data)}.png", png(9, 7, 8, colour, chunk(b"tRNS", data)))
    album.add("trns-short-grey.png", png(9, 7, 8, 0, chunk(b"tRNS", b"\0")))
    album.add("trns-short-rgb.png", png(9, 7, 8, 2, chunk(b"tRNS", b"\0\0\0\0")))
    album.add("trns-grey16.png", png(9, 7, 16, 0, chunk(b"tRNS", b"\0\x80")))
    for length in (0, 1, 3, 5, 30, 768, 770, 771):
        album.add(f"palette-{length}-bytes.png", png(16, 16, 8, 3, chunk(b"PLTE", bytes(i * 7 % 256 for i in range(length)))))
    plain = png(16, 16, 8, 3)
    album.add("palette-missing.png", plain.replace(palette(8), b""))


def data_streams(album):
    pixels = raw(12, 10, 8, 2)
    stream = zlib.compress(pixels)
    def file(*parts, before=b"", end=chunk(b"IEND", b"")):
        return SIGNATURE + header(12, 10, 8, 2) + before + b"".join(chunk(b"IDAT", part) for part in parts) + end
    album.add("idat-split.png", file(*[stream[i:i + 7] for i in range(0, len(stream), 7)]))
    album.add("idat-empty-between.png", file(b"", stream[:50], b"", b"", stream[50:], b""))
    album.add("idat-padded.png", file(stream + bytes(500)))
    album.add("idat-more-rows.png", file(zlib.compress(pixels + pixels)))
    album.add("idat-stored.png", file(zlib.compress(pixels, 0)))
    album.add("idat-fewer-rows.png", file(zlib.compress(pixels[:37 * 4])))
    album.add("idat-within-row.png", file(zlib.compress(pixels[:37 * 4 + 5])))
    album.add("idat-no-rows.png", file(zlib.compress(b"")))
    album.add("idat-nothing.png", file(b""))
    album.add("idat-cut.png", file(stream[:len(stream) // 2]))
    album.add("idat-no-adler.png", file(stream[:-4]))
    album.add("idat-wrong-adler.png", file(stream[:-1] + bytes([stream[-1] ^ 1])))
    album.add("idat-garbage.png", file(stream[:60] + bytes(200)))
    album.add("idat-interrupted.png", SIGNATURE + header(12, 10, 8, 2) + chunk(b"IDAT", stream[:50]) + chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", stream[50:]))
    album.add("idat-wrong-crc.png", SIGNATURE + header(12, 10, 8, 2) + chunk(b"IDAT", stream, 5) + chunk(b"IEND", b""))
    album.add("fewer-rows-palette.png", png(8, 8, 8, 3, data=raw(8, 8, 8, 3)[:27]))
    album.add("fewer-rows-adam7.png", png(8, 8, 8, 2, interlace=1, data=raw(8, 8, 8, 2, 1)[:4 + 4 + 7]))
    album.add("filter-unknown.png", png(4, 4, 8, 0, data=bytes([5, 1, 2, 3, 4] * 4)))
    album.add("end-missing.png", file(stream, end=b""))
    album.add("end-cut.png", file(stream, end=chunk(b"IEND", b"")[:7]))
    album.add("tail-cut.png", file(stream, end=b"\0\0\1\0tEXtab"))
    album.add("tail-cut-unknown.png", file(stream, end=b"\0\0\1\0abCdab"))
    album.add("tail-no-letters.png", file(stream, end=b"\0\0\0\0\0\0\0\0\0\0\0\0"))
    album.add("tail-wrong-crc.png", file(stream, end=chunk(b"tEXt", b"a\0b", 7) + chunk(b"IEND", b"")))
    album.add("cut-in-idat.png", file(stream)[:-40])
    album.add("cut-in-crc.png", file(stream)[:-14])
    return file, stream


def other_chunks(album, file, stream):
    for name, part in {
            "crc-wrong-text": chunk(b"tEXt", b"a\0b", 1), "crc-wrong-unknown": chunk(b"abCd", b"a", 1), "crc-wrong-critical": chunk(b"ABCD", b"a", 1),
            "unknown-critical": chunk(b"ABCD", b"abc"), "unknown-ancillary": chunk(b"abCd", b"abc"), "name-no-letters": chunk(b"ab d", b"abc"),
            "name-digits": chunk(b"a1_d", b"abc"),
            "length-beyond": struct.pack(">I", 1 << 31) + b"tEXt" + b"a", "gama": chunk(b"gAMA", b"\0\0\xb1\x8f"), "gama-short": chunk(b"gAMA", b"\0\0"),
            "chrm-odd": chunk(b"cHRM", b"abcde"), "srgb": chunk(b"sRGB", b"\0"), "srgb-short": chunk(b"sRGB", b""), "phys-short": chunk(b"pHYs", b"12345678"),
            "iccp": chunk(b"iCCP", b"name\0\0" + zlib.compress(b"abc")), "iccp-no-name": chunk(b"iCCP", b"name"), "iccp-broken": chunk(b"iCCP", b"name\0\0abc"),
            "iccp-bomb": chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(2 << 20))), "ztxt-bomb": chunk(b"zTXt", b"name\0\0" + zlib.compress(bytes(2 << 20))),
            "ztxt-limit": chunk(b"zTXt", b"name\0\0" + zlib.compress(bytes(1 << 20))),
            "itxt-bomb": chunk(b"iTXt", b"name\0\1\0\0\0" + zlib.compress(bytes(2 << 20))), "ztxt-method": chunk(b"zTXt", b"name\0\1abc"),
            "ztxt-broken": chunk(b"zTXt", b"name\0\0abc"), "itxt-short": chunk(b"iTXt", b"name\0\0"), "text-no-zero": chunk(b"tEXt", b"name"),
            "header-twice": header(6, 5, 8, 2), "header-unknown-second": header(12, 10, 3, 2), "end-early": chunk(b"IEND", b"")}.items():
        album.add(f"before-{name}.png", file(stream, before=part))
        if "early" not in name and "crc" not in name:
            album.add(f"after-{name}.png", file(stream, end=part + chunk(b"IEND", b"")))
    album.add("header-cut.png", SIGNATURE + chunk(b"IHDR", bytes(12)))
    album.add("header-longer.png", SIGNATURE + chunk(b"IHDR", header(12, 10, 8, 2)[8:21] + b"more") + chunk(b"IDAT", stream))
    album.add("header-missing.png", SIGNATURE + chunk(b"IDAT", stream) + chunk(b"IEND", b""))
    album.add("header-filter.png", SIGNATURE + header(12, 10, 8, 2, 0, 1) + chunk(b"IDAT", stream))
    album.add("header-interlace-7.png", SIGNATURE + header(12, 10, 8, 2, 7) + chunk(b"IDAT", zlib.compress(raw(12, 10, 8, 2, 1))))
    for depth, colour in ((3, 0), (4, 2), (16, 3), (4, 4), (1, 6), (8, 1), (8, 5)):
        album.add(f"header-c{colour}-d{depth}.png", SIGNATURE + header(12, 10, depth, colour) + chunk(b"IDAT", stream))
    album.add("header-no-columns.png", SIGNATURE + header(0, 10, 8, 2) + chunk(b"IDAT", stream))
    album.add("signature-only.png", SIGNATURE)


def orientations(album, file, stream):
    def tiff(orientation, order="<"):
        head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
        return head + struct.pack(order + "HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    for value in range(1, 9):
        album.add(f"exif-{value}.png", file(stream, before=chunk(b"eXIf", tiff(value, "<>"[value % 2]))))
    album.add("exif-9.png", file(stream, before=chunk(b"eXIf", tiff(9))))
    album.add("exif-empty.png", file(stream, before=chunk(b"eXIf", b"")))
    album.add("exif-cut.png", file(stream, before=chunk(b"eXIf", tiff(6)[:15])))
    for name, data in (("junk", b"junk and more"), ("mark-twice", b"Exif\0\0" + tiff(6)), ("short", b"II*\0"), ("swapped", tiff(6).replace(b"*\0", b"\0*")), ("large", b"MM\0+" + bytes(20))):
        album.add(f"exif-{name}.png", file(stream, before=chunk(b"eXIf", data)))
    album.add("exif-after.png", file(stream, end=chunk(b"eXIf", tiff(6)) + chunk(b"IEND", b"")))
    album.add("exif-text.png", file(stream, before=chunk(b"tEXt", b"exif\0" + tiff(8))))
    profile = b"\nexif\n      32\n" + (b"Exif\0\0" + tiff(5)).hex().encode()
    album.add("profile-text.png", file(stream, before=chunk(b"tEXt", b"Raw profile type exif\0" + profile)))
    album.add("profile-no-digits.png", file(stream, before=chunk(b"tEXt", b"Raw profile type exif\0" + profile + b"zz")))
    album.add("profile-odd.png", file(stream, before=chunk(b"tEXt", b"Raw profile type exif\0" + profile + b"4")))
    album.add("profile-short.png", file(stream, before=chunk(b"tEXt", b"Raw profile type exif\0\nexif")))
    lines = profile[:45] + b"\n" + profile[45:] + b"\n"
    album.add("profile-compressed-after.png", file(stream, end=chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(lines)) + chunk(b"IEND", b"")))
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation=\"8\"/>"
    album.add("xmp-attribute.png", file(stream, before=chunk(b"iTXt", xmp)))
    album.add("xmp-element.png", file(stream, before=chunk(b"tEXt", b"XML:com.adobe.xmp\0<tiff:Orientation>7</tiff:Orientation>")))
    album.add("xmp-compressed.png", file(stream, before=chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"tiff:Orientation tiff:Orientation=\"3\""))))
    album.add("xmp-not-utf8.png", file(stream, before=chunk(b"iTXt", xmp + b"\xff")))
    album.add("xmp-nonsense.png", file(stream, before=chunk(b"iTXt", xmp.replace(b"8", b"9"))))
    album.add("xmp-and-exif.png", file(stream, before=chunk(b"iTXt", xmp) + chunk(b"eXIf", tiff(1))))
    album.add("xmp-and-exif-without.png", file(stream, before=chunk(b"iTXt", xmp) + chunk(b"eXIf", tiff(1).replace(b"\x12\1", b"\x13\1"))))


def animations(album):
    def control(frames):
        return chunk(b"acTL", struct.pack(">II", frames, 0))
    def frame(number, width, height, x=0, y=0):
        return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, width, height, x, y, 1, 10, 0, 0))
    def data(number, width, height):
        return chunk(b"fdAT", struct.pack(">I", number) + zlib.compress(raw(width, height, 8, 2)))
    first = scene(20, 14)
    stream = io.BytesIO()
    first.save(stream, "PNG", save_all=True, append_images=[first.rotate(90), first.rotate(180)])
    album.add("apng-pillow.png", stream.getvalue())
    stream = io.BytesIO()
    first.save(stream, "PNG", save_all=True, append_images=[first.rotate(90), first.rotate(180)], default_image=True)
    album.add("apng-still.png", stream.getvalue())
    for interlace in (0, 1):
        album.add(f"apng-part-{interlace}.png", SIGNATURE + header(20, 14, 8, 2, interlace) + control(1) + frame(0, 12, 9, 5, 3)
                  + chunk(b"IDAT", zlib.compress(raw(12, 9, 8, 2, interlace))) + chunk(b"IEND", b""))
    album.add("apng-outside.png", png(20, 14, 8, 2, control(1) + frame(0, 12, 9, 9, 3)))
    album.add("apng-empty-frame.png", png(20, 14, 8, 2, control(1) + frame(0, 0, 9, 9, 3)))
    album.add("apng-sequence.png", png(20, 14, 8, 2, control(1) + frame(1, 20, 14)))
    album.add("apng-no-control.png", png(20, 14, 8, 2, frame(0, 20, 14)))
    album.add("apng-control-twice.png", png(20, 14, 8, 2, control(2) + control(2), frame(0, 20, 14) + data(1, 20, 14)))
    album.add("apng-control-short.png", png(20, 14, 8, 2, chunk(b"acTL", b"1234")))
    album.add("apng-no-frames.png", png(20, 14, 8, 2, control(0)))
    album.add("apng-data-first.png", SIGNATURE + header(20, 14, 8, 2) + control(2) + frame(0, 20, 14) + data(1, 20, 14) + chunk(b"IEND", b""))
    album.add("apng-data-without-frame.png", SIGNATURE + header(20, 14, 8, 2) + data(0, 20, 14) + chunk(b"IEND", b""))
    album.add("apng-data-out-of-order.png", png(20, 14, 8, 2, frame(0, 20, 14), data(5, 20, 14)))
    whole = SIGNATURE + header(20, 14, 8, 2) + control(2) + frame(0, 20, 14)
    album.add("apng-data-cut-behind.png", whole + b"\0\1" + data(1, 20, 14)[2:])
    album.add("apng-stops-at-frame.png", png(20, 14, 8, 2, control(2) + frame(0, 20, 14), frame(1, 20, 14) + chunk(b"sRGB", b"")))


def main():
    album = Album("png")
    kinds_of_pixels(album)
    transparency(album)
    file, stream = data_streams(album)
    other_chunks(album, file, stream)
    orientations(album, file, stream)
    animations(album)
    album.close()


if __name__ == "__main__":
    main()
