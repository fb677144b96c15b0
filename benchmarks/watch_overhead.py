"""What watching costs: the time of a training step, plain and watched, for a small MLP, a ResNet-like net and a small transformer.

    python benchmarks/watch_overhead.py [--rounds N]

Plain and watched steps alternate within one process, so that a busy machine slows both; the medians of each are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import time
from typing import Callable

import torch
import torch.nn as nn
import torch.nn.functional as F

from bcelint.runtime import watch

Step = Callable[[], None]


class Block(nn.Module):
    """Two convolutions with a shortcut, as in a ResNet."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(after), nn.BatchNorm2d(after)])
        self.shortcut = nn.Conv2d(before, after, 1, stride) if stride > 1 or before != after else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu(self.norms[0](self.first(x)))
        return F.relu(self.norms[1](self.second(out)) + self.shortcut(x))


class Transformer(nn.Module):
    """A classifier of token sequences."""

    def __init__(self, words: int, width: int, layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        layer = nn.TransformerEncoderLayer(width, 4, 4 * width, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.head = nn.Linear(width, 2)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(self.embedding(tokens)).mean(dim=1))


def trained(net: nn.Module, x: torch.Tensor, y: torch.Tensor, criterion: nn.Module) -> Step:
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

    def step() -> None:
        optimizer.zero_grad()
        criterion(net(x), y).backward()
        optimizer.step()

    return step


def programs() -> dict[str, Step]:
    mlp = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    blocks = [Block(16, 16, 1), Block(16, 32, 2), Block(32, 32, 1), Block(32, 64, 2), Block(64, 64, 1)]
    resnet = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    classes = torch.randint(0, 2, (16,))
    return {
        "MLP": trained(mlp, torch.randn(64, 32), torch.rand(64, 1).round(), nn.BCEWithLogitsLoss()),
        "ResNet-like": trained(resnet, torch.randn(16, 3, 32, 32), torch.randint(0, 10, (16,)), nn.CrossEntropyLoss()),
        "transformer": trained(Transformer(1000, 64, 3), torch.randint(0, 1000, (16, 32)), classes, nn.CrossEntropyLoss()),
    }


def milliseconds(step: Step, rounds: int, watched: bool) -> float:
    """The time of one step, the mean over some."""
    with watch() if watched else contextlib.nullcontext():
        step()  # what is done once is not counted
        begin = time.perf_counter()
        for _ in range(rounds):
            step()
        return (time.perf_counter() - begin) / rounds * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="alternations of plain and watched")
    rounds = parser.parse_args().rounds
    torch.manual_seed(0)
    torch.set_num_threads(1)
    print(f"{'':<12} {'plain':>9} {'watched':>9} {'factor':>7}")
    for name, step in programs().items():
        step()
        pairs = [(milliseconds(step, 5, False), milliseconds(step, 5, True)) for _ in range(rounds)]
        plain, watched = (statistics.median(times) for times in zip(*pairs))
        print(f"{name:<12} {plain:>6.2f} ms {watched:>6.2f} ms {watched / plain:>6.2f}x")


if __name__ == "__main__":
    main()
