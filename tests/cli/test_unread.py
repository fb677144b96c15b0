"""What can't be read is named, counted, and no success, whichever way in and whichever form."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import nbformat
import pytest
from click.testing import Result

import bcelint
from tests.projects import LOGITS_MODEL

Invoke = Callable[..., Result]

BROKEN = "from torch import nn\nloss = = nn.BCELoss()\n"
WRONG = "broken.py:2: warning: "
V4 = nbformat.v4


@pytest.fixture
def broken(project: Path) -> Path:
    """The project with its finding, and a file that can't be parsed."""
    (project / "broken.py").write_text(BROKEN)
    return project


@pytest.fixture
def right(broken: Path) -> Path:
    """The same without the finding."""
    (broken / "model.py").write_text(LOGITS_MODEL)
    return broken


def write_notebook(path: Path, *cells: str) -> None:
    nbformat.write(V4.new_notebook(cells=[V4.new_code_cell(cell) for cell in cells]), str(path))


def test_beside_findings(broken: Path, invoke: Invoke) -> None:
    done = invoke("check")
    assert done.exit_code == 1
    *_, named, summary = done.stdout.splitlines()
    assert named.startswith("broken.py:2: warning: syntax error: ")
    assert "(line" not in named
    assert summary == "Found 1 problem; 1 file could not be read."
    (line,) = done.stderr.splitlines()
    assert line.startswith("warning: broken.py: syntax error: ")
    assert line.endswith("(line 2)")


@pytest.mark.parametrize("form", ["text", "concise"])
def test_without_findings(right: Path, invoke: Invoke, form: str) -> None:
    done = invoke("check", "--output-format", form)
    named, summary = done.stdout.splitlines()
    assert named.startswith(WRONG)
    assert (summary, done.exit_code) == ("Found 0 problems; 1 file could not be read.", 2)
    done = invoke("check", "--output-format", form, "--quiet")
    assert (done.stdout, done.exit_code) == ("", 2)
    assert done.stderr.startswith("warning: broken.py: ")


def test_json_stays_a_list_of_findings(right: Path, invoke: Invoke) -> None:
    done = invoke("check", "--output-format", "json")
    assert (done.stdout, done.exit_code) == ("[]\n", 2)
    assert done.stderr.startswith("warning: broken.py: ")


def test_github(right: Path, invoke: Invoke) -> None:
    write_notebook(right / "train.ipynb", "from torch import nn", "\nloss = = nn.BCELoss()")
    (right / "gone, 100%.py").write_bytes(b"'\xff'\n")
    commands = invoke("check", "--output-format", "github").stdout.splitlines()
    assert [command.split("::")[1] for command in commands] == [
        "warning file=broken.py,line=2,title=could not be read",
        "warning file=gone%2C 100%25.py,line=1,title=could not be read",
        "warning file=train.ipynb,line=1,title=could not be read",
    ]
    assert "::broken.py:2: syntax error: " in commands[0]
    assert "::train.ipynb:cell 2:2: syntax error: " in commands[2]


@pytest.mark.parametrize("form", ["text", "concise", "github", "sarif"])
def test_output_file(right: Path, invoke: Invoke, form: str) -> None:
    invoke("check", "--output-format", form, "-o", "out.txt")
    assert "broken.py" in (right / "out.txt").read_text()


@pytest.mark.parametrize("form", ["text", "concise", "json"])
def test_statistics(right: Path, invoke: Invoke, form: str) -> None:
    done = invoke("check", "--statistics", "--output-format", form)
    assert done.exit_code == 2
    assert done.stdout == ("[]\n" if form == "json" else "Found 0 problems; 1 file could not be read.\n")


def test_files_cells_and_folders_are_counted(project: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "latin.py").write_bytes(b"# \xe9\n")
    (project / "null.py").write_bytes(b"'\0'\n")
    (project / "sub").mkdir()
    write_notebook(project / "train.ipynb", "from torch import nn\nloss = = nn.BCELoss()", "ok = 1", "x = = 2")
    scan = os.scandir

    def refused(path: str) -> Any:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    done = invoke("check", ".", "nowhere.py")
    said = "Found 1 problem; 3 files, 2 cells and 1 folder could not be read."
    assert done.stdout.splitlines()[-1] == said
    assert len(done.stderr.splitlines()) == 6
    assert done.exit_code == 1


