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
            if args.loss == 'own':
                criterion = somewhere.own
            elif args.loss == 'mine':
                criterion = somewhere.mine
            elif args.loss == 'soft':
                criterion = nn.CrossEntropyLoss()
            else:
                raise ValueError(args.loss)
            criterion(torch.softmax(nn.Linear(4, 3)(x), 1), y)
            """,
            "`args.loss == 'soft'`",
            id="the last one before a branch that raises",
        ),
        pytest.param(
            """
            import somewhere
            settings = {'loss': args.loss}
            def make():
                if settings['loss'] == 'own':
                    return somewhere.own
                elif settings['loss'] in ('soft', 'hard'):
                    return nn.CrossEntropyLoss()
                raise ValueError(settings)
            make()(torch.softmax(nn.Linear(4, 3)(x), 1), y)
            """,
            "`settings['loss'] in ('soft', 'hard')`",
            id="some of those before what raises",
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
            from torch.utils.data import DataLoader, TensorDataset

            def gather(rows):
                first, second = zip(*rows)
                return torch.stack(first), torch.stack(second)

            def batches(data, count):
                if count > 1:
                    return DataLoader(data, batch_size=4, shuffle=True, collate_fn=gather)
                elif count == 1:
                    return DataLoader(data, batch_size=4, pin_memory=True, collate_fn=gather)
                return DataLoader(data, batch_size=4, collate_fn=gather)

            net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(1))
            for inputs, labels in batches(TensorDataset(x, y), args.kinds):
                nn.CrossEntropyLoss()(net(inputs), labels)
            """,
            "",
            id="less than one, which is said of nothing",
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
        pytest.param(
            """
            def step(kind, hard):
                p = nn.Linear(4, 3)(x)
                if kind == 'a':
                    criterion = nn.NLLLoss()
                    if hard:
                        raise ValueError
                elif kind == 'b':
                    criterion = nn.CrossEntropyLoss()
                else:
                    raise ValueError
                if hard:
                    p = torch.softmax(p, 1)
                else:
                    p = torch.log_softmax(p, 1)
                criterion(p, y)
            step(args.loss, args.cuda)
            """,
            "`args.cuda` and `kind == 'b'`",
            id="two conditions rather than one that is put together of four",
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


def test_what_is_made_alike_in_two_cases_hangs_on_both(tmp_path: Path) -> None:
    """The norm is one value, of whichever scores: a quotient by it is no quotient of independent things in either case."""
    program = """
    scores = nn.Linear(4, 3)(torch.rand(args.kinds, 4) + torch.load("more.pt"))
    nn.BCELoss()({}, torch.rand(args.kinds, 3))
    """
    for made, codes in (("0.5 + 0.5 * scores / scores.norm(dim=1, keepdim=True)", []), ("scores / args.kinds", ["BCE101"])):
        (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program.format(made)), encoding="utf-8")
        assert [finding.code for finding in check_paths([str(tmp_path)])] == codes


@pytest.mark.parametrize(("value", "default", "codes"), [(1, 0, []), (1, False, []), (2, 0, ["BCE104"]), (1, 4, ["BCE104"]), (1, None, ["BCE104"])])
def test_a_number_that_is_off_by_default_and_asked_for_its_truth_is_a_flag(tmp_path: Path, value: int, default: object, codes: list[str]) -> None:
    program = f"""
    def step(settings, x, y):
        out = nn.Linear(4, 3)(x)
        if settings.get("log", {default}) == {value}:
            out = torch.log_softmax(out, 1)
        loss = nn.NLLLoss() if settings.get("log", {default}) else nn.CrossEntropyLoss()
        loss(out, y)
    """
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")
    assert [finding.code for finding in check_paths([str(tmp_path)])] == codes


@pytest.mark.parametrize(
    ("items", "case"),
    [
        ("[8, 16, 32]", ""),
        ("[8, 0, 32]", "`args.kinds == 0 or args.kinds == 2`"),
        ("['a', '', '']", "`args.kinds == 0`"),
    ],
)
def test_an_index_that_may_be_any_is_no_condition(tmp_path: Path, items: str, case: str) -> None:
    program = f"""
    out = nn.Linear(4, 3)(x)
    if {items}[args.kinds]:
        out = torch.softmax(out, 1)
    nn.CrossEntropyLoss()(out, y)
    """
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")
    (finding,) = check_paths([str(tmp_path)])
    assert finding.message.partition(" (when ")[2].rstrip(")") == case


@pytest.mark.parametrize(
    ("scores", "codes"),
    [
        ("net(x).view(2, 3).softmax(1)", ["BCE103"]),
        ("net(x).view(2, 3).softmax(1) if self.is_first else net(x)", []),
        ("net(x).view(2, 3)", []),
    ],
)
def test_what_every_round_of_a_loop_meets_though_a_flag_changes(tmp_path: Path, scores: str, codes: list[str]) -> None:
    program = f"""
    net = nn.Linear(4, 3)

    class Trainer:
        def __init__(self):
            self.is_first = True

        def run(self, batches):
            for x in batches:
                scores = {scores}
                if self.is_first:
                    print(scores.shape)
                    self.is_first = False
                nn.CrossEntropyLoss()(scores, torch.tensor([0, 1])).backward()

    Trainer().run(torch.load("batches.pt"))
    """
    (tmp_path / "a.py").write_text(HEAD + textwrap.dedent(program), encoding="utf-8")
    assert [finding.code for finding in check_paths([str(tmp_path)])] == codes
