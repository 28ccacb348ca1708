"""A narrow ResNet-18 with torchvision's names, and a product into the text model's space."""
import torch
from torch import nn
from torchvision.models.resnet import BasicBlock


class ImageTower(nn.Module):
    def __init__(self, widths, depths, dimensions=256):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            blocks = []
            for index in range(depth):
                stride = 2 if index == 0 and stage > 0 else 1
                shortcut = None
                if stride != 1 or inputs != width:
                    shortcut = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
                blocks.append(BasicBlock(inputs, width, stride, shortcut))
                inputs = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.projection = nn.Linear(inputs, dimensions)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if isinstance(module, BasicBlock):
                nn.init.zeros_(module.bn2.weight)

    def features(self, pictures):
        x = self.maxpool(self.relu(self.bn1(self.conv1(pictures))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean((2, 3))

    def forward(self, pictures):
        """(N, 3, H, W) to unit vectors (N, 256)."""
        features = self.features(pictures)
        with torch.autocast("cpu", enabled=False):
            return nn.functional.normalize(self.projection(nn.functional.dropout(features.float(), 0.1, self.training)), dim=1)
