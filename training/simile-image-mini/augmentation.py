"""Random changes of a batch, all in tensors: crop, turn, flip, colour, blur, erase, mixup, cutmix."""
import math

import torch
from torch.nn import functional

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
GREY = torch.tensor([0.299, 0.587, 0.114])


def uniform(random, shape, low, high):
    return torch.rand(shape, generator=random) * (high - low) + low


def crop(pictures, side, random, smallest=0.25):
    """Random resized crop, flip and turn as one affine sampling. Pictures (N, 3, H, W) from 0 to 1."""
    n = len(pictures)
    area = uniform(random, n, smallest, 1.0)
    ratio = torch.exp(uniform(random, n, math.log(0.7), math.log(1.43)))
    width, height = (area * ratio).sqrt().clamp(max=1.1), (area / ratio).sqrt().clamp(max=1.1)
    x, y = uniform(random, n, -1, 1) * (1 - width).clamp(min=0), uniform(random, n, -1, 1) * (1 - height).clamp(min=0)
    flip = (torch.rand(n, generator=random) < 0.5).float() * 2 - 1
    angle = uniform(random, n, -0.3, 0.3) * (torch.rand(n, generator=random) < 0.5)
    cosine, sine = angle.cos(), angle.sin()
    matrix = torch.stack([torch.stack([flip * width * cosine, -height * sine, x], 1), torch.stack([flip * width * sine, height * cosine, y], 1)], 1)
    return functional.grid_sample(pictures, functional.affine_grid(matrix, (n, 3, side, side), align_corners=False), "bilinear", "reflection", False)


def colour(pictures, random):
    """Brightness, contrast, saturation and a cast, as one matrix and one shift a picture; some grey, a few inverted channels' order."""
    n = len(pictures)
    saturation = uniform(random, (n, 1, 1), 0.4, 1.6)
    saturation[torch.rand(n, generator=random) < 0.12] = 0
    matrix = torch.eye(3) * saturation + GREY.expand(3, 3) * (1 - saturation)
    matrix = matrix * uniform(random, (n, 3, 1), 0.85, 1.15)
    # A turn about the grey axis changes the hue.
    angle = uniform(random, n, -0.5, 0.5) * (torch.rand(n, generator=random) < 0.5)
    c, s = angle.cos().view(n, 1, 1), angle.sin().view(n, 1, 1) / math.sqrt(3)
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    matrix = (torch.eye(3) * c + cross * s + (1 - c) / 3) @ matrix
    contrast, brightness = uniform(random, (n, 1, 1, 1), 0.6, 1.5), uniform(random, (n, 1, 1, 1), -0.2, 0.2)
    changed = torch.einsum("nij,njhw->nihw", matrix, pictures)
    mean = changed.mean((1, 2, 3), keepdim=True)
    return ((changed - mean) * contrast + mean + brightness).clamp(0, 1)


def blur(pictures, random):
    """Half the batches lose detail in a quarter of their pictures."""
    count = len(pictures) // 4
    if torch.rand((), generator=random) < 0.5 and count:
        side = pictures.shape[-1]
        smaller = functional.interpolate(pictures[:count], scale_factor=float(uniform(random, (), 0.4, 0.8)), mode="bilinear", align_corners=False, antialias=True)
        pictures[:count] = functional.interpolate(smaller, size=(side, side), mode="bilinear", align_corners=False)
    return pictures


def erase(pictures, random):
    """A grey or noisy rectangle in a quarter of the pictures."""
    n, _, side, _ = pictures.shape
    for i in torch.nonzero(torch.rand(n, generator=random) < 0.25).flatten().tolist():
        h, w = (uniform(random, 2, 0.15, 0.5) * side).int().tolist()
        y, x = int(uniform(random, (), 0, side - h)), int(uniform(random, (), 0, side - w))
        pictures[i, :, y:y + h, x:x + w] = torch.randn(3, 1, 1, generator=random)
    return pictures


def mix(pictures, random, chance):
    """Mixup or cutmix with the batch in another order: (pictures, the order, the share of the own picture)."""
    order = torch.randperm(len(pictures), generator=random)
    if torch.rand((), generator=random) >= chance:
        return pictures, order, 1.0
    share = float(uniform(random, (), 0.5, 1.0))
    if torch.rand((), generator=random) < 0.5:
        return pictures * share + pictures[order] * (1 - share), order, share
    side = pictures.shape[-1]
    cut = int(side * math.sqrt(1 - share))
    y, x = (int(uniform(random, (), 0, side - cut + 1)) for _ in range(2))
    pictures = pictures.clone()
    pictures[:, :, y:y + cut, x:x + cut] = pictures[order][:, :, y:y + cut, x:x + cut]
    return pictures, order, 1 - cut * cut / side / side


def normalize(pictures):
    return (pictures - MEAN) / DEVIATION


def augment(stored, side, random, chance):
    """Bytes (N, 128, 128, 3) to a network's input of a side: (pictures, order, share)."""
    pictures = stored.permute(0, 3, 1, 2).float().div_(255)
    pictures = blur(colour(crop(pictures, side, random), random), random)
    return mix(erase(normalize(pictures), random), random, chance)
