"""Figures of classes that can be drawn: each takes a canvas and random numbers."""
import math

import numpy

from canvas import arc, blend, curve, hue, mirror, shade

TURN = 2 * math.pi


def sunflower(canvas, random, stem=True):
    petal = hue(random.uniform(0.11, 0.145), random.uniform(0.8, 0.95), random.uniform(0.92, 1))
    green = hue(random.uniform(0.25, 0.34), random.uniform(0.6, 0.8), random.uniform(0.4, 0.6))
    if stem:
        bend = random.uniform(-0.3, 0.3)
        canvas.line([(bend * t * t, 3.2 * t) for t in numpy.linspace(0, 1, 12)], green, 0.13)
        for side in (-1, 1):
            leaf = [(0.05 * side, 1.75), (0.45 * side, 1.3), (1.0 * side, 1.2), (0.7 * side, 1.65)]
            canvas.polygon(curve(leaf), shade(green, 1.15))
            canvas.line([leaf[0], leaf[2]], shade(green, 0.8), 0.02)
    count = random.randrange(15, 22)
    for ring, (length, tone) in enumerate(((1.0, 0.82), (0.92, 1.0))):
        for i in range(count):
            angle = TURN * (i + ring / 2) / count + random.uniform(-0.05, 0.05)
            reach = length * random.uniform(0.93, 1.03)
            along = lambda d, w: (d * math.cos(angle) - w * math.sin(angle), d * math.sin(angle) + w * math.cos(angle))
            canvas.polygon(curve([along(0.3, 0.06), along(0.62, 0.145), along(reach, 0), along(0.62, -0.145), along(0.3, -0.06)], 8), shade(petal, tone * random.uniform(0.94, 1.04)), shade(petal, tone * 0.72), 0.008)
            canvas.line([along(0.4, 0), along(reach * 0.85, 0)], shade(petal, tone * 0.84), 0.012)
    disc = random.uniform(0.42, 0.5)
    brown = hue(random.uniform(0.04, 0.08), 0.75, random.uniform(0.22, 0.38))
    canvas.oval(0, 0, disc, disc, shade(brown, 0.75))
    for i in range(420):
        r, angle = disc * 0.97 * math.sqrt(i / 420), i * 2.39996
        seed = blend(brown, (190, 120, 40), 0.25 + 0.5 * (r / disc) ** 2 * random.random())
        canvas.oval(r * math.cos(angle), r * math.sin(angle), 0.019, 0.019, seed)


def butterfly(canvas, random):
    base = hue(random.choice([0.06, 0.08, 0.12, 0.58, 0.62, 0.78, 0.95, 0.0]) + random.uniform(-0.02, 0.02), random.uniform(0.65, 0.95), random.uniform(0.8, 1))
    dark = hue(random.uniform(0, 0.1), 0.5, random.uniform(0.08, 0.2))
    light = random.choice([(255, 255, 255), (255, 240, 190), shade(base, 1.4)])
    w, h = random.uniform(0.9, 1.1), random.uniform(0.85, 1.0)
    upper = [(0.04, -0.05), (0.3 * w, -0.55 * h), (0.8 * w, -0.85 * h), (1.02 * w, -0.68 * h), (0.88 * w, -0.2 * h), (0.5 * w, 0.05), (0.06, 0.1)]
    lower = [(0.04, 0.08), (0.5 * w, 0.06), (0.8 * w, 0.3 * h), (0.68 * w, 0.72 * h), (0.4 * w, 0.8 * h), (0.14, 0.5 * h)]
    for side in (lambda p: p, mirror):
        for wing, root, tone in ((lower, (0.05, 0.1), 0.88), (upper, (0.05, 0.0), 1.0)):
            canvas.polygon(curve(side(wing)), dark)
            inner = [(root[0] + 0.3 * 0 + (x - root[0]) * 0.86 + 0.02, root[1] + (y - root[1]) * 0.86) for x, y in wing]
            canvas.polygon(curve(side(inner)), shade(base, tone))
            small = [(root[0] + (x - root[0]) * 0.5 + 0.02, root[1] + (y - root[1]) * 0.5) for x, y in wing]
            canvas.polygon(curve(side(small)), blend(shade(base, tone), light, 0.45))
            for tip in wing[1:-1]:
                canvas.line(side([root, ((root[0] + tip[0] * 0.88) / 1.0 - root[0] * 0.0 - 0.02, tip[1] * 0.88)]), dark, 0.018)
            for tip in curve(wing, 3)[5:-4:1]:
                canvas.oval(*side([(tip[0] * 0.92, tip[1] * 0.92)])[0], 0.028, 0.028, light)
        canvas.line(side([(0.02, -0.3), (0.1, -0.55), (0.25, -0.75)]), dark, 0.018)
        canvas.oval(*side([(0.26, -0.76)])[0], 0.03, 0.03, dark)
    canvas.oval(0, 0.12, 0.055, 0.42, dark)
    canvas.oval(0, -0.12, 0.07, 0.16, shade(dark, 1.4))
    canvas.oval(0, -0.32, 0.06, 0.07, dark)


