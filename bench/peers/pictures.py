"""Prepares the measurement of pictures: random checkpoints of ResNet-50 and of CLIP ViT-B/32's vision tower for Simile (safetensors) and for
ONNX Runtime, drawn photographs, and the time that Pillow and torchvision's preparation take on one thread.

Usage: /usr/bin/python3 bench/peers/pictures.py WORK_FOLDER      (Debian's python3-torch, python3-torchvision, python3-pil, python3-onnx)
"""
import io, json, pathlib, sys, time

import torch
import torchvision
from PIL import Image, ImageOps
from torchvision import transforms

sys.path += [str(pathlib.Path(__file__).resolve().parents[2] / "tests/reference"), str(pathlib.Path(__file__).resolve().parent)]
from checkpoint_files import safetensors
from scene import scene

HIDDEN, HEADS, LAYERS, PATCH, SIZE, OUT = 768, 12, 12, 32, 224, 512


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer_norm1, self.layer_norm2 = torch.nn.LayerNorm(HIDDEN), torch.nn.LayerNorm(HIDDEN)
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (torch.nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.fc1, self.fc2 = torch.nn.Linear(HIDDEN, 4 * HIDDEN), torch.nn.Linear(4 * HIDDEN, HIDDEN)

    def forward(self, x):
        b, t, _ = x.shape
        y = self.layer_norm1(x)
        split = lambda z: z.view(b, t, HEADS, HIDDEN // HEADS).transpose(1, 2)
        q, k, v = split(self.q_proj(y)), split(self.k_proj(y)), split(self.v_proj(y))
        a = ((q @ k.transpose(2, 3)) / (HIDDEN // HEADS) ** 0.5).softmax(-1) @ v
        x = x + self.out_proj(a.transpose(1, 2).reshape(b, t, HIDDEN))
        y = self.fc1(self.layer_norm2(x))
        return x + self.fc2(y * torch.sigmoid(1.702 * y))


class Tower(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = torch.nn.Conv2d(3, HIDDEN, PATCH, PATCH, bias=False)
        self.class_embedding = torch.nn.Parameter(torch.randn(HIDDEN) * 0.02)
        self.positions = torch.nn.Parameter(torch.randn((SIZE // PATCH) ** 2 + 1, HIDDEN) * 0.02)
        self.pre, self.post = torch.nn.LayerNorm(HIDDEN), torch.nn.LayerNorm(HIDDEN)
        self.layers = torch.nn.ModuleList(Block() for _ in range(LAYERS))
        self.projection = torch.nn.Linear(HIDDEN, OUT, bias=False)

    def forward(self, pixels):
        x = self.patch(pixels).flatten(2).transpose(1, 2)
        x = self.pre(torch.cat([self.class_embedding.expand(x.shape[0], 1, HIDDEN), x], 1) + self.positions)
        for layer in self.layers:
            x = layer(x)
        return self.projection(self.post(x[:, 0]))

    def published(self):
        """The tensors under the names of Hugging Face's CLIPVisionModelWithProjection."""
        v = "vision_model."
        yield v + "embeddings.class_embedding", self.class_embedding
        yield v + "embeddings.patch_embedding.weight", self.patch.weight
        yield v + "embeddings.position_embedding.weight", self.positions
        parts = [(v + "pre_layrnorm", self.pre), (v + "post_layernorm", self.post)]
        for i, layer in enumerate(self.layers):
            for name, part in layer.named_children():
                parts.append((f"{v}encoder.layers.{i}." + ("self_attn." if name.endswith("_proj") else "mlp." if name.startswith("fc") else "") + name, part))
        for name, part in parts:
            for kind, value in part.named_parameters():
                yield f"{name}.{kind}", value
        yield "visual_projection.weight", self.projection.weight


def export(folder, model, tensors, files):
    folder.mkdir(parents=True, exist_ok=True)
    safetensors(str(folder / "model.safetensors"), dict(tensors))
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    axes = {"pixels": {0: "batch"}, "vectors": {0: "batch"}}
    torch.onnx.export(model, torch.randn(2, 3, SIZE, SIZE), str(folder / "model.onnx"), input_names=["pixels"], output_names=["vectors"], dynamic_axes=axes, opset_version=14, do_constant_folding=True)


def corpora(work):
    for name, size, count in (("photos", (500, 375), 64), ("large", (4000, 3000), 4)):
        folder = work / name
        folder.mkdir(exist_ok=True)
        for i in range(count):
            image = scene(size[0] - i, size[1])
            image.resize(size).save(folder / f"{i:03}.jpg", quality=85)


def pillow(work):
    prepare = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    for name in ("photos", "large"):
        files = [path.read_bytes() for path in sorted((work / name).iterdir())]
        decode, ready = [], []
        for _ in range(3 if name == "large" else 5):
            for data in files:
                start = time.perf_counter()
                image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
                image.load()
                middle = time.perf_counter()
                prepare(image)
                decode.append(middle - start)
                ready.append(time.perf_counter() - middle)
        yield {"peer": "pillow", "corpus": name, "decode_ms": 1000 * sum(decode) / len(decode), "prepare_ms": 1000 * sum(ready) / len(ready)}


def main(work):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    if not (work / "resnet50/model.onnx").exists():
        model = torchvision.models.resnet50().eval()
        tensors = {name: value for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}
        model.fc = torch.nn.Identity()
        export(work / "resnet50", model, tensors, {})
        tower = Tower().eval()
        processor = {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": SIZE}, "crop_size": {"height": SIZE, "width": SIZE}}
        config = {"model_type": "clip_vision_model", "hidden_act": "quick_gelu", "num_attention_heads": HEADS, "projection_dim": OUT}
        export(work / "clip-vit-b32", tower, tower.published(), {"config.json": config, "preprocessor_config.json": processor})
        corpora(work)
    with open(work / "pillow.jsonl", "w") as out:
        for row in pillow(work):
            out.write(json.dumps(row) + "\n")


main(pathlib.Path(sys.argv[1]))
