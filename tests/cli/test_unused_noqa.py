"""``check --unused-noqa``, and ``--bcelint-unused-noqa`` of the flake8 plugin."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest
from click.testing import Result

import bcelint

Invoke = Callable[..., Result]
Flake8 = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def found(invoke: Invoke) -> Callable[..., list[tuple[str, int, str]]]:
    def run(*arguments: str, **kwargs: Any) -> list[tuple[str, int, str]]:
        printed = invoke("check", "--unused-noqa", "--output-format", "json", *arguments, **kwargs).stdout
        return [(each["path"], each["line"], each["code"]) for each in json.loads(printed)]

    return run


Found = Callable[..., "list[tuple[str, int, str]]"]


@pytest.fixture
def marked(project: Path) -> Path:
    """One comment that silences, and one in either file that does not."""
    source = (project / "train.py").read_text()
    source = source.replace("net(x), y)", "net(x), y)  # noqa: BCE102").replace("loss.backward()", "loss.backward()  # noqa: BCE102")
    (project / "train.py").write_text(source)
    model = (project / "model.py").read_text()
    (project / "model.py").write_text(model.replace("nn.Linear(8, 3)", "nn.Linear(8, 3)  # noqa: E501, BCE103"))
    return project


def test_off_by_default(marked: Path, invoke: Invoke, found: Found) -> None:
    assert invoke("check").exit_code == 0
    assert found() == [("model.py", 8, "BCE001"), ("train.py", 10, "BCE001")]
    result = invoke("check", "--select", "BCE001,BCE1", "--output-format", "concise")
    assert result.stdout.splitlines()[1] == "train.py:10:18: BCE001 unused noqa: BCE102 is not found here; drop it"
    assert result.exit_code == 1
    assert [finding.position.line for finding in bcelint.check_paths(["."], select=["BCE001", "BCE1"])] == [8, 10]


def test_only_the_files_of_the_run(marked: Path, found: Found) -> None:
    assert found("model.py") == [("model.py", 8, "BCE001")]
    assert found("train.py") == [("train.py", 10, "BCE001")]


def test_only_selected_codes(marked: Path, found: Found) -> None:
    assert found("--select", "BCE103") == [("model.py", 8, "BCE001")]
    assert found("--select", "BCE2") == []
    assert found("--ignore", "BCE102") == [("model.py", 8, "BCE001")]
    assert found("--ignore", "BCE001") == []


def test_only_files_that_were_judged(marked: Path, found: Found) -> None:
    """A broken file may hold the call that makes a comment useful, in whatever hangs together with it."""
    (marked / "alone.py").write_text("x = 1  # noqa: BCE102\n")
    (marked / "user.py").write_text("import train\ndef broken(:\n    binary_cross_entropy_with_logits\n")
    assert found() == [("alone.py", 1, "BCE001")]
    (marked / "user.py").write_bytes(b"import train\n# \xff\n")
    assert found() == [("alone.py", 1, "BCE001")]
    (marked / "user.py").unlink()
    assert len(found()) == 3


def test_not_where_a_loss_call_is_unknown(project: Path, found: Found) -> None:
    (project / "train.py").write_text(
        "import torch.nn.functional as F\nfrom elsewhere import p, y\n\nF.binary_cross_entropy(p, y)  # noqa: BCE101\nprint()  # noqa: BCE101\n"
    )
    assert found() == [("train.py", 5, "BCE001")]


def test_stdin(marked: Path, found: Found) -> None:
    text = "\n" + (marked / "train.py").read_text()
    assert found("-", "--stdin-filename", "train.py", input=text) == [("train.py", 11, "BCE001")]


def test_a_noqa_of_its_own(marked: Path, found: Found) -> None:
    for name in ("model.py", "train.py"):
        (marked / name).write_text((marked / name).read_text().replace("# noqa: ", "# noqa: BCE001, "))
    assert found() == []


def test_add_noqa_does_not_silence_it(marked: Path, invoke: Invoke) -> None:
    before = (marked / "train.py").read_text()
    result = invoke("check", "--unused-noqa", "--add-noqa")
    assert (result.exit_code, result.stdout) == (1, "Silenced 0 findings.\n")
    assert result.stderr.count("drop the comment instead") == 2
    assert (marked / "train.py").read_text() == before


def test_levels(marked: Path, invoke: Invoke) -> None:
    said = invoke("check", "--unused-noqa", "--output-format", "github").stdout.splitlines()
    assert [line.partition(" ")[0] for line in said] == ["::warning", "::warning"]
    results = json.loads(invoke("check", "--unused-noqa", "--output-format", "sarif").stdout)["runs"][0]["results"]
    assert [(result["ruleId"], result["level"]) for result in results] == [("BCE001", "warning")] * 2


def test_a_baseline_holds_it(marked: Path, invoke: Invoke) -> None:
    invoke("check", "--unused-noqa", "--write-baseline", "known.json")
    assert invoke("check", "--unused-noqa", "--baseline", "known.json").exit_code == 0
    assert invoke("check", "--baseline", "known.json").stderr == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: BCE102\n", "x = 1\n"),
        ("x = 1  # noqa: BCE102", "x = 1"),
        ("x = 1\t# noqa:bce102,\n", "x = 1\n"),
        ("x = 1  # why  # noqa: BCE102\n", "x = 1  # why\n"),
        ("x = 1  # noqa: BCE102 because\n", "x = 1  # because\n"),
        ("x = 1  # noqa: BCE102  # type: ignore\n", "x = 1  # type: ignore\n"),
        ("x = 1  # noqa: E501, BCE102, W291\n", "x = 1  # noqa: E501, W291\n"),
        ("x = 1  # NOQA:BCE102 E501 because\n", "x = 1  # NOQA: E501 because\n"),
        ("x = 1  # noqa: BCE102, BCE777\n", "x = 1\n"),
        ("x = 1  # noqa: BCEX1, E501\n", "x = 1  # noqa: E501\n"),
        ("x = \\\n    1  # noqa: BCE102\ny = 2\n", "x = \\\n    1\ny = 2\n"),
        ("é = 1  # noqa: BCE102\r\ny = '''\r\n'''  # noqa: BCE1\r\n", "é = 1\r\ny = '''\r\n'''\r\n"),
    ],
)
def test_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Invoke, before: str, after: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.py"
    path.write_bytes(before.encode())
    assert invoke("fix").stdout == "Nothing to fix!\n"
    assert invoke("check", "--unused-noqa", "--output-format", "json").stdout.count('"applicability": "safe"') >= 1
    assert invoke("fix", "--unused-noqa", "--allow-dirty").exit_code == 0
    assert path.read_bytes() == after.encode()
    assert invoke("check", "--unused-noqa").exit_code == 0


def test_fix_leaves_the_comments_that_are_used(marked: Path, invoke: Invoke) -> None:
    before = (marked / "train.py").read_text()
    assert invoke("fix", "--unsafe", "--unused-noqa", "--allow-dirty").exit_code == 0
    assert (marked / "train.py").read_text() == before.replace("loss.backward()  # noqa: BCE102", "loss.backward()")
    assert "# noqa: E501\n" in (marked / "model.py").read_text()


def test_flake8(marked: Path, flake8: Flake8) -> None:
    def found(*arguments: str) -> list[str]:
        return sorted(flake8(*arguments, ".").stdout.splitlines())

    assert found() == []
    both = [
        "./model.py:8:36: BCE001 unused noqa: BCE103 is not found here; drop BCE103 from it",
        "./train.py:10:18: BCE001 unused noqa: BCE102 is not found here; drop it",
    ]
    assert found("--bcelint-unused-noqa") == both
    (marked / "setup.cfg").write_text("[flake8]\nbcelint-unused-noqa = true\n")
    assert found() == both
    (marked / "user.py").write_text("import train\ndef broken(:\n    binary_cross_entropy_with_logits\n")
    assert found() == []


def test_configured(marked: Path, invoke: Invoke, flake8: Flake8, found: Found) -> None:
    """A configuration can select it, for flake8 too, and what it ignores in a file is not missed there."""
    (marked / "bcelint.toml").write_text('select = ["BCE001", "BCE1"]\n')
    said = invoke("check", "--output-format", "concise", "-q").stdout.splitlines()
    assert [line.split()[1] for line in said] == ["BCE001", "BCE001"]
    assert sorted(line.split()[1] for line in flake8(".").stdout.splitlines()) == ["BCE001", "BCE001"]
    (marked / "bcelint.toml").write_text('per-file-ignores = {"model.py" = ["BCE103"]}\n')
    assert found() == [("train.py", 10, "BCE001")]
    (marked / "bcelint.toml").write_text('per-file-ignores = {"train.py" = ["BCE001"]}\n')
    assert found() == [("model.py", 8, "BCE001")]


def test_around_what_cannot_be_read_by_the_configured_source_roots(project: Path, found: Found) -> None:
    """``train.py`` hangs together with the broken module only as the configuration resolves the import."""
    broken = project / "parts" / "code" / "heads.py"
    broken.parent.mkdir(parents=True)
    broken.write_text("from torch.nn import BCELoss\ndef head(:\n")
    (project / "other").mkdir()
    (project / "other" / "heads.py").write_text("")  # another module of that name: which one is meant, only the configuration says
    source = (project / "train.py").read_text().replace("loss.backward()", "loss.backward()  # noqa: BCE101")
    (project / "train.py").write_text(f"import heads\n{source}")
    assert found() == [("train.py", 10, "BCE102"), ("train.py", 11, "BCE001")]
    (project / "pyproject.toml").write_text('[tool.bcelint]\nsource-roots = ["parts/code"]\n')
    assert found() == [("train.py", 10, "BCE102")]
