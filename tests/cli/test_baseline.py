"""``--write-baseline`` and ``--baseline``: a team starts from today."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest
from click.testing import Result

import bcelint

Invoke = Callable[..., Result]
Flake8 = Callable[..., "subprocess.CompletedProcess[str]"]

FILE = "baseline.json"
TWIN = "loss = bce_logits(net(x), y)\n"
OTHER = "other = bce_logits(net(x), 1 - y)\n"


@pytest.fixture
def lines(invoke: Invoke) -> Callable[..., list[int]]:
    """The lines of what ``check --baseline`` finds in train.py."""

    def run(*arguments: str, **kwargs: Any) -> list[int]:
        found = json.loads(invoke("check", "--baseline", FILE, "--output-format", "json", *arguments, **kwargs).stdout)
        return [each["line"] for each in found]

    return run


@pytest.fixture
def known(project: Path, invoke: Invoke) -> Path:
    """The project with its one finding in the baseline."""
    result = invoke("check", "--write-baseline", FILE)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "Wrote a baseline of 1 finding.\n", "")
    return project


def add(path: Path, text: str, where: str = "end") -> None:
    old = path.read_text()
    path.write_text(text + old if where == "start" else old + text)


def test_what_is_known_is_not_reported(known: Path, invoke: Invoke) -> None:
    result = invoke("check", "--baseline", FILE)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "All checks passed!\n", "")
    assert invoke("check").exit_code == 1


def test_unrelated_edits(known: Path, lines: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    train = known / "train.py"
    add(train, "# a line\n\n", "start")
    train.write_text(train.read_text().replace("loss = bce", "if x is not None:\n    loss = bce"))
    assert lines() == []
    add(train, OTHER)
    assert lines() == [14]
    moved = known.with_name("moved")
    shutil.move(str(known), moved)
    monkeypatch.chdir(moved)
    assert lines() == [14]
    monkeypatch.chdir(moved.parent)
    found = bcelint.check_paths(["moved"], baseline=f"moved/{FILE}")
    assert [finding.position.line for finding in found] == [14]


def test_another_file_with_the_same_line_is_new(known: Path, invoke: Invoke) -> None:
    shutil.copy(known / "train.py", known / "again.py")
    found = json.loads(invoke("check", "--baseline", FILE, "--output-format", "json").stdout)
    assert [each["path"] for each in found] == ["again.py"]


def test_twins_are_counted(known: Path, invoke: Invoke, lines: Callable[..., list[int]]) -> None:
    add(known / "train.py", TWIN + TWIN)
    assert lines() == [11, 12]
    assert invoke("check", "--write-baseline", FILE).stdout == "Wrote a baseline of 3 findings.\n"
    assert lines() == []
    add(known / "train.py", TWIN)
    assert lines() == [13]


def test_another_code_on_a_known_line_is_new(known: Path, lines: Callable[..., list[int]], invoke: Invoke) -> None:
    (known / "train.py").write_text((known / "train.py").read_text().replace("torch.rand(4, 3)", "torch.randint(0, 2, (4, 3))"))
    found = json.loads(invoke("check", "--baseline", FILE, "--output-format", "json").stdout)
    assert [(each["line"], each["code"]) for each in found] == [(9, "BCE201")]


def test_what_no_longer_occurs_is_mentioned_and_dropped(known: Path, invoke: Invoke) -> None:
    add(known / "train.py", OTHER)
    invoke("check", "--write-baseline", FILE)
    before = (known / FILE).read_text()
    train = known / "train.py"
    train.write_text(train.read_text().replace(OTHER, ""))
    result = invoke("check", "--baseline", FILE)
    assert (result.exit_code, result.stdout) == (0, "All checks passed!\n")
    assert result.stderr == "note: 1 finding of the baseline no longer occurs; --write-baseline drops it\n"
    assert invoke("check", "--baseline", FILE, "-q").stderr == ""
    assert (known / FILE).read_text() == before
    train.unlink()
    assert invoke("check", "--baseline", FILE).stderr == "note: 2 findings of the baseline no longer occur; --write-baseline drops them\n"
    invoke("check", "--write-baseline", FILE)
    assert json.loads((known / FILE).read_text()) == {"version": 1, "findings": {}}


def test_a_run_settles_only_what_it_is_about(known: Path, invoke: Invoke) -> None:
    """Other files, other codes and files that could not be judged keep their entries."""
    shutil.copy(known / "train.py", known / "again.py")
    invoke("check", "--write-baseline", FILE)
    whole = (known / FILE).read_text()
    for arguments in (["again.py"], ["--select", "BCE2"], ["model.py"]):
        assert invoke("check", "--baseline", FILE, *arguments).stderr == ""
        assert invoke("check", "--write-baseline", FILE, *arguments).exit_code == 0
        assert (known / FILE).read_text() == whole
    (known / "train.py").write_text("def broken(:\nbinary_cross_entropy_with_logits\n")
    result = invoke("check", "--write-baseline", FILE)
    assert "train.py" in result.stderr
    assert (known / FILE).read_text() == whole
    (known / "train.py").write_bytes(b"# \xff\n")
    invoke("check", "--write-baseline", FILE)
    assert (known / FILE).read_text() == whole
    (known / "model.py").write_text("class Net(:\n")  # now nothing is known of again.py either
    invoke("check", "--write-baseline", FILE)
    assert (known / FILE).read_text() == whole


def test_the_file(known: Path, invoke: Invoke) -> None:
    """Sorted, an entry a line, paths relative to the file and with forward slashes."""
    (known / "sub").mkdir()
    shutil.copy(known / "train.py", known / "sub" / "größe.py")
    add(known / "train.py", OTHER)
    os.makedirs(known / "ci")
    assert invoke("check", "--write-baseline", "ci/known.json").exit_code == 0
    text = (known / "ci" / "known.json").read_text(encoding="utf-8")
    data = json.loads(text)
    assert list(data) == ["version", "findings"]
    assert list(data["findings"]) == ["../sub/größe.py", "../train.py"]
    assert "größe" in text
    entries = data["findings"]["../train.py"]["BCE102"]
    assert list(entries) == sorted(entries)
    assert set(entries.values()) == {1}
    assert sum(line.strip().endswith(": 1") or line.strip().endswith(": 1,") for line in text.splitlines()) == 3 + 1
    assert text.endswith("}\n")
    invoke("check", "--write-baseline", "ci/known.json")
    assert (known / "ci" / "known.json").read_text(encoding="utf-8") == text
    assert invoke("check", "--baseline", "ci/known.json").exit_code == 0


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are bytes on other systems only")
def test_a_name_that_is_no_text(project: Path, invoke: Invoke) -> None:
    os.rename(project / "train.py", os.fsencode(project) + b"/tr\xff.py")
    assert invoke("check", "--write-baseline", FILE).exit_code == 0
    result = invoke("check", "--baseline", FILE)
    assert (result.exit_code, result.stderr) == (0, "")


BROKEN = {
    "": "no baseline: Expecting value",
    "[]": "version: null where this bcelint knows 1 only",
    '{"version": 2, "findings": {}}': "version: 2 where",
    '{"version": 1}': "findings: not an object",
    '{"version": 1, "findings": {"a.py": []}}': "findings > a.py: not an object",
    '{"version": 1, "findings": {"a.py": {"BCE102": {"line 3": 1}}}}': "findings > a.py > BCE102: 'line 3' is no fingerprint",
    '{"version": 1, "findings": {"a.py": {"BCE102": {"0123456789abcdef": 0}}}}': "findings > a.py > BCE102 > 0123456789abcdef: 0 is no number",
    '{"version": 1, "findings": {"a.py": {"BCE102": {"0123456789abcdef": true}}}}': "true is no number",
    '{"version": 1, "findings": {"a.py": {}, "a.py": {}}}': "the key 'a.py' is there twice",
    '<<<<<<< HEAD\n{"version": 1}': "line 1 column 1",
    "[" * 100_000: "no baseline: ",
}


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_one_clear_line(project: Path, invoke: Invoke, content: str) -> None:
    (project / FILE).write_text(content)
    for arguments in (["check", "--baseline"], ["check", "--write-baseline"], ["fix", "--baseline"]):
        result = invoke(*arguments, FILE)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"Error: {FILE}: ")
        assert BROKEN[content] in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert (project / FILE).read_text() == content


def test_a_missing_file(project: Path, invoke: Invoke) -> None:
    result = invoke("check", "--baseline", "nowhere.json")
    assert (result.exit_code, result.stderr) == (2, "Error: nowhere.json: can't be read: No such file or directory\n")
    assert invoke("check", "--write-baseline", "nowhere/known.json").exit_code == 2
    with pytest.raises(ValueError, match=r"nowhere\.json"):
        bcelint.check_paths(["."], baseline="nowhere.json")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--baseline", FILE, "--write-baseline", FILE],
        ["--write-baseline", FILE, "--add-noqa"],
        ["--write-baseline", FILE, "--statistics"],
        ["--write-baseline", FILE, "-"],
    ],
)
def test_what_does_not_go_together(known: Path, invoke: Invoke, arguments: list[str]) -> None:
    before = (known / FILE).read_text()
    result = invoke("check", *arguments, input="")
    assert result.exit_code == 2
    assert "don't go together" in result.stderr
    assert (known / FILE).read_text() == before


def test_stdin(known: Path, lines: Callable[..., list[int]]) -> None:
    text = "\n" + (known / "train.py").read_text() + OTHER
    assert lines("-", "--stdin-filename", "train.py", input=text) == [12]
    found = bcelint.check_text(text, "train.py", baseline=FILE)
    assert [finding.position.line for finding in found] == [12]


def test_what_noqa_silences_needs_no_entry(project: Path, invoke: Invoke, lines: Callable[..., list[int]]) -> None:
    add(project / "train.py", TWIN.rstrip() + "  # noqa: BCE102\n")
    assert invoke("check", "--write-baseline", FILE).stdout == "Wrote a baseline of 1 finding.\n"
    assert lines() == []


def test_every_form_heeds_it(known: Path, invoke: Invoke) -> None:
    add(known / "train.py", OTHER)
    for form in ("text", "concise", "json", "github", "sarif"):
        said = invoke("check", "--baseline", FILE, "--output-format", form).stdout
        assert said.count("probabilities reach binary_cross_entropy_with_logits") == 1
    assert invoke("check", "--baseline", FILE, "--statistics", "-q").stdout.startswith("1\tBCE102")


def test_fix_leaves_it_alone(known: Path, invoke: Invoke) -> None:
    before = (known / "train.py").read_text()
    result = invoke("fix", "--unsafe", "--baseline", FILE)
    assert (result.exit_code, result.stdout) == (0, "Nothing to fix!\n")
    add(known / "train.py", "new = bce_logits(torch.sigmoid(net.fc(x)), y)\n")
    assert invoke("fix", "--unsafe", "--baseline", FILE).exit_code == 0
    assert (known / "train.py").read_text() == before + "new = bce_logits(net.fc(x), y)\n"


def test_fix_changes_no_loss_that_a_known_finding_shares(project: Path, invoke: Invoke) -> None:
    """As with ``# noqa``: the criterion serves the known call too."""
    (project / "train.py").write_text(
        "import torch\nfrom torch import nn\nfrom model import Net\n\nnet = Net()\ncriterion = nn.BCEWithLogitsLoss()\n"
        "x = torch.randn(4, 8)\ny = torch.rand(4, 3)\nold = criterion(net(x), y)\nold.backward()\n"
    )
    invoke("check", "--write-baseline", FILE)
    add(project / "train.py", "new = criterion(net(x), 1 - y)\nnew.backward()\n")
    text = (project / "train.py").read_text()
    found = json.loads(invoke("check", "--baseline", FILE, "--output-format", "json").stdout)
    assert [each["line"] for each in found] == [11]
    invoke("fix", "--unsafe", "--baseline", FILE)
    fixed = (project / "train.py").read_text()
    assert "nn.BCEWithLogitsLoss()" in fixed
    assert "old = criterion(net(x), y)\n" in fixed
    (project / "train.py").write_text(text)
    invoke("fix", "--unsafe")
    assert "nn.BCELoss()" in (project / "train.py").read_text()