@pytest.mark.parametrize("data", [b"# \xe9\n", b"# coding: nonsense\n", b"\xff\xfex\0", b"x = '\0'\n"])
def test_what_is_no_text_counts_whether_it_reaches_a_loss_or_not(project: Path, invoke: Invoke, data: bytes) -> None:
    (project / "train.py").write_text("")
    (project / "bad.py").write_bytes(data)
    done = invoke("check")
    assert done.exit_code == 2
    assert done.stdout.splitlines()[-1] == "Found 0 problems; 1 file could not be read."


def test_an_unreadable_file(project: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "model.py").write_text(LOGITS_MODEL)
    (project / "locked.py").write_text("")
    real = open

    def refused(path: Any, *arguments: Any, **keywords: Any) -> Any:
        if str(path).endswith("locked.py"):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **keywords)

    monkeypatch.setattr("builtins.open", refused)
    done = invoke("check")
    assert done.stdout == "locked.py: warning: can't be read: Permission denied\nFound 0 problems; 1 file could not be read.\n"
    assert done.exit_code == 2


def test_what_reaches_no_loss_is_never_parsed(project: Path, invoke: Invoke) -> None:
    """Neither a module nor a cell."""
    (project / "model.py").write_text(LOGITS_MODEL)
    (project / "plain.py").write_text("def f(:\n")
    write_notebook(project / "plot.ipynb", "import matplotlib", "plot(=")
    done = invoke("check")
    assert (done.stdout, done.stderr, done.exit_code) == ("All checks passed!\n", "", 0)


def test_a_cell_that_alone_names_the_loss(project: Path, invoke: Invoke) -> None:
    (project / "train.py").write_text("")
    write_notebook(project / "train.ipynb", "import torch", "loss = = torch.nn.BCELoss()", "x = 1")
    done = invoke("check")
    assert done.stdout.startswith("train.ipynb:cell 2:1: warning: ")
    assert done.stdout.endswith("\nFound 0 problems; 1 cell could not be read.\n")
    assert done.exit_code == 2


@pytest.mark.parametrize("text", ["'\0'", BROKEN])
def test_stdin(project: Path, invoke: Invoke, text: str) -> None:
    done = invoke("check", "-", "--stdin-filename", "new.py", input=text)
    assert done.stdout.startswith("new.py:")
    assert done.stdout.endswith("Found 0 problems; 1 file could not be read.\n")
    assert done.exit_code == 2
    done = invoke("check", "-", "--stdin-filename", "new.ipynb", input="{")
    assert (done.stdout.splitlines()[-1], done.exit_code) == ("Found 0 problems; 1 file could not be read.", 2)


def test_another_file_that_the_run_hangs_on(right: Path, invoke: Invoke) -> None:
    """A module that is checked is judged by its users too, so it matters that one of them can't be read."""
    (right / "broken.py").write_text(f"import train\n{BROKEN}")
    (right / "other.py").write_text("")
    assert invoke("check", "train.py").exit_code == 2
    assert invoke("check", "other.py").exit_code == 0
    (right / "bcelint.toml").write_text('extend-exclude = ["broken.py"]\n')
    assert invoke("check", "train.py").exit_code == 0


def test_what_is_excluded_is_passed_over_unless_it_is_named(right: Path, invoke: Invoke) -> None:
    (right / "bcelint.toml").write_text('extend-exclude = ["broken.py"]\n')
    (right / "train.py").write_text("import broken\n" + (right / "train.py").read_text())
    done = invoke("check")
    assert (done.stdout, done.stderr, done.exit_code) == ("All checks passed!\n", "", 0)
    assert invoke("check", "broken.py").exit_code == 2
    assert invoke("check", "broken.py", "--force-exclude").exit_code == 0


def test_an_error_of_our_own_is_told_apart(crashing: Path, invoke: Invoke) -> None:
    done = invoke("check")
    assert done.stdout.splitlines()[-1] == "Found 1 problem; 1 file could not be judged."
    assert done.exit_code == 2
    (crashing / "worse.py").write_bytes(b"'\xff'\n")
    assert invoke("check").stdout.splitlines()[-1] == "Found 1 problem; 1 file could not be read; 1 file could not be judged."


