"""Loss calls that stand in the text and are not evaluated: listed as unknown, each with its reason, and none is missing."""

from __future__ import annotations

import ast
import json
import os
import textwrap
from pathlib import Path

import pytest

import bcelint
from bcelint.analysis import session
from bcelint.analysis.cache import Cache
from bcelint.finding import JudgedCall, Verdict
from bcelint.project.imports import LOSS_NAMES
from bcelint.trace import tracer
from bcelint.trace.state import modules, run
from bcelint.trace.torch import recording
from tests.fixture_lines import FIXTURES

PRELUDE = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCELINT_CACHE_DIR", "")


def calls(folder: Path, *paths: str) -> list[JudgedCall]:
    return bcelint.loss_calls([folder / path for path in paths] or [folder], jobs=1)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")


def reasons(folder: Path, text: str) -> dict[int, str]:
    """By line after the prelude, why a call is unknown; "" of one that is not."""
    write(folder, {"main.py": PRELUDE + textwrap.dedent(text)})
    return {call.inner.line - 3: call.reason if call.verdict is Verdict.UNKNOWN else "" for call in calls(folder)}


class TestReasons:
    def test_a_test_that_rules_it_out(self, tmp_path: Path) -> None:
        found = reasons(
            tmp_path,
            """\
            DEBUG = False
            if DEBUG:
                F.cross_entropy(x, y)
            def f(x, y):
                if not DEBUG:
                    return x
                else:
                    return F.nll_loss(x, y)
            criterion = nn.BCELoss() if DEBUG else nn.NLLLoss()
            if DEBUG:
                def g(x, y):
                    return F.nll_loss(x, y)
            """,
        )
        ruled_out = "not reached: it stands in code that a test rules out"
        assert found == {3: ruled_out, 8: ruled_out, 9: "it is built here, and no call of it was met", 12: ruled_out}
        assert [call.loss for call in calls(tmp_path) if call.position.line == 12] == ["BCELoss", "NLLLoss"]

    def test_a_function_that_is_called_in_such_code_only(self, tmp_path: Path) -> None:
        found = reasons(tmp_path, "def f(x, y):\n    return F.nll_loss(x, y)\nDEBUG = False\nif DEBUG:\n    f(1, 2)\n")
        assert found == {2: "not reached: its function is called only in code that a test rules out"}

    def test_a_method_of_a_class_inside_a_function(self, tmp_path: Path) -> None:
        found = reasons(tmp_path, "def f(x):\n    class A:\n        def g(self, y):\n            return F.nll_loss(x, y)\n    return 1\n")
        assert found == {4: "not reached: its function was not called in what was evaluated"}

    def test_a_function_that_is_declared(self, tmp_path: Path) -> None:
        (tmp_path / "bcelint.toml").write_text('[losses."main.f"]\nprediction = "logits"\n')
        found = reasons(tmp_path, "def f(x, y):\n    return F.nll_loss(x, y)\n")
        assert found == {2: "not reached: it stands in a function that is declared"}

    def test_a_function_that_is_defined_twice(self, tmp_path: Path) -> None:
        found = reasons(
            tmp_path,
            """\
            class A:
                def f(self, x, y):
                    return F.nll_loss(x, y)
                def f(self, x, y):
                    return F.nll_loss(x, y)
                @property
                def g(self):
                    return F.nll_loss(x, y)
                @g.setter
                def g(self, value): ...
            """,
        )
        reason = found.pop(3)
        assert reason == "not reached: another one of its name, further down, takes the place of its function or class"
        assert [each for each in found.values() if "further down" in each] == []

    def test_where_it_is_not_known(self, tmp_path: Path) -> None:
        assert reasons(tmp_path, "def f(x, y):\n    return x\n    F.nll_loss(x, y)\n") == {3: "it was not reached"}

    def test_a_criterion_that_is_not_called(self, tmp_path: Path) -> None:
        found = reasons(
            tmp_path, "a = nn.BCELoss(reduction='sum')\nb = nn.BCEWithLogitsLoss()\nb(nn.Linear(1, 1)(torch.rand(2, 1)), torch.rand(2, 1))\n"
        )
        assert found == {1: "it is built here, and no call of it was met", 3: ""}
        unused, used = calls(tmp_path)
        assert (unused.is_constructor, unused.function, used.is_constructor) == (True, "<module>", False)
        assert [position.line for position in used.built] == [5]

    def test_a_criterion_that_is_wrong_itself_is_listed_once(self, tmp_path: Path) -> None:
        assert reasons(tmp_path, "nn.BCELoss(reduction='avg')\n") == {1: ""}

    def test_a_file_that_can_not_be_parsed(self, tmp_path: Path) -> None:
        write(tmp_path, {"broken.py": PRELUDE + "F.nll_loss(x, y\n", "null.py": PRELUDE + "F.nll_loss(x, y)\n\0"})
        broken, null = calls(tmp_path)
        assert broken.reason.startswith("not reached: the file can't be parsed (syntax error")
        assert null.reason == "not reached: the file can't be parsed (holds a null byte (line 5))"

    def test_a_cell_that_can_not_be_parsed(self, tmp_path: Path) -> None:
        cells = [{"cell_type": "code", "source": source} for source in (PRELUDE, "F.nll_loss(x, y", "x = 1")]
        write(tmp_path, {"book.ipynb": json.dumps({"nbformat": 4, "cells": cells})})
        (call,) = calls(tmp_path)
        assert (call.position.cell, call.position.line_in_cell) == (2, 1)
        assert call.reason.startswith("not reached: its cell can't be parsed (cell 2: syntax error")