def test_the_codemod_leaves_it_alone(known: Path) -> None:
    def codemod(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "libcst.tool", "codemod", "-x", "bcelint.codemod.FixLosses", "--unsafe", "-j", "1", *arguments, "train.py"]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)

    before = (known / "train.py").read_text()
    assert codemod("--baseline", FILE).returncode == 0
    assert (known / "train.py").read_text() == before
    done = codemod("--baseline", "nowhere.json")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("argument --baseline: nowhere.json: can't be read: No such file or directory")
    (known / "bcelint.toml").write_text(f'baseline = "{FILE}"\n')
    assert codemod().returncode == 0
    assert (known / "train.py").read_text() == before
    (known / "bcelint.toml").unlink()
    assert codemod().returncode == 0
    assert (known / "train.py").read_text() != before


def test_two_branches_merge(known: Path, invoke: Invoke) -> None:
    """Each takes a finding of its own into the baseline; git puts both together."""

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], capture_output=True, check=True)

    def commit(name: str) -> None:
        shutil.copy(known / "train.py", known / name)
        invoke("check", "--write-baseline", FILE)
        git("add", "-A")
        git("commit", "-m", name)

    git("init", "-b", "main")
    commit("train2.py")
    git("checkout", "-b", "other")
    commit("after.py")
    git("checkout", "main")
    commit("zebra.py")
    git("merge", "other")
    result = invoke("check", "--baseline", FILE)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "All checks passed!\n", "")
    merged = (known / FILE).read_text()
    invoke("check", "--write-baseline", FILE)
    assert (known / FILE).read_text() == merged