def faces_of_ball():
    """Middles of the 12 pentagons and 20 hexagons of a truncated icosahedron, scaled so that each face is where x·f = 1."""
    golden = (1 + math.sqrt(5)) / 2
    corners = numpy.array([(0, a, b * golden) for a in (1, -1) for b in (1, -1)])
    corners = numpy.concatenate([numpy.roll(corners, k, axis=1) for k in range(3)])
    corners = corners / numpy.linalg.norm(corners[0])
    near = corners @ corners.T > 0.4
    triples = [(a, b, c) for a in range(12) for b in range(a) for c in range(b) if near[a, b] and near[b, c] and near[a, c]]
    hexagons = numpy.array([corners[list(t)].sum(0) for t in triples])
    hexagons /= numpy.linalg.norm(hexagons, axis=1, keepdims=True)
    return corners / 0.9393, hexagons / 0.9149


def soccer_ball(canvas, random):
    pentagons, hexagons = faces_of_ball()
    turn = numpy.linalg.qr(numpy.random.RandomState(random.randrange(2 ** 31)).normal(size=(3, 3)))[0]
    light = numpy.array([random.uniform(-0.7, 0.7), -0.7, 0.8])
    light /= numpy.linalg.norm(light)
    columns, rows = numpy.meshgrid(numpy.arange(canvas.width), numpy.arange(canvas.height))
    x, y = (columns - canvas.x) / canvas.scale, (rows - canvas.y) / canvas.scale
    inside = x * x + y * y < 1
    points = numpy.stack([x[inside], y[inside], numpy.sqrt(1 - x[inside] ** 2 - y[inside] ** 2)], 1)
    turned = points @ turn
    black, white = (turned @ pentagons.T).max(1), numpy.sort(turned @ hexagons.T, axis=1)
    ink, paper = numpy.array(hue(0.6, 0.2, random.uniform(0.06, 0.16)), float), numpy.array([247, 247, 243], float)
    colour = numpy.where((black > white[:, -1])[:, None], ink, paper)
    seam = numpy.minimum(abs(black - white[:, -1]), numpy.where(black > white[:, -1], 1, white[:, -1] - white[:, -2])) < 0.012
    colour = numpy.where(seam[:, None], numpy.array([120.0, 120, 120]), colour)
    lit = 0.42 + 0.62 * numpy.clip(points @ light, 0, 1)
    shine = 60 * numpy.clip(points @ light, 0, 1) ** 24
    pixels = numpy.asarray(canvas.image).astype(numpy.float32)
    pixels[inside] = colour * lit[:, None] + shine[:, None]
    canvas.replace(pixels)


