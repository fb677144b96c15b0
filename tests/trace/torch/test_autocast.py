"""Under which conditions a loss runs under CUDA autocast."""

from __future__ import annotations

from pathlib import Path

import pytest

import bcelint

PROGRAM = """\
import argparse
import accelerate
import torch
import torch.cuda.amp
from torch.cuda.amp import autocast as half

parser = argparse.ArgumentParser()
parser.add_argument("--amp", action="store_true")
args = parser.parse_args()
device = torch.device(args.device)
p, y = torch.sigmoid(torch.randn(4)), torch.ones(4)


def loss():
    return torch.nn.functional.binary_cross_entropy(p, y)


"""
OFF = ""
ALWAYS = "BCE306"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loss()", OFF),
        ("with torch.autocast('cuda'): loss()", ALWAYS),
        ("with torch.autocast('cuda:1', torch.float16): loss()", ALWAYS),
        ("with torch.autocast('cuda', torch.float16, False): loss()", OFF),
        ("with torch.autocast('cuda', torch.float16, args.amp): loss()", "when `args.amp`"),
        ("with torch.autocast('cuda', enabled=not args.amp): loss()", "when `not args.amp`"),
        ("with torch.amp.autocast(device_type=device.type): loss()", "when `device.type == 'cuda'`"),
        ("with torch.amp.autocast('cpu'): loss()", OFF),
        ("with torch.cuda.amp.autocast(args.amp): loss()", "when `args.amp`"),
        ("with torch.autocast('cuda'):\n    with torch.autocast('cpu'): loss()", ALWAYS),
        ("with torch.autocast('cuda'):\n    with torch.autocast('cuda', enabled=False): loss()", OFF),
        ("with torch.autocast('cuda'):\n    pass\nloss()", OFF),
        ("@half()\ndef step(): return loss()\nstep()", ALWAYS),
        ("@half(enabled=False)\ndef step(): return loss()\nstep()", OFF),
        ("@accelerate.Accelerator().autocast()\ndef step(): return loss()\nstep()", OFF),
    ],
)
def test_when_it_is_on(tmp_path: Path, text: str, expected: str) -> None:
    found = bcelint.check_text(PROGRAM + text + "\n", tmp_path / "train.py", isolated=True)
    assert [finding.code for finding in found] == (["BCE306"] if expected else [])
    if expected == ALWAYS:
        assert "(when" not in found[0].message
    elif expected:
        assert f"({expected})" in found[0].message