LOSSES = {
    "a.py": PRELUDE + "import b\nx = 1\n" + "x = x + 1\n" * 30 + "F.cross_entropy(x, x)\ndef f(x):\n    return F.nll_loss(x, x)\n",
    "b.py": PRELUDE
    + "class B:\n    def loss(self, x):\n        return nn.BCELoss()(x, x)\n"
    + "def g(x):\n"
    + "    x = 1\n" * 30
    + "    F.kl_div(x, x)\n",
    "c.py": PRELUDE + "criterion = nn.NLLLoss()\n" + "".join(f"def f{at}(x, y):\n    return F.ctc_loss(x, y)\n" for at in range(9)),
}


class TestLibraries:
    """Losses of libraries that are known are listed as torch's own are."""

    def test_of_kornia(self, tmp_path: Path) -> None:
        text = """\
            import kornia.losses as losses
            from kornia.losses import BinaryFocalLossWithLogits, binary_focal_loss_with_logits
            def f(x, y):
                if False:
                    binary_focal_loss_with_logits(x, y)
                return BinaryFocalLossWithLogits(0.5)
            def g(x, y):
                return losses.binary_focal_loss_with_logits(x, y, 0.5)
        """
        found = reasons(tmp_path, text)
        assert found[5] == "not reached: it stands in code that a test rules out"
        assert found[6] == "it is built here, and no call of it was met"
        assert found[8].startswith("x: parameter that no call in the project sets")
        assert sorted(found) == [5, 6, 8]

    def test_in_a_file_that_can_not_be_parsed(self, tmp_path: Path) -> None:
        found = reasons(tmp_path, "import kornia.losses as losses\ndef f(:\n    losses.binary_focal_loss_with_logits(x, y)\n")
        assert list(found) == [3]
        assert "can't be parsed" in found[3]


