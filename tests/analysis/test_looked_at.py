"""Losses that are computed to be looked at, and not to be trained on."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from bcelint.api import check_paths

HEAD = """
import torch
from torch import nn
x, y = torch.rand(2, 4), torch.tensor([0, 1])
"""


@pytest.mark.parametrize(("call", "codes"), [("loss(out, y)", []), ("print(loss(out, y))", []), ("loss(out, y).backward()", ["BCE103"])])
def test_a_loss_alone_in_a_try_is_there_to_show_whether_it_raises(tmp_path: Path, call: str, codes: list[str]) -> None:
    program = f"""
    def step(x, y):
        out, loss = torch.softmax(nn.Linear(4, 3)(x), 1), nn.CrossEntropyLoss()
        try:
            {call}
        except RuntimeError as error:
            print(error)
    """
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")
    assert [finding.code for finding in check_paths([str(tmp_path)])] == codes


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        ("net.eval()", "return x.grad.abs()", []),
        ("x.requires_grad_()", "return x + x.grad.sign()", ["BCE104"]),
        ("net.eval()", "return [p.grad for p in net.parameters()]", []),
        ("net.eval()", "return loss", ["BCE104"]),
        ("net.train()", "return [p.grad for p in net.parameters()]", ["BCE104"]),
        ("net.eval()", "net.step(x.grad)", ["BCE104"]),
    ],
)
def test_the_gradient_of_a_score_that_is_looked_at(tmp_path: Path, before: str, after: str, codes: list[str]) -> None:
    program = f"""
    net = nn.Linear(4, 3)

    def saliency(x, y):
        {before}
        loss = nn.NLLLoss()(net(x), y)
        loss.backward()
        {after}

    saliency(x, y)
    """
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")
    assert [finding.code for finding in check_paths([str(tmp_path)])] == codes


@pytest.mark.parametrize("order", ["look(); train()", "train(); look()"])
def test_a_loss_that_is_looked_at_here_and_trained_on_there(tmp_path: Path, order: str) -> None:
    program = f"""
    net = nn.Linear(4, 3)

    def loss():
        return nn.NLLLoss()(net(x), y)

    def look():
        net.eval()
        loss().backward()
        return [p.grad for p in net.parameters()]

    def train():
        loss().backward()

    {order}
    """
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")
    assert [finding.code for finding in check_paths([str(tmp_path)])] == ["BCE104"]
