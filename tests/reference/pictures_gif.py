"""GIF files and what Pillow 9.4 makes of them. Run with Debian's Python: /usr/bin/python3 tests/reference/pictures_gif.py"""
import io
import struct

import numpy

from scene import Album, scene

COLOURS = bytes([9, 8, 7, 200, 0, 0, 0, 200, 0, 0, 0, 200])
RAMP = bytes(i // 3 for i in range(12))


def blocks(data, size=255):
    return b"".join(bytes([len(data[i:i + size])]) + data[i:i + size] for i in range(0, len(data), size)) + b"\0"


def bits(codes):
    """Codes as (code, width), lowest bit first."""
    value = length = 0
    for code, width in codes:
        value |= code << length
        length += width
    return value.to_bytes((length + 7) // 8, "little")


def lzw(pixels, root, clear_every=None, first_clear=True, end=True):
    """Codes; the table, once full, stays (deferred clear) unless clear_every pixels have passed."""
    clear, stop = 1 << root, (1 << root) + 1
    codes, table, width, prefix, since = [], {(i,): i for i in range(clear)}, root + 1, (), 0
    if first_clear:
        codes.append((clear, width))
    following = stop + 1
    for pixel in pixels:
        since += 1
        if prefix + (pixel,) in table:
            prefix += (pixel,)
            continue
        codes.append((table[prefix], width))
        if following < 4096:
            table[prefix + (pixel,)] = following
            if following == 1 << width and width < 12:
                width += 1
            following += 1
        prefix = (pixel,)
        if clear_every and since >= clear_every:
            codes += [(pixel, width), (clear, width)]
            table, width, prefix, since, following = {(i,): i for i in range(clear)}, root + 1, (), 0, stop + 1
    if prefix:
        codes.append((table[prefix], width))
        if following < 4096 and following == 1 << width and width < 12:
            width += 1
    return bits(codes + ([(stop, width)] if end else []))


def picture(x, y, w, h, data, flags=0, palette=b"", root=2):
    return b"," + struct.pack("<HHHHB", x, y, w, h, flags) + palette + bytes([root]) + data


def gif(w, h, body, flags=0x81, palette=COLOURS, background=0, version=b"GIF89a"):
    return version + struct.pack("<HHBBB", w, h, flags, background, 0) + palette + body


def control(flags, transparent=3):
    return b"!\xf9\x04" + bytes([flags, 5, 0, transparent]) + b"\0"


def pillow(album):
    for size in ((40, 30), (7, 5), (1, 1), (70, 50)):
        rgb = scene(*size)
        for colours in (2, 5, 200):
            for interlace in (0, 1):
                album.save(f"pillow-{size[0]}-{colours}-{interlace}.gif", rgb.quantize(colours), interlace=interlace)
    album.save("pillow-grey.gif", scene(40, 30, "L"))
    album.save("pillow-1.gif", scene(40, 30, "1"))
    album.save("pillow-rgba.gif", scene(40, 30, "RGBA"))
    frames = [scene(40, 30).rotate(angle).quantize(60) for angle in (0, 40, 80)]
    for disposal in range(4):
        album.save(f"pillow-frames-{disposal}.gif", frames[0], save_all=True, append_images=frames[1:], disposal=disposal, transparency=7, loop=0)


def screens(album, data, tail):
    for name, flags in (("", None), ("-transparent", control(1)), ("-opaque", control(0)), ("-disposal2", control(9)), ("-disposal3", control(13)), ("-transparent200", control(1, 200))):
        before = flags or b""
        album.add(f"inside{name}.gif", gif(7, 6, before + picture(2, 1, 4, 3, data) + tail, background=1))
        album.add(f"larger{name}.gif", gif(2, 2, before + picture(1, 1, 4, 3, data) + tail))
        album.add(f"no-palette{name}.gif", gif(5, 3, before + picture(0, 0, 4, 3, data) + tail, 0, b""))
        album.add(f"ramp{name}.gif", gif(5, 3, before + picture(0, 0, 4, 3, data) + tail, palette=RAMP))
        album.add(f"ramp-local{name}.gif", gif(5, 3, before + picture(0, 0, 4, 3, data, 0x81, RAMP) + tail))
        album.add(f"local{name}.gif", gif(5, 3, before + picture(0, 0, 4, 3, data, 0x81, COLOURS[::-1]) + tail))
    album.add("local-only.gif", gif(5, 3, picture(0, 0, 4, 3, data, 0x81, COLOURS) + tail, 0, b""))
    for x, y, w, h in ((0, 0, 0, 3), (0, 0, 4, 0), (0, 1, 0, 2), (1, 0, 0, 3), (0, 0, 0, 0), (1, 1, 0, 0)):
        album.add(f"empty-{x}{y}{w}{h}.gif", gif(4, 3, picture(x, y, w, h, data) + tail))
        album.add(f"empty-screen-{x}{y}{w}{h}.gif", gif(0, 0, picture(x, y, w, h, data) + tail))
    album.add("screen-empty.gif", gif(0, 0, picture(0, 0, 4, 3, data) + tail))
    album.add("screen-flat.gif", gif(9, 0, picture(0, 0, 4, 3, data) + tail))
    album.add("version-87.gif", gif(4, 3, picture(0, 0, 4, 3, data) + tail, version=b"GIF87a"))
    album.add("version-88.gif", gif(4, 3, picture(0, 0, 4, 3, data) + tail, version=b"GIF88a"))


def structures(album, data, tail):
    shown = picture(0, 0, 4, 3, data)
    for name, body in {
            "no-trailer": shown, "trailer-first": b";" + shown, "junk-first": b"abc" + shown, "nothing": b"", "comment": b"!\xfe\x03abc\x02de\0" + shown,
            "comment-empty": b"!\xfe\0" + shown, "plain-text": b"!\x01\x0c" + bytes(12) + b"\x03abc\0" + shown, "plain-text-empty": b"!\x01\0" + shown + tail,
            "netscape": b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" + shown, "netscape-empty": b"!\xff\x0bNETSCAPE2.0\0" + shown,
            "application-empty": b"!\xff\0" + shown, "application": b"!\xff\x0bXMP DataXMP\x02ab\0" + shown, "control-empty": b"!\xf9\0" + shown,
            "control-short": b"!\xf9\x02\x01\0\0" + shown, "control-three": b"!\xf9\x03\0\0\0\0" + shown, "control-three-transparent": b"!\xf9\x03\x01\0\0\0" + shown,
            "control-twice": control(1) + control(0) + picture(1, 1, 4, 3, data), "extension-cut": b"!", "picture-cut": shown[:7], "root-cut": shown[:10],
            "palette-cut": picture(0, 0, 4, 3, data, 0x87, COLOURS)}.items():
        album.add(f"body-{name}.gif", gif(4, 3, body))
    whole = gif(4, 3, shown + tail)
    for length in (6, 10, 12, 13, 20, 25, 33, 36, 38, len(whole) - 2, len(whole) - 1):
        album.add(f"cut-{length}.gif", whole[:length])


def codes(album):
    pixels = [0, 1, 2, 3, 1, 1, 1, 1, 2, 2, 0, 3]
    def add(name, data, root=2, size=255):
        album.add(f"lzw-{name}.gif", gif(4, 3, picture(0, 0, 4, 3, blocks(data, size), root=root) + b";"))
    add("plain", lzw(pixels, 2))
    add("blocks-of-1", lzw(pixels, 2), size=1)
    add("no-first-clear", lzw(pixels, 2, first_clear=False))
    add("no-end", lzw(pixels, 2, end=False))
    add("clear-often", lzw(pixels, 2, clear_every=3))
    add("clear-thrice", bits([(4, 3)] * 3 + [(pixel, 3) for pixel in (1, 2)] + [(4, 3)] + [(3, 3), (2, 3), (4, 3)] * 5))
    add("early-end", lzw(pixels[:5], 2))
    add("short", lzw(pixels[:5], 2, end=False))
    add("more", lzw(pixels * 3, 2))
    add("code-too-high", bits([(4, 3), (1, 3), (7, 3), (7, 3)]))
    add("code-too-high-first", bits([(4, 3), (6, 3), (1, 3)]))
    add("itself", bits([(4, 3), (1, 3), (6, 3), (7, 3), (8, 4), (1, 4), (1, 4), (5, 4)]))
    for root in (0, 1, 3, 7, 8, 9, 10, 11, 12, 13, 255):
        add(f"root-{root}", lzw([pixel % (1 << min(root, 2)) for pixel in pixels], root) if root < 11 else bits([(1, root + 1)] * 12 if root < 13 else [(1, 14)] * 12), root)
    for root in (11, 12):
        add(f"root-{root}-clear", bits([(1 << root, root + 1)] + [(i, root + 1) for i in range(12)] + [((1 << root) + 1, root + 1)]), root)
    noise = numpy.random.RandomState(5).randint(0, 256, 80 * 70)
    for name, options in (("deferred", {}), ("early", {"clear_every": 700})):
        for flags in (0, 0x40):
            album.add(f"lzw-{name}-{flags}.gif", gif(80, 70, picture(0, 0, 80, 70, blocks(lzw(list(noise), 8, **options)), flags, root=8) + b";"))
    for height in range(1, 10):
        data = blocks(lzw([i * 7 % 4 for i in range(3 * height)], 2))
        album.add(f"interlaced-{height}.gif", gif(3, height, picture(0, 0, 3, height, data, 0x40) + b";"))
    short = gif(4, 3, picture(0, 0, 4, 3, blocks(lzw(pixels[:5], 2))) + b";")
    album.add("end-then-zeros.gif", short + bytes(400))
    album.add("end-then-much.gif", short + bytes(70000))
    album.add("short-then-zeros.gif", gif(4, 3, picture(0, 0, 4, 3, blocks(lzw(pixels[:5], 2, end=False))) + b";") + bytes(400))


def main():
    album = Album("gif")
    pillow(album)
    data, tail = blocks(lzw([0, 1, 2, 3, 1, 1, 1, 1, 2, 2, 0, 3], 2)), b";"
    screens(album, data, tail)
    structures(album, data, tail)
    codes(album)
    album.close()


if __name__ == "__main__":
    main()
