"""The lookups themselves: other names, methods and attributes, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from bcelint.contracts import aliases, tables


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("torch.nn.modules.loss.BCELoss", "torch.nn.BCELoss"),
        ("torch.nn.modules.linear.Linear", "torch.nn.Linear"),
        ("torch.nn.modules.BCELoss", "torch.nn.BCELoss"),
        ("torch.special.expit", "torch.sigmoid"),
        ("torch.nn.modules.loss._Loss", "torch.nn.modules.loss._Loss"),
        ("torch.functional.norm", "torch.norm"),
        ("torch.nn.parallel.distributed.DistributedDataParallel", "torch.nn.parallel.DistributedDataParallel"),
        ("my.own.BCELoss", "my.own.BCELoss"),
    ],
)
def test_canonical(name: str, expected: str) -> None:
    assert tables.canonical(name) == expected
    assert tables.canonical(expected) == expected


def test_lookups() -> None:
    assert tables.loss_class("torch.nn.modules.loss.BCELoss") is tables.loss_function("torch.nn.functional.binary_cross_entropy")
    assert tables.loss_class("") is None
    assert tables.loss_class("my.own.BCELoss") is None
    assert tables.loss_function("torchvision.ops.focal_loss.sigmoid_focal_loss") is not None
    assert tables.method("sigmoid_") is tables.op("torch.special.expit")
    assert tables.method("T") is None
    assert tables.attribute("T") is not None
    assert tables.attribute("view") is None
    assert tables.layer("torch.nn.modules.activation.Sigmoid") is tables.layer("torch.nn.Sigmoid")
    assert tables.wrapper("torch.nn.parallel.DataParallel") is tables.wrapper("torch.nn.DataParallel")


def test_no_name_stands_in_two_rows() -> None:
    for rows in (tables.ops(), tables.layers()):
        names = [name for row in rows for name in row.names]
        assert len(names) == len(set(names))


def test_every_row_names_its_source() -> None:
    assert all(row.source for rows in (tables.ops(), tables.layers(), tables.losses()) for row in rows)


def test_torch_accepts_the_other_names_of_parameters() -> None:
    x = torch.rand(2, 3)
    assert set(aliases.KEYWORDS) == {"axis", "keepdims", "x", "x2"}
    assert torch.sum(x=x, axis=1, keepdims=True).shape == (2, 1)  # type: ignore[call-overload]
    assert torch.mul(x, x2=x).shape == (2, 3)  # type: ignore[call-arg]


def test_the_tables_are_light() -> None:
    code = "import sys; from bcelint.contracts import tables; tables.ops(); tables.layers(); tables.losses(); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
