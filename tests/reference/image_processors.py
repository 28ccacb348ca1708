"""What transformers (5.17) makes of a picture by each image processor and each way to write its configuration.

    python3 image_processors.py OUT_DIR      (needs transformers, torch, torchvision, Pillow; nothing is downloaded)

Writes OUT_DIR/image-processors.json: for each case the files, and of the result its shape, the mean of each channel and eight values, or the error.
The picture is 48 wide and 36 high; pixel (y, x, c) = (3x + 5y + 40c) mod 256.
"""
import json, os, sys, tempfile

import numpy as np
from PIL import Image

PICTURE = np.array([[[(3 * x + 5 * y + 40 * c) % 256 for c in range(3)] for x in range(48)] for y in range(36)], dtype=np.uint8)
KINDS = ("CLIP", "ViT", "Siglip", "Bit", "ConvNext", "DeiT")
MODEL_TYPES = {"CLIP": "clip", "ViT": "vit", "Siglip": "siglip", "Bit": "bit", "ConvNext": "resnet", "DeiT": "deit"}
CASES = []


def case(kind, values, file="preprocessor_config.json", name="{}ImageProcessor", key="image_processor_type", nested=False, model_type=None, extra=None):
    named = {**values, **({key: name.format(kind)} if name else {})}
    CASES.append({"kind": kind, "files": {file: {"image_processor": named, "processor_class": kind + "Processor"} if nested else named, **(extra or {})}, "model_type": model_type or MODEL_TYPES[kind]})


SMALL = {"size": {"shortest_edge": 32}, "crop_size": {"height": 24, "width": 24}}
SQUARE = {"size": {"height": 32, "width": 32}}
for kind in KINDS:
    base = SMALL if kind in ("CLIP", "Bit") else {"size": {"shortest_edge": 32}} if kind == "ConvNext" else SQUARE
    case(kind, {})
    for name in ("{}ImageProcessor", "{}ImageProcessorFast", "{}ImageProcessorPil"):
        case(kind, base, name=name)
        case(kind, base, name=name, file="processor_config.json", nested=True)
    case(kind, base, name="{}FeatureExtractor", key="feature_extractor_type")
    case(kind, base, name=None)
    case(kind, base, file="processor_config.json", nested=True, extra={"preprocessor_config.json": {**base, "image_mean": [0.1, 0.1, 0.1], "image_processor_type": kind + "ImageProcessorPil"}})
    case(kind, base, extra={"processor_config.json": {"processor_class": kind + "Processor"}})
    pil = {"name": "{}ImageProcessorPil"}
    for size in (32, [32, 24], {"shortest_edge": 32}, {"height": 32, "width": 24}, {"longest_edge": 32}, {"shortest_edge": 20, "longest_edge": 24}, {"max_height": 30, "max_width": 20}, {"width": 32}, {}):
        case(kind, {**base, "size": size}, **pil)
    for crop in (24, [24, 20], {"height": 24, "width": 20}, {"shortest_edge": 24}, {"height": 40, "width": 40}):
        case(kind, {**base, "crop_size": crop, "do_center_crop": True}, **pil)
    for flags in ({"do_resize": False}, {"do_center_crop": False}, {"do_center_crop": True}, {"do_rescale": False}, {"do_normalize": False}, {"do_rescale": False, "do_normalize": False}, {"rescale_factor": 1 / 127.5}, {"do_convert_rgb": False}, {"do_pad": True}, {"do_pad": True, "pad_size": {"height": 40, "width": 40}},
                  {"crop_pct": 0.5}, {"crop_pct": 1.0}, {"offset": True}, {"default_to_square": False}, {"default_to_square": True}, {"image_mean": 0.5, "image_std": 0.5}, {"do_reduce_labels": True}, {"size_divisor": 16}, {"data_format": "channels_last"}, {"input_data_format": "channels_first"}, {"do_flip_channel_order": True}, {"do_resize": None}, {"size": None}, {"resample": None}, {"unknown_key": 1}):
        case(kind, {**base, **flags}, **pil)
    for resample in range(6):
        case(kind, {**base, "resample": resample}, **pil)
    case(kind, {**base, "resample": 3})


def describe(values):
    values = np.asarray(values, dtype=np.float64)
    flat = values.reshape(-1)
    return {"shape": list(values.shape), "mean": [round(float(v), 5) for v in values.reshape(values.shape[0], values.shape[1], -1).mean(-1)[0]] if values.ndim == 4 else None, "values": [round(float(v), 5) for v in flat[:: max(1, len(flat) // 8)][:8]]}


def run_case(folder, one):
    from transformers import AutoImageProcessor
    os.makedirs(folder)
    for name, value in {**one["files"], "config.json": {"model_type": one["model_type"]}}.items():
        json.dump(value, open(os.path.join(folder, name), "w"))
    try:
        processor = AutoImageProcessor.from_pretrained(folder)
        one["class"] = type(processor).__name__
        one["result"] = describe(processor(Image.fromarray(PICTURE), return_tensors="np")["pixel_values"])
    except Exception as error:
        one["error"] = f"{type(error).__name__}: {error}"[:300]


def main(out):
    import transformers
    with tempfile.TemporaryDirectory() as root:
        for number, one in enumerate(CASES):
            run_case(os.path.join(root, str(number)), one)
    json.dump({"versions": {"transformers": transformers.__version__}, "cases": CASES}, open(os.path.join(out, "image-processors.json"), "w"))


if __name__ == "__main__":
    main(sys.argv[1])
