"""A picture drawn in units: the figure's middle is (0, 0), its reach about 1, y points down."""
import colorsys
import math

import numpy
from PIL import Image, ImageDraw, ImageFilter

SHARPER = 3


def shade(colour, factor):
    return tuple(int(min(255, max(0, c * factor))) for c in colour)


def blend(first, second, share):
    return tuple(int(a * (1 - share) + b * share) for a, b in zip(first, second))


def hue(h, saturation, value):
    return tuple(int(255 * c) for c in colorsys.hsv_to_rgb(h % 1, saturation, value))


class Canvas:
    """Draws three times as large as wanted and shrinks at the end."""

    def __init__(self, width, height, x=0.5, y=0.5, reach=0.4, turn=0.0):
        self.width, self.height = width * SHARPER, height * SHARPER
        self.image = Image.new("RGB", (self.width, self.height), (255, 255, 255))
        self.pen = ImageDraw.Draw(self.image)
        self.place(x, y, reach, turn)

    def place(self, x, y, reach, turn=0.0):
        """Where figures are drawn from now on: the middle as a share of the picture, the reach as a share of its shorter side."""
        self.x, self.y, self.scale = x * self.width, y * self.height, reach * min(self.width, self.height)
        self.cosine, self.sine = math.cos(turn), math.sin(turn)

    def to_pixels(self, points):
        return [(self.x + self.scale * (px * self.cosine - py * self.sine), self.y + self.scale * (px * self.sine + py * self.cosine)) for px, py in points]

    def polygon(self, points, fill, edge=None, width=0.02):
        self.pen.polygon(self.to_pixels(points), fill=fill)
        if edge:
            self.line(list(points) + [points[0]], edge, width)

    def line(self, points, fill, width):
        thickness = max(1, round(width * self.scale))
        pixels = self.to_pixels(points)
        self.pen.line(pixels, fill=fill, width=thickness, joint="curve")
        if thickness > 2:
            for px, py in (pixels[0], pixels[-1]):
                self.pen.ellipse([px - thickness / 2, py - thickness / 2, px + thickness / 2, py + thickness / 2], fill=fill)

    def oval(self, x, y, rx, ry, fill, turn=0.0, edge=None, width=0.02):
        self.polygon(arc(x, y, rx, ry, 0, 2 * math.pi, 64, turn), fill, edge, width)

    def gradient(self, top, bottom, start=0.0, end=1.0):
        """Rows from start to end (shares of the height) from one colour to another."""
        first, last = round(start * self.height), round(end * self.height)
        steps = numpy.linspace(0, 1, max(1, last - first))[:, None]
        rows = (numpy.array(top) * (1 - steps) + numpy.array(bottom) * steps).astype(numpy.uint8)
        block = numpy.repeat(rows[:, None], self.width, axis=1)
        self.image.paste(Image.fromarray(block), (0, first))

    def glow(self, x, y, reach, colour, strength=0.8):
        """A soft round light; x and y are shares of the picture."""
        columns, rows = numpy.meshgrid(numpy.arange(self.width), numpy.arange(self.height))
        distance = numpy.hypot(columns - x * self.width, rows - y * self.height) / (reach * min(self.width, self.height))
        self.mix(colour, strength * numpy.exp(-distance ** 2))

    def mix(self, colour, shares):
        """Blends a colour in by shares (H, W)."""
        pixels = numpy.asarray(self.image).astype(numpy.float32)
        shares = shares[..., None]
        self.replace(pixels * (1 - shares) + numpy.array(colour, numpy.float32) * shares)

    def replace(self, pixels):
        self.image.paste(Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8)))

    def shadow(self, points, strength=0.35, blur=0.05):
        """A soft shadow of a shape."""
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).polygon(self.to_pixels(points), fill=int(255 * strength))
        self.image.paste((0, 0, 0), (0, 0), mask.filter(ImageFilter.GaussianBlur(blur * self.scale)))

    def grain(self, random, strength):
        """Coarse and fine noise, as of sand or film."""
        noise = numpy.random.RandomState(random.randrange(2 ** 31))
        fine = noise.normal(0, strength, (self.height // SHARPER, self.width // SHARPER))
        coarse = noise.normal(0, strength, (8, 8))
        sizes = self.image.size
        layers = [numpy.asarray(Image.fromarray(layer.astype(numpy.float32)).resize(sizes, Image.BICUBIC)) for layer in (fine, coarse)]
        self.replace(numpy.asarray(self.image).astype(numpy.float32) + sum(layers)[..., None])

    def finish(self):
        return self.image.resize((self.width // SHARPER, self.height // SHARPER), Image.LANCZOS)


def arc(x, y, rx, ry, start, end, count=32, turn=0.0):
    """Points of an ellipse's arc, turned about its middle."""
    c, s = math.cos(turn), math.sin(turn)
    angles = [start + (end - start) * i / count for i in range(count + 1)]
    return [(x + rx * math.cos(a) * c - ry * math.sin(a) * s, y + rx * math.cos(a) * s + ry * math.sin(a) * c) for a in angles]


def curve(points, count=24):
    """Points of a closed smooth curve through the given ones (Catmull-Rom)."""
    result, n = [], len(points)
    for i in range(n):
        p0, p1, p2, p3 = points[i - 1], points[i], points[(i + 1) % n], points[(i + 2) % n]
        for step in range(count):
            t = step / count
            result.append(tuple(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t ** 3) for a, b, c, d in zip(p0, p1, p2, p3)))
    return result


def mirror(points):
    return [(-x, y) for x, y in points]
