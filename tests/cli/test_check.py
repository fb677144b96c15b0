"""``bcelint check``: what it prints and what it returns."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any, Callable

import pytest
from click.testing import Result
from rich.cells import cell_len

from bcelint.analysis import session

Check = Callable[..., Result]
Findings = Callable[..., "list[dict[str, Any]]"]


@pytest.fixture
def check(invoke: Check) -> Check:
    return functools.partial(invoke, "check")


@pytest.fixture
def findings(check: Check) -> Findings:
    def run(*arguments: str, **kwargs: Any) -> list[dict[str, Any]]:
        found = json.loads(check(*arguments, "--output-format", "json", **kwargs).stdout)
        assert isinstance(found, list)
        return found

    return run


def test_text(project: Path, check: Check) -> None:
    result = check()
    lines = result.stdout.splitlines()
    assert re.fullmatch(r"train\.py:9:8: BCE102 probabilities reach .* model\.py:11.*", lines[0])
    assert lines[1] == "    9 | loss = bce_logits(net(x), y)"
    assert lines[2] == "      |        ^^^^^^^^^^^^^^^^^^^^^"
    assert any(line.startswith("    model.py:11:16: ") for line in lines[3:-1])
    assert lines[-1] == "Found 1 problem."
    assert result.exit_code == 1


def test_nothing_found(project: Path, check: Check) -> None:
    (project / "model.py").write_text((project / "model.py").read_text().replace("torch.sigmoid(self.fc(x))", "self.fc(x)"))
    result = check()
    assert result.stdout == "All checks passed!\n"
    assert result.exit_code == 0
    assert check("--quiet").stdout == ""


def test_json(project: Path, findings: Findings) -> None:
    (only,) = findings()
    assert set(only) == {"code", "name", "message", "path", "line", "column", "end_line", "end_column", "advice", "trace", "fix"}
    assert (only["code"], only["name"], only["advice"]) == ("BCE102", "double-sigmoid", False)
    assert only["fix"]["applicability"] == "unsafe"
    assert only["fix"]["title"].startswith("use binary_cross_entropy;")
    assert (only["path"], only["line"], only["column"], only["end_line"], only["end_column"]) == ("train.py", 9, 8, 9, 29)
    assert all(set(step) == {"path", "line", "column", "note"} for step in only["trace"])
    first = only["trace"][0]
    assert (first["path"], first["line"], first["column"], first["note"]) == ("model.py", 11, 16, "sigmoid")


def test_json_of_nothing_is_an_empty_list(project: Path, check: Check) -> None:
    (project / "train.py").unlink()
    result = check("--output-format", "json")
    assert json.loads(result.stdout) == []
    assert result.exit_code == 0


def test_a_step_of_the_trace_in_a_given_path_counts(project: Path, findings: Findings) -> None:
    (project / "other.py").write_text("import model\n")
    assert [f["path"] for f in findings("model.py")] == ["train.py"]
    assert [f["path"] for f in findings("train.py")] == ["train.py"]
    assert findings("other.py") == []


def test_a_folder_counts_with_all_below_it(project: Path, findings: Findings) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "empty.py").write_text("")
    assert findings("sub") == []
    assert len(findings(".")) == 1
    assert len(findings(str(project))) == 1


def test_select_and_ignore(project: Path, findings: Findings) -> None:
    assert len(findings("--select", "BCE102")) == 1
    assert len(findings("--select", "BCE201,BCE1")) == 1
    assert findings("--select", "BCE201", "--select", "BCE301") == []
    assert findings("--ignore", "BCE201,BCE102") == []
    assert findings("--ignore", "bce1") == []


def test_an_unknown_code_is_a_usage_error(project: Path, check: Check) -> None:
    result = check("--select", "BCE199")
    assert result.exit_code == 2
    assert "BCE199" in result.stderr
    assert check("--ignore", "E501").exit_code == 2


def test_noqa(project: Path, check: Check) -> None:
    source = (project / "train.py").read_text()
    (project / "train.py").write_text(source.replace("net(x), y)", "net(x), y)  # noqa: BCE102"))
    assert check().exit_code == 0
    (project / "train.py").write_text(source.replace("net(x), y)", "net(x), y)  # noqa: BCE201"))
    assert check().exit_code == 1
    (project / "train.py").write_text("# flake8: noqa\n" + source)
    assert check().exit_code == 0


def test_stdin_wins_over_the_file_on_disk(project: Path, check: Check, findings: Findings) -> None:
    text = "\n" + (project / "train.py").read_text()
    (project / "train.py").write_text("")
    (only,) = findings("-", "--stdin-filename", "train.py", input=text)
    assert (only["path"], only["line"], only["trace"][0]["path"]) == ("train.py", 10, "model.py")
    shown = check("-", "--stdin-filename", "train.py", input=text)
    assert "   10 | loss = bce_logits(net(x), y)" in shown.stdout


def test_stdin_for_a_file_that_is_not_there(project: Path, findings: Findings) -> None:
    text = (project / "train.py").read_text()
    (project / "train.py").unlink()
    assert [f["path"] for f in findings("-", "--stdin-filename", "new.py", input=text)] == ["new.py"]
    assert len(findings("-", input=text)) == 1


def test_stdin_and_other_paths_do_not_mix(project: Path, check: Check) -> None:
    assert check("-", "train.py", input="").exit_code == 2


def test_a_path_that_does_not_exist(project: Path, check: Check) -> None:
    result = check("nowhere.py")
    assert result.exit_code == 2
    assert "warning: nowhere.py: " in result.stderr
    beside = check("nowhere.py", "train.py")
    assert beside.exit_code == 1
    assert "warning: nowhere.py: " in beside.stderr


@pytest.mark.parametrize("content", [b"def broken(:\nimport torch.nn\n", b"import torch.nn\n\xff\xfe\x00", b"import torch.nn\n'\x00'\n"])
def test_a_bad_file_is_one_warning(project: Path, content: bytes, check: Check) -> None:
    (project / "bad.py").write_bytes(content + b"torch.nn.functional.binary_cross_entropy_with_logits(x, y)  # bce_logits\n")
    result = check()
    assert result.exit_code == 1
    assert len([line for line in result.stderr.splitlines() if line.startswith("warning: bad.py: ")]) == 1
    assert len(result.stderr.splitlines()) == 1


def test_a_bad_file_without_a_loss_is_not_passed_over(project: Path, check: Check) -> None:
    (project / "bad.py").write_bytes(b"# coding: no-such-codec\n")
    (project / "worse.py").write_bytes(b"x = '\xff'\n")
    warnings = check().stderr.splitlines()
    assert [line.partition(".py: ")[0] for line in warnings] == ["warning: bad", "warning: worse"]


def test_an_empty_folder_passes(project: Path, check: Check) -> None:
    (project / "empty").mkdir()
    assert check("empty").exit_code == 0


def test_long_lines_and_markup_come_out_as_they_are(project: Path, check: Check) -> None:
    source = (project / "train.py").read_text()
    tail = "[red]not markup[/red] :smile: " + "x" * 300
    (project / "train.py").write_text(source.replace("net(x), y)", f"net(x), y)  # {tail}"))
    assert f"    9 | loss = bce_logits(net(x), y)  # {tail}" in check().stdout.splitlines()


def test_source_cannot_steer_the_terminal(project: Path, check: Check) -> None:
    source = (project / "train.py").read_text()
    (project / "train.py").write_text(source.replace("net(x), y)", "net(x), y)  # \x1b[31m"))
    assert "\x1b" not in check(color=True).stdout


@pytest.mark.parametrize("before", ['s = "日本é"; ', "if True:\tw = 1; ", "s = 'e\u0301'; "])
def test_the_underline_is_below_the_call(project: Path, before: str, check: Check, findings: Findings) -> None:
    source = (project / "train.py").read_text()
    (project / "train.py").write_text(source.replace("loss = bce", f"{before}loss = bce"), encoding="utf-8")
    assert findings()[0]["column"] == len(before) + 8
    _, line, below, *_ = check().stdout.splitlines()
    assert "\t" not in line
    assert below.index("^") == cell_len(line[: line.index("bce_logits")])


def test_jobs_make_no_difference(project: Path, findings: Findings) -> None:
    train = (project / "train.py").read_text()
    for number in range(13):
        (project / f"train{number:02}.py").write_text(train)
    alone = findings("--jobs", "1")
    assert len(alone) == 14
    assert findings("--jobs", "2") == alone


def test_a_crash_is_not_a_finding(project: Path, monkeypatch: pytest.MonkeyPatch, check: Check) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(session, "analyse", fail)
    result = check()
    assert result.exit_code == 2
    assert "out of luck" in result.stderr


def test_interrupted(project: Path, monkeypatch: pytest.MonkeyPatch, check: Check) -> None:
    def interrupt(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "analyse", interrupt)
    result = check()
    assert result.exit_code == 130
    assert "Traceback" not in result.output


def test_one_entry_that_fails_leaves_the_others(crashing: Path, check: Check) -> None:
    result = check()
    assert "train.py:9:8: BCE102" in result.stdout
    assert "warning: broken.py: " in result.stderr
    assert "out of luck" in result.stderr
    assert result.exit_code == 2
