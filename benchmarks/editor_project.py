"""A project as an editor has it open: a training script of some 300 lines and a module of some 500 with its models, the same every time."""

from __future__ import annotations

from pathlib import Path

SCRIPT_LINES, MODULE_LINES = 300, 500

_MODULE_HEAD = '''\
"""Encoders, decoders and the heads that are put on them."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def init_weights(module):
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class ConvBlock(nn.Module):
    """Two convolutions, each with its normalisation."""

    def __init__(self, in_channels, out_channels, dropout=0.1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, x):
        x = F.relu(self.norm1(self.conv1(x)))
        x = self.dropout(x)
        return F.relu(self.norm2(self.conv2(x)))


class Attention(nn.Module):
    def __init__(self, dim, heads=4):
        super().__init__()
        self.heads = heads
        self.scale = 1.0 / math.sqrt(dim // heads)
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        batch, tokens, dim = x.shape
        qkv = self.qkv(x).view(batch, tokens, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        weights = torch.softmax(q @ k.transpose(-2, -1) * self.scale, dim=-1)
        x = (weights @ v).transpose(1, 2).reshape(batch, tokens, dim)
        return self.proj(x)


'''
_MODEL = '''\
class {name}(nn.Module):
    """Encodes an image in {depth} steps and scores it with a head of its own."""

    def __init__(self, in_channels=3, width={width}, num_classes=1, dropout=0.1):
        super().__init__()
        channels = [width * 2 ** step for step in range({depth})]
        self.stem = ConvBlock(in_channels, channels[0], dropout)
        self.stages = nn.ModuleList()
        for before, after in zip(channels[:-1], channels[1:]):
            self.stages.append(nn.Sequential(nn.MaxPool2d(2), ConvBlock(before, after, dropout)))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.attention = Attention(channels[-1])
        self.norm = nn.LayerNorm(channels[-1])
        self.head = nn.Sequential(
            nn.Linear(channels[-1], channels[-1] // 2),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(channels[-1] // 2, num_classes),
        )
        self.apply(init_weights)

    def features(self, x):
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        tokens = x.flatten(2).transpose(1, 2)
        tokens = tokens + self.attention(self.norm(tokens))
        return tokens.mean(dim=1)

    def forward(self, x):
        out = self.head(self.features(x))
        return {output}


'''
_NAMES = ("SmallNet", "BaseNet", "LargeNet", "WideNet", "DeepNet", "ScoreNet", "MaskNet", "PatchNet", "TinyNet", "GateNet", "FocusNet", "LinkNet")
_OUTPUTS = ("out", "torch.sigmoid(out)", "F.log_softmax(out, dim=1)", "out.squeeze(1)")

_SCRIPT_HEAD = '''\
"""Trains one of the models on images in folders."""

import argparse
import json
import logging
import os
import random
import time

import numpy as np
import torch
import torch.nn as nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, Dataset

import models

logger = logging.getLogger(__name__)


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data")
    parser.add_argument("--output", default="runs")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--loss", choices=["bce", "logits"], default="logits")
    return parser.parse_args()


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class ImageFolder(Dataset):
    def __init__(self, root, split):
        with open(os.path.join(root, split + ".json")) as file:
            self.items = json.load(file)
        self.root = root

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        item = self.items[index]
        image = np.load(os.path.join(self.root, item["path"]))
        label = torch.tensor(float(item["label"]))
        return torch.from_numpy(image).float(), label


class AverageMeter:
    def __init__(self):
        self.total, self.count = 0.0, 0

    def update(self, value, count=1):
        self.total += value * count
        self.count += count

    @property
    def average(self):
        return self.total / max(1, self.count)


def build_criterion(args):
    if args.loss == "bce":
        return nn.BCELoss()
    return nn.BCEWithLogitsLoss()


'''
_EPOCH = '''\
def train_{low}(loader, args, device):
    """One run with ``{name}``."""
    model = models.{name}(num_classes=1).to(device)
    criterion = {criterion}
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=args.weight_decay)
    scheduler = CosineAnnealingLR(optimizer, T_max=args.epochs)
    best = float("inf")
    for epoch in range(args.epochs):
        model.train()
        losses, started = AverageMeter(), time.time()
        for step, (images, labels) in enumerate(loader):
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            outputs = model(images)
            loss = criterion(outputs.view(-1), labels)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.update(loss.item(), images.size(0))
            if step % 50 == 0:
                logger.info("epoch %d step %d: loss %.4f", epoch, step, losses.average)
        scheduler.step()
        if losses.average < best:
            best = losses.average
            torch.save(model.state_dict(), os.path.join(args.output, "{low}.pt"))
        logger.info("epoch %d took %.1f s", epoch, time.time() - started)
    return best


'''
_SCRIPT_TAIL = """\
def main():
    args = parse_args()
    set_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loader = DataLoader(ImageFolder(args.data, "train"), batch_size=args.batch_size, shuffle=True)
    for train in ({trains}):
        logger.info("best loss %.4f", train(loader, args, device))


if __name__ == "__main__":
    main()
"""
_CRITERIA = {
    "out": "nn.BCEWithLogitsLoss()",
    "torch.sigmoid(out)": "nn.BCELoss()",
    "F.log_softmax(out, dim=1)": "nn.BCEWithLogitsLoss()",
    "out.squeeze(1)": "build_criterion(args)",
}


def write_project(folder: Path) -> Path:
    """``train.py`` and ``models.py`` in ``folder``; returns the script, which has misuses in it."""
    models = [(name, _OUTPUTS[index % len(_OUTPUTS)]) for index, name in enumerate(_NAMES)]
    module, script, used = _MODULE_HEAD, _SCRIPT_HEAD, []
    for index, (name, output) in enumerate(models):
        module += _MODEL.format(name=name, depth=3 + index % 3, width=16 * (1 + index % 4), output=output)
    for name, output in models:
        function = _EPOCH.format(name=name, low=name.lower(), criterion=_CRITERIA[output])
        if _lines(script + function + _SCRIPT_TAIL) > SCRIPT_LINES:
            break
        script += function
        used.append(f"train_{name.lower()}")
    script += _SCRIPT_TAIL.format(trains=", ".join(used))
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    (folder / "models.py").write_text(_cut(module, MODULE_LINES), encoding="utf-8")
    (folder / "train.py").write_text(script, encoding="utf-8")
    return folder / "train.py"


def _lines(text: str) -> int:
    return text.count("\n")


def _cut(module: str, lines: int) -> str:
    """Whole classes only, up to ``lines`` lines."""
    parts = module.rstrip("\n").split("\n\n\n")
    while _lines("\n\n\n".join(parts)) >= lines:
        parts.pop()
    return "\n\n\n".join(parts) + "\n"
