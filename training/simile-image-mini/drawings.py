"""Drawn pictures: a background and a figure, all of it from random numbers."""
import random as randomness

import numpy
from PIL import Image

from canvas import Canvas, hue, shade
from figures import FIGURES

PLAIN, SKY, GRASS, GROUND, SEA, ROOM = "plain", "sky", "grass", "ground", "sea", "room"
USUAL = {
    "sunflower": [SKY, GRASS, PLAIN, SKY], "butterfly": [GRASS, SKY, PLAIN], "soccer_ball": [GRASS, PLAIN, GROUND, ROOM], "pyramid": [GROUND], "ketch": [SEA],
    "starfish": [GROUND, PLAIN, SEA], "yin_yang": [PLAIN], "stop_sign": [SKY, GRASS, PLAIN, SKY], "pizza": [PLAIN, ROOM], "umbrella": [SKY, PLAIN, SEA, ROOM], "strawberry": [PLAIN, GRASS], "chair": [ROOM, PLAIN],
}
LEVEL = {"pyramid", "ketch", "chair"}


def draw_sky(canvas, random):
    blue = hue(random.uniform(0.53, 0.62), random.uniform(0.25, 0.7), random.uniform(0.7, 1))
    canvas.gradient(blue, hue(random.choice([0.55, 0.08]), random.uniform(0.05, 0.3), random.uniform(0.9, 1)))
    for _ in range(random.randrange(0, 5)):
        x, y = random.random(), random.uniform(0, 0.5)
        for _ in range(5):
            canvas.glow(x + random.uniform(-0.1, 0.1), y + random.uniform(-0.02, 0.02), random.uniform(0.05, 0.1), (255, 255, 255), 0.6)


def draw_plain(canvas, random):
    colour = random.choice([(255, 255, 255), (250, 248, 240), hue(random.random(), random.uniform(0.05, 0.5), random.uniform(0.5, 1)), hue(random.random(), 0.3, random.uniform(0.1, 0.4))])
    canvas.gradient(shade(colour, random.uniform(0.9, 1.1)), shade(colour, random.uniform(0.8, 1.0)))


def draw_grass(canvas, random):
    green = hue(random.uniform(0.22, 0.36), random.uniform(0.4, 0.75), random.uniform(0.4, 0.75))
    canvas.gradient(shade(green, random.uniform(0.9, 1.3)), shade(green, 0.7))
    for _ in range(random.randrange(20, 150)):
        x, y, long = random.random() * canvas.width, random.random() * canvas.height, random.uniform(0.03, 0.12) * canvas.height
        canvas.pen.line([x, y, x + random.uniform(-0.3, 0.3) * long, y - long], fill=shade(green, random.uniform(0.6, 1.4)), width=max(1, canvas.width // 160))


def draw_ground(canvas, random):
    sand = hue(random.uniform(0.08, 0.13), random.uniform(0.25, 0.55), random.uniform(0.7, 0.95))
    draw_sky(canvas, random)
    canvas.gradient(shade(sand, 1.05), shade(sand, 0.8), random.choice([0.0, 0.55, 0.62, 0.7]), 1)


def draw_desert(canvas, random, horizon):
    draw_sky(canvas, random)
    if random.random() < 0.5:
        canvas.glow(random.random(), random.uniform(0.05, 0.35), random.uniform(0.08, 0.2), (255, 245, 200), 1)
    sand = hue(random.uniform(0.08, 0.13), random.uniform(0.3, 0.55), random.uniform(0.75, 0.95))
    canvas.gradient(shade(sand, 1.0), shade(sand, 0.8), horizon, 1)


def draw_sea(canvas, random, horizon=0.0):
    if horizon:
        draw_sky(canvas, random)
    blue = hue(random.uniform(0.5, 0.62), random.uniform(0.4, 0.8), random.uniform(0.45, 0.8))
    canvas.gradient(shade(blue, 1.15), shade(blue, 0.75), horizon, 1)
    for _ in range(random.randrange(15, 60)):
        y = random.uniform(horizon, 1)
        x, long = random.random(), 0.03 + 0.15 * (y - horizon)
        canvas.pen.line([x * canvas.width, y * canvas.height, (x + long) * canvas.width, y * canvas.height], fill=shade(blue, random.uniform(1.1, 1.5)), width=max(1, int(canvas.height * 0.006)))


def draw_room(canvas, random):
    wall = hue(random.random(), random.uniform(0.05, 0.4), random.uniform(0.7, 1))
    floor = hue(random.uniform(0.05, 0.1), random.uniform(0.2, 0.6), random.uniform(0.4, 0.8))
    canvas.gradient(shade(wall, 1.05), shade(wall, 0.92))
    start = random.choice([0.0, 0.6, 0.7, 0.75])
    canvas.gradient(shade(floor, 0.9), floor, start, 1)
    for i in range(random.randrange(0, 9)):
        y = (start + (1 - start) * i / 8) * canvas.height
        canvas.pen.line([0, y, canvas.width, y], fill=shade(floor, 0.8), width=max(1, canvas.height // 200))


BACKGROUNDS = {PLAIN: draw_plain, SKY: draw_sky, GRASS: draw_grass, GROUND: draw_ground, SEA: draw_sea, ROOM: draw_room}


def draw(kind, random, width, height, background=None, reach=None, turn=None, x=None, y=None, grain=True):
    """One picture of a kind; what is left open is drawn by chance."""
    reach = reach or random.uniform(0.24, 0.46) * (0.85 if kind in ("ketch", "pyramid") else 1)
    turn = turn if turn is not None else random.uniform(-0.06, 0.06) if kind in LEVEL else random.gauss(0, 0.2) if kind not in ("starfish", "soccer_ball", "pizza") else random.uniform(0, 6.28)
    x = x if x is not None else 0.5 + random.uniform(-0.12, 0.12)
    y = y if y is not None else 0.5 + random.uniform(-0.08, 0.08)
    canvas = Canvas(width, height, x, y, reach, turn)
    place = background or random.choice(USUAL[kind] if random.random() < 0.85 else list(BACKGROUNDS))
    side = min(width, height) / height
    if kind == "pyramid":
        draw_desert(canvas, random, y + reach * side * random.uniform(0.3, 0.42))
    elif kind == "ketch":
        draw_sea(canvas, random, y + reach * side * random.uniform(0.35, 0.7))
    else:
        BACKGROUNDS[place](canvas, random)
    FIGURES[kind](canvas, random)
    if not grain:
        return canvas.finish()
    if kind == "pyramid":
        canvas.grain(random, random.uniform(1, 5))
    elif random.random() < 0.6:
        canvas.grain(random, random.uniform(0.5, 7))
    return canvas.finish()


def training_set(each, seed, classes, side, cache):
    """(pictures, labels): some drawings of every kind. Their seeds are words that tools/draw-samples.py does not use."""
    labels = numpy.array([classes.index(kind) for kind in FIGURES for _ in range(each)])
    if not cache.exists():
        pictures = []
        for kind in FIGURES:
            for index in range(each):
                random = randomness.Random(f"training {seed} {kind} {index}")
                small = draw(kind, random, random.randrange(96, 150), random.randrange(96, 130))
                pictures.append(numpy.asarray(small.resize((side, side), Image.BILINEAR)))
        numpy.savez(cache, pictures=numpy.stack(pictures))
    with numpy.load(cache) as file:
        return file["pictures"], labels