class TestBounds:
    """Whatever bound is met, and however early, each call is listed."""

    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        write(tmp_path, LOSSES)
        return tmp_path

    def listed(self, folder: Path) -> set[tuple[str, int]]:
        return {(os.path.basename(call.inner.path), call.inner.line) for call in calls(folder)}

    def test_without_bounds(self, project: Path) -> None:
        assert self.listed(project) == plain_search(project)
        assert len(plain_search(project)) == 14

    @pytest.mark.parametrize(
        ("module", "bound", "low", "reason"),
        [
            (run, "MAX_STEPS", 20, "not reached: the steps of the entry point were used up"),
            (run, "FUNCTION_STEPS", 20, "not reached: the steps of the entry point were used up"),
            (modules, "MAX_SOURCE", 200, "not reached: too much source to read all of it"),
            (recording, "MAX_EVENTS", 3, "not reached: too many loss calls"),
        ],
    )
    def test_with_a_low_bound(self, monkeypatch: pytest.MonkeyPatch, project: Path, module: object, bound: str, low: int, reason: str) -> None:
        monkeypatch.setattr(module, bound, low)
        assert self.listed(project) == plain_search(project)
        assert reason in {call.reason for call in calls(project)}

    def test_functions_that_are_left_alone(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(run, "BARREN_STEPS", -1)
        found = reasons(
            tmp_path,
            """\
            criterion = nn.NLLLoss()
            def f(x, y):
                return criterion(x, y)
            def g(x, y):
                return F.nll_loss(x, y)
            """,
        )
        assert found[1] == "it is built here, and no call of it was met"
        assert found[5].startswith("x: parameter that no call"), "it names a loss itself"
        assert sorted(found) == [1, 5]

    @pytest.mark.parametrize("low", [0, 1, 2, 3, 5, 8, 13, 21, 34])
    def test_with_ever_more_steps(self, monkeypatch: pytest.MonkeyPatch, project: Path, low: int) -> None:
        monkeypatch.setattr(run, "MAX_STEPS", low)
        monkeypatch.setattr(run, "FUNCTION_STEPS", low)
        assert self.listed(project) == plain_search(project)

    def test_after_an_error_of_its_own(self, monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
        def fail(*args: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(tracer, "_run_entry", fail)
        monkeypatch.setattr(tracer, "_call_uncalled", fail)
        assert self.listed(project) == plain_search(project)
        assert all(call.verdict is Verdict.UNKNOWN and call.reason for call in calls(project))


class Search(ast.NodeVisitor):
    """A plain search for ``F.<loss>(…)`` and ``nn.<Loss>(…)``, in files that import these as everyone does."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: set[tuple[str, int]] = set()

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func)
        first, _, last = name.rpartition(".")
        if last in LOSS_NAMES and first in ("F", "nn", "nn.functional", "torch.nn", "torch.nn.functional", "torch.nn.modules.loss"):
            self.found.add((self.path, node.lineno))
        self.generic_visit(node)


def plain_search(folder: Path) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    for path in folder.rglob("*.py"):
        search = Search(path.relative_to(folder).as_posix())
        search.visit(ast.parse(path.read_text(encoding="utf-8")))
        found |= search.found
    return found


def test_the_list_holds_all_that_a_plain_search_of_the_fixtures_finds() -> None:
    found = bcelint.loss_calls([FIXTURES], jobs=1)
    listed = {
        (Path(position.path).relative_to(FIXTURES).as_posix(), position.line)
        for call in found
        for position in (call.inner, call.position, *call.built)
    }
    searched = plain_search(FIXTURES)
    assert searched - listed == set()
    assert len(searched) > 400


def test_nothing_is_listed_twice() -> None:
    found = bcelint.loss_calls([FIXTURES], jobs=1)
    evaluated = {call.inner for call in found if not call.reason.startswith(("not reached", "it was not", "it is built"))}
    assert [call.position for call in found if call.reason.startswith("not reached") and call.inner in evaluated] == []


def test_check_lists_what_was_evaluated_only(tmp_path: Path) -> None:
    write(tmp_path, LOSSES)
    every = session.analyse([str(tmp_path)], frozenset(), jobs=1, every_call=True)
    evaluated = session.analyse([str(tmp_path)], frozenset(), jobs=1)
    assert {call.position for call in evaluated.calls} < {call.position for call in every.calls}


def test_the_cache_keeps_what_is_needed(tmp_path: Path) -> None:
    write(tmp_path, {"code/main.py": PRELUDE + "DEBUG = False\nif DEBUG:\n    F.nll_loss(1, 2)\nnn.BCELoss()\n"})
    cache = Cache(str(tmp_path / "cache"))
    first, second = (session.analyse([str(tmp_path / "code")], frozenset(), jobs=1, cache=cache, every_call=True).calls for _ in range(2))
    assert first == second
    assert [call.reason for call in first] == ["not reached: it stands in code that a test rules out", "it is built here, and no call of it was met"]


def test_only_the_files_in_question(tmp_path: Path) -> None:
    write(tmp_path, LOSSES)
    assert {os.path.basename(call.position.path) for call in calls(tmp_path, "a.py")} == {"a.py"}