def test_an_error_in_one_entry_point_is_one_of_our_own(project: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    from bcelint.trace import tracer

    def fail(*arguments: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(tracer, "_run_entry", fail)
    done = invoke("check")
    assert done.stdout.splitlines()[-1].endswith("could not be judged.")
    assert done.exit_code == 2


def test_trace(broken: Path, invoke: Invoke) -> None:
    done = invoke("trace")
    *_, named, summary, _, reason = done.stdout.splitlines()
    assert named.startswith(WRONG)
    assert summary == "2 loss calls: 0 ok, 0 partly, 1 misuse, 1 unknown; 50% judged wholly; 1 file could not be read"
    assert reason.startswith("     1  not reached: the file can't be parsed (syntax error: ")
    assert done.exit_code == 2
    Path("broken.py").write_text("from torch.nn import BCELoss\nloss = = 1\n")
    done = invoke("trace", "broken.py")
    assert done.stdout.splitlines()[-1] == "No loss calls found; 1 file could not be read."
    assert done.exit_code == 2
    done = invoke("trace", "--output-format", "json")
    (unread,) = json.loads(done.stdout)["unread"]
    assert (unread["path"], unread["line"], done.exit_code) == ("broken.py", 2, 2)
    assert unread["reason"].startswith("syntax error: ")


def test_fix(broken: Path, invoke: Invoke) -> None:
    (broken / "broken.py").write_text(f"import train\n{BROKEN}")
    done = invoke("fix", "--unsafe", "--allow-dirty", "--diff")
    assert done.stderr.splitlines()[-1] == "Would fix 1, left 0; 1 file could not be read."
    assert done.exit_code == 1
    done = invoke("fix", "--unsafe", "--allow-dirty")
    assert done.stdout.splitlines()[-1] == "Fixed 1, left 0; 1 file could not be read."
    assert done.exit_code == 2
    done = invoke("fix")
    assert (done.stdout, done.exit_code) == ("Nothing to fix; 1 file could not be read.\n", 2)
    done = invoke("fix", "--diff")
    assert (done.stdout, done.stderr.splitlines()[-1], done.exit_code) == ("", "Nothing to fix; 1 file could not be read.", 2)
    assert done.stderr.startswith("warning: broken.py: ")


def test_fix_that_leaves_something(broken: Path, invoke: Invoke) -> None:
    done = invoke("fix", "--allow-dirty")
    assert done.stdout.splitlines()[-1] == "Fixed 0, left 1; 1 file could not be read."
    assert done.exit_code == 1


def test_add_noqa(broken: Path, invoke: Invoke) -> None:
    for count in ("1 finding", "0 findings"):
        done = invoke("check", "--add-noqa")
        assert (done.stdout, done.exit_code) == (f"Silenced {count}; 1 file could not be read.\n", 2)


def test_a_baseline(broken: Path, invoke: Invoke) -> None:
    done = invoke("check", "--write-baseline", "known.json")
    assert (done.stdout, done.exit_code) == ("Wrote a baseline of 1 finding; 1 file could not be read.\n", 2)
    done = invoke("check", "--baseline", "known.json")
    assert done.stdout.splitlines()[-1] == "Found 0 problems; 1 file could not be read."
    assert done.exit_code == 2


def test_the_cache_forgets_no_trouble(right: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("BCELINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    first, second = invoke("check"), invoke("check")
    assert (first.stdout, first.stderr, first.exit_code) == (second.stdout, second.stderr, second.exit_code)
    assert first.exit_code == 2


def test_the_hook_fails(right: Path) -> None:
    """``bcelint check`` as the hook runs it, on what is committed."""
    command = [sys.executable, "-m", "bcelint", "check", "--force-exclude", "broken.py"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert "broken.py:2" in done.stdout


def test_the_api_warns(broken: Path) -> None:
    with pytest.warns(bcelint.UnreadWarning, match=r"^broken\.py: syntax error: .* \(line 2\)$") as seen:
        (finding,) = bcelint.check_paths(["."])
    assert finding.code == "BCE102"
    assert [(Path(each.filename).name, type(each.message)) for each in seen] == [(Path(__file__).name, bcelint.UnreadWarning)]
    with pytest.warns(bcelint.UnreadWarning):
        calls = bcelint.loss_calls(["."])
    assert [call.verdict.value for call in calls] == ["unknown", "misuse"]
    with pytest.warns(bcelint.UnreadWarning, match=r"^new\.py: "):
        assert bcelint.check_text(BROKEN, "new.py") == []
    with pytest.warns(bcelint.UnreadWarning, match=r"^nowhere\.py: no such file or folder$"):
        assert bcelint.check_paths(["nowhere.py"]) == []


def test_flake8_says_so_itself(broken: Path) -> None:
    """The plugin is not asked about a file that flake8 can't parse, and says nothing of others."""
    (broken / "latin.py").write_bytes(b"import train\n# \xe9\n")
    (broken / "broken.py").write_text(f"import train\n{BROKEN}")
    command = [sys.executable, "-m", "flake8", "--select", "BCE,E9", "."]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    assert sorted(line.split()[1] for line in done.stdout.splitlines()) in (["BCE102", "E902", "E999"], ["BCE102", "E999"])
    assert done.returncode == 1