def pyramid(canvas, random):
    sand = hue(random.uniform(0.09, 0.125), random.uniform(0.35, 0.6), random.uniform(0.8, 0.95))
    edge = random.uniform(-0.1, 0.45)
    base, peak = 0.55, -random.uniform(0.5, 0.85)
    far = [(-2.2, 0.18, 0.6), (2.0, 0.1, 0.5), (1.55, 0.05, 0.75)]
    for x, lift, size in random.sample(far, random.randrange(0, 3)) + [(edge, 0.0, 1.0)]:
        left, right = (x - 1.15 * size, base - lift - 0.08 * size), (x + 1.05 * size, base - lift - 0.05 * size)
        foot, top = (x + 0.25 * size, base - lift + 0.12 * size), (x, base - lift + (peak - base) * size)
        canvas.polygon([left, foot, top], sand, None)
        canvas.polygon([right, foot, top], shade(sand, random.uniform(0.5, 0.7)), None)
        courses = random.randrange(14, 26)
        for i in range(1, courses):
            t = i / courses
            along = lambda p: (p[0] + (top[0] - p[0]) * t, p[1] + (top[1] - p[1]) * t)
            canvas.line([along(left), along(foot)], shade(sand, 0.86), 0.008)
            canvas.line([along(foot), along(right)], shade(sand, 0.48), 0.008)
            for _ in range(int(9 * (1 - t)) + 1):
                s = random.random()
                a, b, t2 = along(left), along(foot), t + 1 / courses
                p = (a[0] + (b[0] - a[0]) * s, a[1] + (b[1] - a[1]) * s)
                canvas.line([p, (p[0] + (top[0] - p[0]) / courses, p[1] + (top[1] - p[1]) / courses)], shade(sand, 0.86), 0.006)


def ketch(canvas, random):
    wood = random.choice([hue(0.06, 0.7, 0.45), (245, 245, 245), hue(0.6, 0.7, 0.35), hue(0.0, 0.75, 0.6), (40, 45, 60)])
    sail = random.choice([(252, 250, 243), (250, 240, 215), (235, 240, 248), hue(0.02, 0.6, 0.75)])
    mast = hue(0.08, 0.5, 0.45)
    canvas.line([(0.08, 0.5), (0.05, -1.02)], mast, 0.03)
    canvas.line([(-0.62, 0.5), (-0.64, -0.45)], mast, 0.025)
    sheets = [([(0.02, -0.98), (0.0, 0.36), (-0.56, 0.36), (-0.3, -0.25)], 0.96), ([(0.1, -0.92), (0.98, 0.42), (0.5, 0.36), (0.16, 0.34)], 1.0), ([(-0.67, -0.42), (-0.68, 0.4), (-1.12, 0.4), (-0.92, 0.0)], 0.92)]
    if random.random() < 0.5:
        sheets.append(([(0.3, -0.55), (1.18, 0.46), (0.72, 0.4)], 0.9))
    for points, tone in sheets:
        canvas.polygon(points, shade(sail, tone), shade(sail, 0.75), 0.012)
        for t in (0.3, 0.55, 0.8):
            a, b = points[0], points[1]
            c = points[2]
            canvas.line([(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t), (a[0] + (c[0] - a[0]) * t, a[1] + (c[1] - a[1]) * t)], shade(sail, tone * 0.9), 0.008)
    hull = [(-1.15, 0.48), (-0.4, 0.54), (0.5, 0.53), (1.3, 0.42), (1.0, 0.72), (0.7, 0.8), (-0.85, 0.8), (-1.05, 0.7)]
    canvas.polygon(hull, wood)
    canvas.polygon([(-1.12, 0.53), (1.22, 0.5), (1.18, 0.55), (-1.1, 0.58)], blend(wood, (255, 255, 255), 0.5))
    canvas.polygon([(-0.45, 0.53), (-0.38, 0.42), (0.3, 0.42), (0.36, 0.53)], blend(wood, (255, 255, 255), 0.75))
    for x in (-0.25, -0.02, 0.2):
        canvas.oval(x, 0.48, 0.045, 0.03, (60, 70, 90))


def starfish(canvas, random):
    tone = hue(random.choice([0.03, 0.05, 0.07, 0.98, 0.1]) + random.uniform(-0.015, 0.015), random.uniform(0.6, 0.9), random.uniform(0.75, 0.98))
    waist = random.uniform(0.3, 0.4)
    arms = [TURN * i / 5 + random.uniform(-0.1, 0.1) for i in range(5)]
    lengths = [random.uniform(0.88, 1.05) for _ in arms]

    def outline(size):
        points = []
        for angle, length in zip(arms, lengths):
            for spread, reach in ((-0.33, 0.55), (-0.1, 0.95), (0.0, 1.0), (0.1, 0.95), (0.33, 0.55)):
                r = reach * length if abs(spread) < 0.3 else reach * 0.95
                points.append((size * r * math.cos(angle + spread), size * r * math.sin(angle + spread)))
            middle = angle + math.pi / 5
            points.append((size * waist * math.cos(middle), size * waist * math.sin(middle)))
        return curve(points, 6)

    canvas.shadow([(x + 0.06, y + 0.08) for x, y in outline(1.0)], 0.45)
    for size, factor in ((1.0, 0.78), (0.94, 0.92), (0.84, 1.0), (0.66, 1.07)):
        canvas.polygon(outline(size), shade(tone, factor))
    for angle, length in zip(arms, lengths):
        for t in numpy.linspace(0.05, 0.88, 11):
            for side in ((-1, 0, 1) if t < 0.8 else (0,)):
                w = side * 0.12 * (1 - t)
                x, y = t * length * math.cos(angle) - w * math.sin(angle), t * length * math.sin(angle) + w * math.cos(angle)
                r = 0.026 * (1.25 - t)
                canvas.oval(x + 0.008, y + 0.01, r, r, shade(tone, 0.65))
                canvas.oval(x, y, r, r, blend(tone, (255, 245, 220), 0.65))


