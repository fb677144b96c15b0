"""Programs made at random: each a chain of operations into a loss, as a function of its own."""

from __future__ import annotations

import random

BIRTHS = (
    "torch.randn(6, 3)",
    "torch.rand(6, 3)",
    "nn.Linear(4, 3)(torch.randn(6, 4))",
    "nn.Linear(4, 1)(torch.randn(6, 4))",
    "nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))(torch.randn(6, 4))",
    "nn.Sequential(nn.Linear(4, 3), nn.Sigmoid())(torch.randn(6, 4))",
    "nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))(torch.randn(6, 4))",
    "nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(dim=1))(torch.randn(6, 4))",
)
OPERATIONS = (
    "torch.sigmoid({})", "{}.sigmoid()", "nn.Sigmoid()({})", "F.softmax({}, dim=1)", "F.log_softmax({}, dim=1)", "{}.softmax(-1)",
    "torch.tanh({})", "F.relu({})", "1 - {}", "({} + 1) / 2", "{} * 2", "{} / 10", "-{}", "{}.exp()", "{}.abs()", "{} ** 2",
    "{}.clamp(0, 1)", "torch.clamp({}, min=1e-6)", "{}.view(6, -1)", "{}.reshape(-1, 3)", "{}.detach()", "{}.contiguous()",
    "{}.squeeze()", "{}[:4]", "{}[:, :1]", "torch.cat([{0}, {0}])", "torch.stack([{0}, {0}]).mean(0)", "{}.round()", "({} > 0.5).float()",
    "F.dropout({}, 0.5)", "{}.float()", "{}.to(torch.float32)", "F.logsigmoid({})", "torch.log({} + 1e-8)", "{}.mean(dim=1, keepdim=True)",
    "{}.transpose(0, 1).transpose(0, 1)", "F.hardtanh({})", "{} - {}.max()", "torch.where({0} > 0, {0}, 0.0)", "F.normalize({}, dim=1)",
    "{}.requires_grad_()", "{}.clone()", "nn.BatchNorm1d(3)({})", "nn.Dropout()({})", "nn.Identity()({})", "{}.unsqueeze(0).squeeze(0)",
)  # fmt: skip
TARGETS = (
    "torch.rand_like({})", "torch.rand_like({}).round()", "torch.ones_like({})", "torch.randint(0, 2, {}.shape)", "torch.randint(0, 2, (6,))",
    "torch.randint(0, 2, {}.shape).float()", "torch.randint(0, 2, (6, 1)).float()", "torch.zeros(6)", "2 * torch.rand_like({}).round() - 1",
    "F.one_hot(torch.randint(0, 3, (6,)), 3)", "F.one_hot(torch.randint(0, 3, (6,)), 3).float()", "torch.softmax(torch.randn(6, 3), 1)",
    "torch.randint(0, 2, (6,)).float()", "torch.randint(0, 2, (6,), dtype=torch.int32)", "({} > 0)", "torch.sigmoid(torch.randn(6, 3))",
    "F.log_softmax(torch.randn(6, 3), dim=1)", "torch.full_like({}, 0.9)", "255 * torch.rand_like({}).round()",
)  # fmt: skip
LOSSES = (
    "F.binary_cross_entropy(p, y)", "nn.BCELoss()(p, y)", "F.binary_cross_entropy_with_logits(p, y)", "nn.BCEWithLogitsLoss()(p, y)",
    "F.cross_entropy(p, y)", "nn.CrossEntropyLoss()(p, y)", "F.nll_loss(p, y)", "nn.NLLLoss()(p, y)", "F.kl_div(p, y, reduction='batchmean')",
    "nn.MultiLabelSoftMarginLoss()(p, y)", "wrapped(p, y)", "F.kl_div(p, y, log_target=True)", "criterion(p, y)",
)  # fmt: skip
HEADER = """\
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
criterion = nn.BCEWithLogitsLoss()


def wrapped(prediction, target):
    flat = prediction.reshape(-1)
    return F.binary_cross_entropy_with_logits(flat, target.reshape(-1))


"""


def program(seed: int, cases: int) -> str:
    """A program of so many cases; one that raises does not keep the others from running."""
    rng = random.Random(seed)
    parts = [HEADER]
    for number in range(cases):
        lines = [f"    p = {rng.choice(BIRTHS)}"]
        lines += [f"    p = {_used(rng.choice(OPERATIONS), 'p')}" for _ in range(rng.randrange(4))]
        lines.append(f"    y = {_used(rng.choice(TARGETS), 'p')}")
        lines.append(f"    {rng.choice(LOSSES)}")
        parts.append(f"def case_{number}():\n" + "\n".join(lines) + "\n\n\n")
    parts.append(f"for number in range({cases}):\n    try:\n        globals()[f'case_{{number}}']()\n    except Exception:\n        pass\n")
    return "".join(parts)


def _used(template: str, name: str) -> str:
    return template.replace("{}", name).replace("{0}", name)