def test_written_whole_or_not_at_all(known: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (known / FILE).read_text()
    add(known / "train.py", OTHER)

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = invoke("check", "--write-baseline", FILE)
    assert (result.exit_code, result.stderr) == (2, f"Error: {FILE}: can't be written: No space left on device\n")
    assert (known / FILE).read_text() == before
    assert sorted(path.name for path in known.iterdir()) == [FILE, "model.py", "pyproject.toml", "train.py"]


SPLIT = "loss = bce_logits(net(x), y) + \\\n    0"


def test_what_noqa_silences_uses_up_no_entry(project: Path, invoke: Invoke, flake8: Flake8, lines: Callable[..., list[int]]) -> None:
    """In flake8 neither, which applies its comments after the plugin."""
    train = project / "train.py"
    train.write_text(train.read_text().replace(TWIN, f"{SPLIT}  # noqa: BCE102\n{SPLIT}\n"))
    invoke("check", "--write-baseline", FILE)
    assert lines() == []
    assert flake8("--bcelint-baseline", FILE, ".").stdout == ""


def test_flake8_heeds_the_same_file(known: Path, flake8: Flake8, monkeypatch: pytest.MonkeyPatch) -> None:
    (known / "sub").mkdir()
    add(known / "train.py", TWIN.rstrip() + "  # noqa: BCE102\n" + OTHER)
    said = [(line.split(":")[1], line.split()[1]) for line in flake8("--bcelint-baseline", FILE, ".").stdout.splitlines()]
    assert said == [("12", "BCE102")]
    (known / "setup.cfg").write_text(f"[flake8]\nbcelint-baseline = {FILE}\n")
    assert flake8(".").stdout.count("BCE102") == 1
    monkeypatch.chdir(known / "sub")  # the path in a configuration file is relative to that file
    assert flake8("..").stdout.count("BCE102") == 1
    os.rename(known / FILE, known / "sub" / FILE)
    (known / "setup.cfg").write_text(f"[flake8]\nbcelint-baseline = sub/{FILE}\n")
    assert flake8("..").stdout.count("BCE102") == 2  # the entries are relative to the baseline, which has moved
    os.rename(known / "sub" / FILE, known / FILE)
    (known / "setup.cfg").write_text(f"[flake8]\nbcelint-baseline = ./{FILE}\n")
    assert flake8("..").stdout.count("BCE102") == 1
    monkeypatch.chdir(known)
    assert flake8("--isolated", ".").stdout.count("BCE102") == 2
    assert flake8("--disable-noqa", ".").stdout.count("BCE102") == 2
    done = flake8("--isolated", "--bcelint-baseline", "nowhere.json", ".")
    assert done.stdout.count("BCE102") == 2
    assert len(done.stderr.splitlines()) == 1
    assert "nowhere.json: can't be read" in done.stderr


def test_what_a_configuration_ignores_in_a_file_keeps_its_entry(known: Path, invoke: Invoke) -> None:
    whole = (known / FILE).read_text()
    (known / "bcelint.toml").write_text('per-file-ignores = {"train.py" = ["BCE1"]}\n')
    assert invoke("check", "--baseline", FILE).stderr == ""
    invoke("check", "--write-baseline", FILE)
    assert (known / FILE).read_text() == whole