def yin_yang(canvas, random):
    dark, light = random.choice([((15, 15, 18), (250, 250, 250)), ((25, 25, 30), (255, 255, 255)), ((20, 20, 60), (240, 240, 250)), ((30, 30, 30), (230, 230, 225)), ((110, 15, 25), (250, 235, 210))])
    flip = random.choice([-1, 1])
    canvas.oval(0, 0, 1.0, 1.0, dark)
    rim = random.uniform(0.02, 0.05)
    r = 1 - rim
    canvas.oval(0, 0, r, r, dark)
    canvas.polygon([(x * flip, y) for x, y in arc(0, 0, r, r, math.pi / 2, 3 * math.pi / 2, 80)], light)
    canvas.oval(0, -r / 2, r / 2, r / 2, light)
    canvas.oval(0, r / 2, r / 2, r / 2, dark)
    eye = random.uniform(0.1, 0.16)
    canvas.oval(0, -r / 2, eye, eye, dark)
    canvas.oval(0, r / 2, eye, eye, light)


def stop_sign(canvas, random):
    red = hue(random.uniform(0.97, 1.01), random.uniform(0.8, 0.95), random.uniform(0.65, 0.85))
    steel = hue(0.6, 0.05, random.uniform(0.45, 0.7))
    canvas.polygon([(-0.06, 0.8), (0.06, 0.8), (0.06, 4), (-0.06, 4)], steel)
    canvas.polygon([(0.02, 0.8), (0.06, 0.8), (0.06, 4), (0.02, 4)], shade(steel, 0.7))
    corners = lambda r: [(r * math.cos(TURN * (i + 0.5) / 8), r * math.sin(TURN * (i + 0.5) / 8)) for i in range(8)]
    canvas.polygon(corners(1.0), shade(red, 0.7))
    canvas.polygon(corners(0.99), (248, 248, 246))
    canvas.polygon(corners(0.92), red)
    s, bold = 0.3, 0.105
    letters = [
        [arc(0, -s / 2, 0.13, s / 2 + 0.02, -0.4, -1.5 * math.pi, 20)[:-1] + [(0, 0)] + arc(0, s / 2, 0.13, s / 2 + 0.02, -math.pi / 2, math.pi - 0.4, 20)],
        [[(-0.15, -s), (0.15, -s)], [(0, -s), (0, s)]],
        [arc(0, 0, 0.14, s, 0, TURN, 40)],
        [[(-0.12, s), (-0.12, -s)] + arc(-0.03, -s / 2, 0.16, s / 2, -math.pi / 2, math.pi / 2, 16) + [(-0.12, 0)]],
    ]
    for i, letter in enumerate(letters):
        for stroke in letter:
            canvas.line([(x + (i - 1.5) * 0.405, y) for x, y in stroke], (250, 250, 248), bold)


