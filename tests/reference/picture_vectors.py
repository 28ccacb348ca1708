"""From a picture's file to its vector: Pillow decodes, torchvision (or Pillow as Hugging Face's processors call it) prepares, PyTorch computes.

Usage: /usr/bin/python3 tests/reference/picture_vectors.py    (Debian's python3-torch 1.13, python3-torchvision 0.14, python3-pil 9.4; nothing is downloaded)

Writes tests/Simile.Tests/Reference/pictures/vectors: the files, and vectors.json; and pictures/orientations, one picture in eight ways. The networks are those of vision.py, the weights drawn
from the same hash. Everything behind the preparation (32-bit floats, as in Python) is computed in 64-bit floats. Hugging Face's processors
are our own reading of them, for no machine with transformers was at hand.
"""
import json
import math

import numpy
import torch
from PIL import Image, ImageOps
from torchvision import transforms
from torchvision.transforms import InterpolationMode

import vision
from scene import Album, scene

IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
HALF = ([0.5] * 3, [0.5] * 3)
CLIP = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])


def torchvision_way(resize, crop, interpolation=InterpolationMode.BILINEAR):
    return transforms.Compose([transforms.Resize(resize, interpolation), transforms.CenterCrop(crop), transforms.ToTensor(), transforms.Normalize(*IMAGENET)])


def processor_way(size, crop, resample, colours):
    """size: the shorter edge, or (height, width); crop: the side of the middle, or None."""
    def prepare(image):
        if isinstance(size, int):
            short, long = sorted(image.size)
            other = int(size * long / short)
            image = image.resize((size, other) if image.width <= image.height else (other, size), resample)
        else:
            image = image.resize(size[::-1], resample)
        pixels = numpy.asarray(image)
        if crop:
            top, left = (pixels.shape[0] - crop) // 2, (pixels.shape[1] - crop) // 2
            pixels = pixels[top:top + crop, left:left + crop]
        pixels = (pixels * (1 / 255)).astype(numpy.float32)
        return torch.from_numpy(((pixels - numpy.float32(colours[0])) / numpy.float32(colours[1])).transpose(2, 0, 1).copy())
    return prepare


# By the case of vision.py: how it is prepared here, and the files that tell Simile so.
WAYS = {
    "resnet18-torchvision": (torchvision_way(256, 224), {}),
    "resnet50-torchvision": (torchvision_way(256, 224), {}),
    "resnet18-huggingface": (processor_way(math.floor(64 / 0.875), 64, Image.BICUBIC, IMAGENET), {"preprocessor_config.json": {
        "crop_pct": 0.875, "do_normalize": True, "do_resize": True, "feature_extractor_type": "ConvNextFeatureExtractor", "image_mean": IMAGENET[0], "image_std": IMAGENET[1], "resample": 3, "size": 64}}),
    "vit-huggingface": (processor_way((48, 48), None, Image.BILINEAR, HALF), {"preprocessor_config.json": {
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": HALF[0], "image_processor_type": "ViTImageProcessor", "image_std": HALF[1], "resample": 2, "rescale_factor": 1 / 255, "size": {"height": 48, "width": 48}}}),
    "vit-timm": (torchvision_way(math.floor(48 / 0.9), 48, InterpolationMode.BICUBIC), {"pretrained_cfg": {
        "input_size": [3, 48, 48], "crop_pct": 0.9, "crop_mode": "center", "interpolation": "bicubic", "mean": IMAGENET[0], "std": IMAGENET[1]}}),
    "clip": (processor_way(42, 42, Image.BICUBIC, CLIP), {"preprocessor_config.json": {
        "crop_size": 42, "do_center_crop": True, "do_normalize": True, "do_resize": True, "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": CLIP[0], "image_std": CLIP[1], "resample": 3, "size": 42}}),
}


def files():
    album = Album("vectors")
    exif = Image.Exif()
    exif[0x0112] = 6
    album.save("upright.jpg", scene(401, 300), quality=88)
    album.save("turned.jpg", scene(301, 452), quality=75, exif=exif)
    album.save("alpha.png", scene(123, 77, "RGBA"))
    album.save("palette.gif", scene(64, 233).quantize(64))
    album.close()
    return [album.folder / name for name in sorted(album.cases)]


def orientations():
    """One picture stored in the eight ways a camera may be held, without loss."""
    album, upright = Album("orientations"), scene(90, 62)
    stored = [None, Image.FLIP_LEFT_RIGHT, Image.ROTATE_180, Image.FLIP_TOP_BOTTOM, Image.TRANSPOSE, Image.ROTATE_90, Image.TRANSVERSE, Image.ROTATE_270]
    for number, turn in enumerate(stored, 1):
        exif = Image.Exif()
        exif[0x0112] = number
        album.save(f"orientation-{number}.png", upright if turn is None else upright.transpose(turn), exif=exif)
    album.close()
    assert len({case["pixels"] for case in album.cases.values()}) == 1


def main():
    orientations()
    models = {}
    vision.case = lambda name, tensors, config, size, forward: models.setdefault(name, forward)
    for make in (vision.resnets, vision.vit, vision.clip):
        list(make())
    pictures = files()
    images = [ImageOps.exif_transpose(Image.open(path)).convert("RGB") for path in pictures]
    cases = []
    for name, (prepare, config) in WAYS.items():
        batch = torch.stack([prepare(image) for image in images]).double()
        with torch.no_grad():
            vectors = models[name](batch)
        if name.startswith("clip"):
            vectors = torch.nn.functional.normalize(vectors)
        print(name, tuple(batch.shape), tuple(vectors.shape))
        cases.append({"network": name, "files": config, "vectors": [[float("%.9g" % x) for x in row] for row in vectors]})
    out = pictures[0].parent / "vectors.json"
    out.write_text(json.dumps({"torch": torch.__version__, "pictures": [path.name for path in pictures], "cases": cases}) + "\n")
    print(out, out.stat().st_size, "bytes")


main()
