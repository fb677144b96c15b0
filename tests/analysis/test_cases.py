"""The conditions that a finding names are those without which the call would be right."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import bcelint
from bcelint.api import check_paths

HEAD = """
import argparse
import torch
from torch import nn
parser = argparse.ArgumentParser()
parser.add_argument("--kinds", type=int, default=3)
parser.add_argument("--cuda", action="store_true")
parser.add_argument("--loss", default="ce")
args = parser.parse_args()
x, y = torch.rand(2, 4), torch.tensor([0, 1])
"""


@pytest.mark.parametrize(
    ("program", "case"),
    [
        pytest.param(
            """
            net = nn.Sequential(nn.Linear(4, args.kinds), nn.Softmax(dim=1))
            nn.CrossEntropyLoss()(net(x), y)
            """,
            "",
            id="default of a width",
        ),
        pytest.param(
            """
            net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))
            loss = nn.CrossEntropyLoss()
            if args.cuda:
                loss = loss.cuda()
            loss(net(x), y)
            """,
            "",
            id="device",
        ),
        pytest.param(
            """
            p = nn.Linear(4, args.kinds)(x)
            if args.loss == 'ce':
                p = torch.softmax(p, 1)
            nn.CrossEntropyLoss()(p, y)
            """,
            "`args.loss == 'ce'`",
            id="the option that matters",
        ),
        pytest.param(
            """
            if args.loss == 'ce':
                net = nn.Linear(4, 3)
            elif args.loss == 'soft':
                net = nn.Linear(4, 2)
            else:
                raise ValueError(args.loss)
            nn.CrossEntropyLoss()(torch.softmax(net(x), 1), y)
            """,
            "",
            id="a branch that raises",
        ),
        pytest.param(
            """
            if args.loss == 'ce':
                net = nn.Linear(4, 3)
            elif args.loss == 'soft':
                net = nn.Linear(4, 2)
            nn.CrossEntropyLoss()(torch.softmax(net(x), 1), y)
            """,
            "",
            id="a name that is not set",
        ),
        pytest.param(
            """
            def load(name):
                if name == 'a':
                    net = nn.Linear(4, 3)
                if name == 'b':
                    net = nn.Linear(4, 2)
                return net
            def data(name):
                if name == 'c':
                    loader = somewhere.one()
                elif name == 'd':
                    loader = somewhere.two()
                return loader
            net = load(args.loss)
            for x, y in data(args.kind):
                nn.CrossEntropyLoss()(torch.softmax(net(x), 1), y)
            """,
            "",
            id="whichever of several cases it is, of two things",
        ),
        pytest.param(
            """
            if args.name.startswith('link'):
                net = nn.Linear(4, 3)
            elif args.name.startswith('unet'):
                net = nn.Sequential(nn.Linear(4, 2), nn.Softmax(1))
            else:
                net = nn.Linear(4, 2)
            nn.CrossEntropyLoss()(net(x), y)
            """,
            "`args.name.startswith('unet')`",
            id="what excludes the others",
        ),
        pytest.param(
            """
            net = None
            if args.name == 'a':
                net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(1))
            elif args.name == 'b':
                net = nn.Sequential(nn.Linear(4, 2), nn.Softmax(1))
            nn.CrossEntropyLoss()(net(x), y)
            """,
            "",
            id="what is left calls None",
        ),
        pytest.param(
            """
            net = None
            if args.name == 'a':
                net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(1))
            elif args.name == 'b':
                net = nn.Sequential(nn.Linear(4, 2), nn.Softmax(1))
            elif args.name == 'c':
                net = nn.Linear(4, 2)
            net = net.cuda()
            nn.CrossEntropyLoss()(net(x), y)
            """,
            "`not (args.name == 'c')`",
            id="all cases but one, and None has no attributes",
        ),
    ],
)
def test_named_conditions(tmp_path: Path, program: str, case: str) -> None:
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program) + "\n", encoding="utf-8")
    (finding,) = check_paths([str(tmp_path)])
    assert finding.code == "BCE103"
    assert finding.message.partition(" (when ")[2].rstrip(")") == case


def test_two_settings_out_of_one_record_are_no_case(tmp_path: Path) -> None:
    program = """
    def step(config, x, y):
        out = torch.softmax(nn.Linear(4, 3)(x), 1) if config.act == 'softmax' else nn.Linear(4, 3)(x)
        loss = nn.CrossEntropyLoss() if config.loss == 'ce' else nn.MSELoss()
        return loss(out, y)
    """
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")
    assert check_paths([str(tmp_path)]) == []
    (call,) = [call for call in bcelint.loss_calls([tmp_path], jobs=1) if call.loss == "CrossEntropyLoss" and not call.is_constructor and call.facts]
    assert "it hangs on two conditions that hang together in a way that is not seen" in call.reason
    one = program.replace("nn.CrossEntropyLoss() if config.loss == 'ce' else nn.MSELoss()", "nn.CrossEntropyLoss()")
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(one), encoding="utf-8")
    assert [finding.code for finding in check_paths([str(tmp_path)])] == ["BCE103"]


def test_a_message_speaks_of_the_case_that_it_names(tmp_path: Path) -> None:
    program = """
    if args.act == 'tanh':
        out = torch.tanh(nn.Linear(4, 3)(x))
    elif args.act == 'relu':
        out = torch.relu(nn.Linear(4, 3)(x))
    else:
        out = torch.log_softmax(nn.Linear(4, 3)(x), 1)
    if args.kinds > 3:
        out = out + 0
    nn.NLLLoss()(out, y)
    """
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")
    (finding,) = check_paths([str(tmp_path)])
    assert ("(tanh at" in finding.message) is ("args.act == 'tanh'" in finding.message)
    assert ("(relu at" in finding.message) is ("args.act == 'relu'" in finding.message)


def test_the_same_case_is_named_in_each_run(tmp_path: Path) -> None:
    """Sets of strings have another order in each process."""
    tests = "".join(f"if args.act == '{name}': out = torch.{name}(nn.Linear(4, 3)(x))\n" for name in ("tanh", "relu", "sigmoid", "softplus"))
    (tmp_path / "a.py").write_text(f"{HEAD}out = torch.log_softmax(x, 1)\n{tests}nn.NLLLoss()(out, y)\n", encoding="utf-8")
    command = [sys.executable, "-m", "bcelint", "check", "--no-cache", "--jobs", "1", str(tmp_path)]
    outputs = {subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": str(seed)}, capture_output=True).stdout for seed in range(4)}
    assert len(outputs) == 1
    assert b"BCE104" in outputs.pop()


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