def pizza(canvas, random):
    canvas.shadow(arc(0.05, 0.08, 1.02, 1.02, 0, TURN), 0.5)
    crust = hue(random.uniform(0.075, 0.1), random.uniform(0.55, 0.7), random.uniform(0.72, 0.88))
    wobble = lambda r: curve([(r * random.uniform(0.985, 1.015) * math.cos(TURN * i / 18), r * random.uniform(0.985, 1.015) * math.sin(TURN * i / 18)) for i in range(18)], 6)
    canvas.polygon(wobble(1.0), shade(crust, 0.85))
    canvas.polygon(wobble(0.97), crust)
    canvas.polygon(wobble(0.86), hue(0.02, 0.85, 0.7))
    canvas.polygon(wobble(0.83), hue(random.uniform(0.11, 0.135), random.uniform(0.45, 0.65), 0.98))
    for _ in range(60):
        r, a = 0.8 * math.sqrt(random.random()), random.uniform(0, TURN)
        canvas.oval(r * math.cos(a), r * math.sin(a), random.uniform(0.02, 0.07), random.uniform(0.02, 0.05), random.choice([(255, 236, 160), (245, 200, 90), (225, 130, 50), (255, 245, 200)]))
    spots = []
    for _ in range(300):
        r, a = 0.7 * math.sqrt(random.random()), random.uniform(0, TURN)
        x, y = r * math.cos(a), r * math.sin(a)
        if all(math.hypot(x - u, y - v) > 0.27 for u, v in spots):
            spots.append((x, y))
    for x, y in spots:
        canvas.oval(x + 0.01, y + 0.015, 0.125, 0.125, (150, 60, 25))
        canvas.oval(x, y, 0.12, 0.12, hue(0.005, 0.8, random.uniform(0.62, 0.8)))
        for _ in range(6):
            canvas.oval(x + random.uniform(-0.07, 0.07), y + random.uniform(-0.07, 0.07), 0.014, 0.014, (225, 120, 90))
    for _ in range(random.randrange(6, 16)):
        r, a, t = 0.75 * math.sqrt(random.random()), random.uniform(0, TURN), random.uniform(0, TURN)
        if random.random() < 0.5:
            canvas.oval(r * math.cos(a), r * math.sin(a), 0.1, 0.045, hue(0.3, 0.75, random.uniform(0.35, 0.55)), t)
        else:
            canvas.oval(r * math.cos(a), r * math.sin(a), 0.05, 0.05, (35, 35, 40))
            canvas.oval(r * math.cos(a), r * math.sin(a), 0.02, 0.02, (230, 190, 100))
    if random.random() < 0.7:
        first = random.uniform(0, TURN)
        for i in range(4):
            a = first + math.pi * i / 4
            canvas.line([(math.cos(a), math.sin(a)), (-math.cos(a), -math.sin(a))], shade(crust, 0.6), 0.014)


def umbrella(canvas, random):
    h = random.random()
    colours = random.choice([[hue(h, 0.8, 0.85)] * 2, [hue(h, 0.8, 0.85), (250, 250, 250)], [hue(h, 0.75, 0.9), hue(h + 0.12, 0.75, 0.95)], [(40, 40, 50)] * 2, [hue(i / 6, 0.75, 0.95) for i in range(6)]])
    canvas.line([(0, -0.9), (0, 0.8)], (90, 60, 40), 0.045)
    canvas.line(arc(0.15, 0.8, 0.15, 0.17, math.pi, 0, 16)[::1], (120, 70, 35), 0.07)
    canvas.line([(0, -0.95), (0, -0.8)], (70, 70, 75), 0.035)
    panels = 6
    xs = [-math.cos(math.pi * i / panels) for i in range(panels + 1)]
    dome = lambda x: [(x * math.sin(t), -0.05 - 0.78 * math.cos(t)) for t in numpy.linspace(0, math.pi / 2, 24)]
    for i in range(panels):
        left, right = dome(xs[i]), dome(xs[i + 1])
        dip = [(xs[i] + (xs[i + 1] - xs[i]) * t, -0.05 - 0.3 * (xs[i + 1] - xs[i]) * math.sin(math.pi * t)) for t in numpy.linspace(0, 1, 12)]
        tone = 1.08 - 0.42 * (i / (panels - 1))
        canvas.polygon(left + dip + right[::-1], shade(colours[i % len(colours)], tone))
        canvas.line(right, shade(colours[i % len(colours)], 0.55), 0.012)


