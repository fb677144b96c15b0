"""The plan over a project: several files, noqa, selection, rounds, repairs that do no good."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bcelint.analysis import session
from bcelint.analysis.cache import Cache
from bcelint.analysis.callsite import CallSite
from bcelint.cli.main import main
from bcelint.config import Settings
from bcelint.finding import Fix, Position
from bcelint.fix.context import Context
from bcelint.fix.edits import Edit, Refusal, Repair, applied, whole
from bcelint.fix.engine import fixes
from bcelint.fix.marks import mark
from bcelint.fix.moves import Moves
from bcelint.fix.rewrite import fitting
from tests.fix.repairing import HEADER, fix_text

NET = "net = nn.Linear(4, 1)\nx, y = torch.randn(8, 4), torch.rand(8, 1)\n"


def project(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(HEADER + text)


ENGINE = "def step(net, x, y, criterion):\n    return criterion(net(x), y)\n"
TRAIN = "from engine import step\ncriterion = nn.BCELoss()\nstep(nn.Linear(4, 1), torch.randn(8, 4), torch.rand(8, 1), criterion)\n"


def test_edit_lies_in_another_file_than_the_one_given(tmp_path: Path) -> None:
    project(tmp_path, engine=ENGINE, train=TRAIN)
    found = fixes([str(tmp_path / "engine.py")], session.choose_rules(), jobs=1)
    assert list(found.after) == [str(tmp_path / "train.py")]
    assert "criterion = nn.BCEWithLogitsLoss()" in found.after[str(tmp_path / "train.py")]


def test_edit_lies_in_a_package_that_is_a_project_of_its_own(tmp_path: Path) -> None:
    """Outside of a repository a package has a root of its own; a script beside it imports it, and is judged with its new text."""
    package = tmp_path / "losses"
    package.mkdir()
    project(package, __init__="", made="def made():\n    return nn.BCELoss()\n")
    project(tmp_path, train="from losses.made import made\nmade()(nn.Linear(4, 1)(torch.randn(8, 4)), torch.rand(8, 1))\n")
    found = fixes([str(tmp_path)], session.choose_rules(), unsafe=True, jobs=1)
    assert list(found.after) == [str(package / "made.py")]
    assert not found.left


def test_user_of_the_criterion_in_a_file_that_was_not_given_counts(tmp_path: Path) -> None:
    shared = "criterion = nn.BCELoss()\n"
    train = "from shared import criterion\ncriterion(nn.Linear(4, 1)(torch.randn(8, 4)), torch.rand(8, 1))\n"
    other = "from shared import criterion\ncriterion(torch.sigmoid(nn.Linear(4, 1)(torch.randn(8, 4))), torch.rand(8, 1))\n"
    project(tmp_path, shared=shared, train=train, other=other)
    found = fixes([str(tmp_path / "train.py")], session.choose_rules(), unsafe=True, jobs=1)
    assert list(found.after) == [str(tmp_path / "train.py")]
    assert "criterion(torch.sigmoid(nn.Linear(4, 1)(torch.randn(8, 4))), " in found.after[str(tmp_path / "train.py")]


SHARED = "criterion = nn.BCELoss()\n"
WRONG = "from shared import criterion\ncriterion(nn.Linear(4, 1)(torch.randn(8, 4)), torch.rand(8, 1))\n"
RIGHT = "from shared import criterion\ncriterion(torch.sigmoid(nn.Linear(4, 1)(torch.randn(8, 4))), torch.rand(8, 1))\n"


def test_user_of_the_criterion_in_a_file_that_is_excluded_counts(tmp_path: Path) -> None:
    project(tmp_path, shared=SHARED, wrong=WRONG, right=RIGHT)
    (tmp_path / "bcelint.toml").write_text('extend-exclude = ["right.py"]')
    assert not fixes([str(tmp_path)], Settings(), jobs=1).before
    (tmp_path / "bcelint.toml").write_text("")
    assert [left.finding.code for left in fixes([str(tmp_path)], Settings(), jobs=1).left] == ["BCE101"]
    (tmp_path / "right.py").unlink()
    assert list(fixes([str(tmp_path)], Settings(), jobs=1).after) == [str(tmp_path / "shared.py")]


def test_what_a_broken_file_may_use_is_a_judgement(tmp_path: Path) -> None:
    project(tmp_path, shared=SHARED, wrong=WRONG, right=RIGHT + "def broken(:\n")
    found = fixes([str(tmp_path)], session.choose_rules(), jobs=1)
    assert not found.before
    assert found.left[0].why.startswith("a file that may use it too can't be read; --unsafe would: use BCEWithLogitsLoss")
    assert list(fixes([str(tmp_path)], session.choose_rules(), unsafe=True, jobs=1).after) == [str(tmp_path / "shared.py")]


@pytest.mark.parametrize("is_foreseen", [True, False])
def test_a_target_that_suits_no_two_losses_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_foreseen: bool) -> None:
    """What one of them needs, the other refuses: the repairs would follow one another for ever. What no repair foresees, the next look sees."""
    why = "losses that want other targets are called there too; make the target where the loss is chosen"
    if not is_foreseen:
        monkeypatch.setattr(Context, "has_other_targets", lambda self, site: False)
        why = "the repair would have brought BCE204 in another case or at another place"
    text = "import sys\ncriterion = nn.CrossEntropyLoss() if len(sys.argv) > 1 else nn.BCEWithLogitsLoss()\n"
    project(tmp_path, train=text + "criterion(nn.Linear(4, 2)(torch.randn(8, 4)), torch.randint(0, 2, (8,)))\n")
    found = fixes([str(tmp_path)], session.choose_rules(), jobs=1)
    assert not found.before
    assert ("BCE201", why) in {(each.finding.code, each.why) for each in found.left}


def test_only_one_file_may_change(tmp_path: Path) -> None:
    project(tmp_path, engine=ENGINE, train=TRAIN)
    engine = str(tmp_path / "engine.py")
    found = fixes([engine], session.choose_rules(), unsafe=True, jobs=1, only=lambda path: path == engine)
    assert not found.before
    assert found.left[0].why.startswith("the repair lies in another file")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(NET + "F.binary_cross_entropy(net(x), y)  # noqa", id="at the call"),
        pytest.param(NET + "F.binary_cross_entropy(net(x), y)  # noqa: BCE101", id="by its code"),
        pytest.param("# flake8: noqa\n" + NET + "F.binary_cross_entropy(net(x), y)", id="whole file"),
    ],
)
def test_noqa_stops_the_fix(tmp_path: Path, text: str) -> None:
    result = fix_text(tmp_path, text)
    assert result.text == text + "\n"
    assert not result.reasons


def test_noqa_where_the_edit_would_be_stops_it_too(tmp_path: Path) -> None:
    text = NET + "c = nn.BCELoss()  # noqa: BCE101\nc(net(x), y)"
    result = fix_text(tmp_path, text)
    assert result.text == text + "\n"
    assert "noqa" in result.reasons[0][1]


def test_call_that_noqa_keeps_as_it_is_keeps_its_criterion(tmp_path: Path) -> None:
    text = NET + "c = nn.BCELoss()\nc(net(x), y)\nc(net(x), y)  # noqa: BCE101"
    assert "c = nn.BCELoss()\nc(torch.sigmoid(net(x)), y)\nc(net(x), y)  # noqa: BCE101\n" in fix_text(tmp_path, text).text


def test_selection(tmp_path: Path) -> None:
    text = NET + "F.binary_cross_entropy(net(x), y > 0.5)"
    assert fix_text(tmp_path, text, select=["BCE2"]).text == NET + "F.binary_cross_entropy(net(x), (y > 0.5).float())\n"


def test_notebooks_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notebook.ipynb").write_text('{"cells": []}')
    assert not fixes([str(tmp_path)], session.choose_rules(), jobs=1).before


def test_a_repair_that_does_not_remove_its_finding_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bcelint.fix import repairs
    from bcelint.fix.wrapping import behind

    def useless(context: object, site: CallSite) -> Repair:
        return behind(context.argument(site, "prediction"), ".clone()").repair(True, "clone it")  # type: ignore[attr-defined]

    monkeypatch.setitem(repairs.REPAIRS, "BCE101", useless)
    text = NET + "F.binary_cross_entropy(net(x), y)\nF.binary_cross_entropy_with_logits(net(x), y > 0.5)"
    result = fix_text(tmp_path, text)
    assert result.reasons == [("BCE101", "the repair would not have removed it")]
    assert result.text == NET + "F.binary_cross_entropy(net(x), y)\nF.binary_cross_entropy_with_logits(net(x), (y > 0.5).float())\n"


def test_a_repair_that_fails_costs_that_repair_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bcelint.fix import repairs

    def broken(context: object, site: CallSite) -> Repair:
        raise KeyError("x")

    monkeypatch.setitem(repairs.REPAIRS, "BCE101", broken)
    result = fix_text(tmp_path, NET + "F.binary_cross_entropy(net(x), y)")
    assert "please report it" in result.reasons[0][1]


def test_what_would_not_parse_is_dropped() -> None:
    good, bad = (Repair("safe", "", (Edit("/a.py", at, at + 1, new),)) for at, new in ((0, "z"), (4, "(")))
    texts, dropped = fitting([good, bad], lambda path: "x = y\n")
    assert (texts, dropped) == ({"/a.py": "z = y\n"}, [bad])


def test_edits_clash_where_they_overlap_or_fill_the_same_gap() -> None:
    assert Edit("a", 1, 3, "").clashes(Edit("a", 2, 4, ""))
    assert Edit("a", 2, 2, "x").clashes(Edit("a", 2, 2, "y"))
    assert not Edit("a", 2, 2, "x").clashes(Edit("a", 2, 2, "x"))
    assert not Edit("a", 1, 2, "").clashes(Edit("a", 2, 4, ""))
    assert not Edit("a", 1, 3, "").clashes(Edit("b", 1, 3, "z"))
    assert applied("abcd", [Edit("", 3, 4, "D"), Edit("", 0, 0, ">"), Edit("", 0, 1, "A")]) == ">AbcD"


def test_all_cases_of_a_finding_are_repaired_or_none() -> None:
    one = Repair("safe", "one", (Edit("a", 0, 1, "x"),), loss_at=((("a", 9), "BCELoss"),))
    two = Repair("unsafe", "two", (Edit("a", 4, 5, "y"),), loss_at=((("a", 9), "BCELoss"),))
    other = Repair("safe", "other", (Edit("a", 6, 7, "y"),), loss_at=((("a", 9), "BCEWithLogitsLoss"),))
    both = whole([one, two])
    assert isinstance(both, Repair)
    assert (both.applicability, len(both.edits)) == ("unsafe", 2)
    assert isinstance(whole([one, other]), Refusal)
    assert whole([one, Refusal("no")]) == Refusal("no")


def test_places_move_with_the_text() -> None:
    moves = Moves({"a": ("x\ny = f(g(z))\n", "import q\nx\ny = f(z)\n")})
    assert moves.position(Position("a", 2, 5, 2, 12)).line == 3
    assert moves.position(Position("a", 2, 5, 2, 12)).column == 5
    assert moves.position(Position("b", 2, 5, 2, 12)).line == 2


def test_the_cache_serves_repairs_too(tmp_path: Path) -> None:
    project(tmp_path, program=NET + "F.binary_cross_entropy(net(x), torch.ones(8, dtype=torch.long))\n")
    path = str(tmp_path / "program.py")
    cache = Cache(str(tmp_path / "cache"))
    first, second = (fixes([path], session.choose_rules(), jobs=1, cache=cache) for _ in range(2))
    assert first.after
    assert first == second
    assert first == fixes([path], session.choose_rules(), jobs=1)


def test_check_names_the_repair(tmp_path: Path) -> None:
    project(tmp_path, program=NET + "F.binary_cross_entropy(net(x), y)\nF.binary_cross_entropy(torch.tanh(net(x)), y)\n")
    result = session.analyse([str(tmp_path)], session.choose_rules(), jobs=1)
    assert [repair.title for repair in mark(result).values()] == ["use binary_cross_entropy_with_logits"]
    one, other = result.findings
    assert one.fix == Fix("safe", "use binary_cross_entropy_with_logits")
    assert one.as_json()["fix"] == {"applicability": "safe", "title": "use binary_cross_entropy_with_logits"}
    assert other.fix is None
    output = CliRunner().invoke(main, ["check", "-j", "1", str(tmp_path)]).stdout
    assert output.count("    bcelint fix: use binary_cross_entropy_with_logits\n") == 1


def test_command_of_libcst(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(HEADER + NET + "F.binary_cross_entropy(net(x), y)\n")
    # LibCST's tool formats what has changed; without a configuration by black, which need not be here.
    (tmp_path / ".libcst.codemod.yaml").write_text("formatter: ['cat']\n")
    command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "bcelint.codemod.FixLosses", str(path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert path.read_text() == HEADER + NET + "F.binary_cross_entropy_with_logits(net(x), y)\n"