def strawberry(canvas, random):
    red = hue(random.uniform(0.965, 1.01), random.uniform(0.8, 0.95), random.uniform(0.8, 0.95))
    w = random.uniform(0.72, 0.88)
    shape = [(0, -0.62), (0.45 * w, -0.72), (0.92 * w, -0.45), (0.85 * w, 0.1), (0.45 * w, 0.72), (0, 1.0), (-0.45 * w, 0.72), (-0.85 * w, 0.1), (-0.92 * w, -0.45), (-0.45 * w, -0.72)]
    canvas.shadow([(x + 0.08, y + 0.06) for x, y in curve(shape, 6)], 0.4)
    for size, dx, tone in ((1.0, 0, 0.72), (0.95, -0.02, 0.9), (0.82, -0.05, 1.0), (0.55, -0.14, 1.1)):
        canvas.polygon(curve([(x * size + dx, y * size + dx * 0.6) for x, y in shape], 6), shade(red, tone))
    for row in range(9):
        y = -0.5 + row * 0.16
        half = 0.85 * w * (1 - max(0, (y + 0.1)) ** 1.4 * 0.95)
        count = max(1, int(half * 7))
        for i in range(count):
            x = (i + 0.5 + 0.5 * (row % 2) - count / 2 - 0.25) * 2 * half / count * 0.92
            canvas.oval(x + 0.008, y + 0.012, 0.028, 0.042, shade(red, 0.55))
            canvas.oval(x, y, 0.022, 0.036, (250, 220, 120))
    green = hue(random.uniform(0.27, 0.34), 0.75, random.uniform(0.45, 0.65))
    for i in range(7):
        a = math.pi * (0.02 + 0.96 * i / 6)
        tip = (0.72 * w * math.cos(a), -0.66 + 0.4 * math.sin(a) * random.uniform(0.7, 1.1) - 0.05)
        canvas.polygon([(-0.1 * math.sin(a) , -0.74), (tip[0] * 0.5 - 0.06, tip[1] * 0.5 - 0.42), tip, (tip[0] * 0.5 + 0.1, tip[1] * 0.5 - 0.3), (0.1, -0.7)], shade(green, random.uniform(0.85, 1.15)))
    canvas.line([(0, -0.68), (0.04, -0.9), (0.14, -1.05)], shade(green, 0.85), 0.07)


def chair(canvas, random):
    wood = random.choice([hue(0.07, 0.6, 0.55), hue(0.09, 0.5, 0.75), hue(0.04, 0.7, 0.4), (60, 60, 65), hue(0.0, 0.7, 0.6), (235, 235, 230)])
    dark, leg = shade(wood, 0.7), 0.1
    for x, y in ((0.52, 0.75), (-0.3, 0.72)):
        canvas.line([(x, 0.1), (x, y)], shade(wood, 0.55), leg * 0.9)
    seat = [(-0.62, 0.22), (0.36, 0.28), (0.58, 0.06), (-0.32, 0.02)]
    back = random.choice(["slats", "rungs", "panel"])
    left, right = (-0.32, 0.04), (0.56, 0.08)
    up = (-0.06, -1.02)
    if back == "panel":
        canvas.polygon([(left[0], left[1] - 0.25), (right[0], right[1] - 0.25), (right[0] + up[0], -0.9), (left[0] + up[0], -0.94)], wood)
    for t in ((0.2, 0.4, 0.6, 0.8) if back == "slats" else ()):
        x, y = left[0] + (right[0] - left[0]) * t, left[1] + (right[1] - left[1]) * t
        canvas.line([(x, y), (x + up[0], y + up[1] + 0.1)], shade(wood, 0.9), 0.06)
    for t in ((0.4, 0.65, 0.88) if back == "rungs" else (0.92,)):
        canvas.line([(left[0] + up[0] * t, left[1] + up[1] * t), (right[0] + up[0] * t, right[1] + up[1] * t)], wood, 0.13)
    for x, y in (left, right):
        canvas.line([(x, y), (x + up[0], y + up[1])], shade(wood, 0.95), leg)
    canvas.polygon(seat, shade(wood, 1.15))
    canvas.polygon([seat[0], seat[1], (0.36, 0.36), (-0.62, 0.3)], dark)
    canvas.polygon([seat[1], seat[2], (0.58, 0.14), (0.36, 0.36)], shade(wood, 0.6))
    for x, y, to in ((-0.57, 0.28, 1.02), (0.32, 0.33, 1.06)):
        canvas.line([(x, y), (x, to)], wood, leg)


FIGURES = {f.__name__: f for f in (sunflower, butterfly, soccer_ball, pyramid, ketch, starfish, yin_yang, stop_sign, pizza, umbrella, strawberry, chair)}
