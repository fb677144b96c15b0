"""Writing: what must stay stays, and nothing is half-written."""

from __future__ import annotations

import errno
import io
import os
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bcelint.fix import write as writing
from bcelint.fix.write import CHANGED, READ_ONLY, TOGETHER, write
from bcelint.project import atomic

WRONG = """\
import torch
import torch.nn as nn
net = nn.Linear(2, 1)
criterion = nn.BCELoss()  # the loss
loss = criterion(net(torch.randn(4, 2)), torch.rand(4, 1))
"""
RIGHT = WRONG.replace("BCELoss", "BCEWithLogitsLoss")
Fix = Callable[..., Result]


@pytest.fixture
def fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, invoke: Callable[..., Result]) -> Fix:
    monkeypatch.chdir(tmp_path)
    return lambda *options: invoke("fix", "-j", "1", *options)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(WRONG.encode(), RIGHT.encode(), id="plain"),
        pytest.param(WRONG.replace("\n", "\r\n").encode(), RIGHT.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(WRONG.replace("\n", "\r\n", 2).encode(), RIGHT.replace("\n", "\r\n", 2).encode(), id="mixed line ends"),
        pytest.param(b"\xef\xbb\xbf" + WRONG.encode(), b"\xef\xbb\xbf" + RIGHT.encode(), id="BOM"),
        pytest.param(
            b"# -*- coding: latin-1 -*-\n# \xe9\xe8\n" + WRONG.encode(), b"# -*- coding: latin-1 -*-\n# \xe9\xe8\n" + RIGHT.encode(), id="latin-1"
        ),
        pytest.param(WRONG.rstrip("\n").encode(), RIGHT.rstrip("\n").encode(), id="no line end at the end"),
        pytest.param(
            ("é = 'ü' ; " + WRONG.replace("# the loss", "# der Verlust: é\f")).encode(),
            ("é = 'ü' ; " + RIGHT.replace("# the loss", "# der Verlust: é\f")).encode(),
            id="letters of several bytes, form feed",
        ),
        pytest.param(
            WRONG.replace("loss = criterion(", "if True:\n\tß = criterion(").encode(),
            RIGHT.replace("loss = criterion(", "if True:\n\tß = criterion(").encode(),
            id="tabs",
        ),
    ],
)
def test_all_but_the_edit_stays(tmp_path: Path, fix: Fix, before: bytes, after: bytes) -> None:
    path = tmp_path / "program.py"
    path.write_bytes(before)
    path.chmod(0o751)
    result = fix("program.py")
    assert (result.exit_code, path.read_bytes()) == (0, after)
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    assert os.listdir(tmp_path) == ["program.py"]
    assert fix("program.py").stdout == "Nothing to fix!\n"
    assert path.read_bytes() == after


def test_new_lines_and_imports_have_the_line_ends_of_the_file(tmp_path: Path, fix: Fix) -> None:
    text = WRONG.replace("import torch.nn as nn\n", "from torch.nn import BCELoss, Linear\n").replace("nn.", "")
    path = tmp_path / "program.py"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert fix().exit_code == 0
    written = path.read_bytes()
    assert b"BCEWithLogitsLoss()" in written
    assert b"\n" not in written.replace(b"\r\n", b"")


def test_link_stays_a_link(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "program.py"
    real.write_text(WRONG)
    (tmp_path / "link.py").symlink_to(real)
    fix("link.py")
    assert (tmp_path / "link.py").is_symlink()
    assert real.read_text() == RIGHT


def test_diff_writes_nothing(tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "program.py"
    path.write_text(WRONG)
    result = fix("--diff")
    assert result.exit_code == 1
    assert path.read_text() == WRONG
    assert result.stdout.startswith("--- program.py\n+++ program.py\n@@ ")
    assert "\n-criterion = nn.BCELoss()  # the loss\n+criterion = nn.BCEWithLogitsLoss()  # the loss\n" in result.stdout
    subprocess.run(["patch", "-p0"], input=result.stdout, text=True, cwd=tmp_path, check=True, capture_output=True)
    assert path.read_text() == RIGHT
    assert fix("--diff").exit_code == 0
    assert fix("--diff").stdout == ""


def test_read_only_file_is_named_and_left(tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "program.py"
    path.write_text(WRONG)
    path.chmod(0o444)
    result = fix()
    assert result.exit_code == 2
    assert f"error: program.py: {READ_ONLY}" in result.stderr
    assert "could not write 1" in result.stdout
    assert path.read_text() == WRONG


def test_file_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(WRONG + "# newer\n")
    written = write({str(path): WRONG}, {str(path): RIGHT}, [])
    assert written.failed == {str(path): CHANGED}
    assert path.read_text() == WRONG + "# newer\n"


def test_files_of_one_repair_are_written_together(tmp_path: Path) -> None:
    one, two, three = (str(tmp_path / name) for name in ("one.py", "two.py", "three.py"))
    for path in (one, two, three):
        Path(path).write_text("old")
    Path(two).write_text("newer")
    written = write(dict.fromkeys((one, two, three), "old"), dict.fromkeys((one, two, three), "new"), [frozenset((one, two))])
    assert written.failed == {two: CHANGED, one: TOGETHER}
    assert [Path(path).read_text() for path in (one, two, three)] == ["old", "newer", "new"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_full_disk_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    paths = [str(tmp_path / name) for name in ("one.py", "two.py")]
    for path in paths:
        Path(path).write_text("old")
    real, calls = getattr(os, failing), []

    def full(*args: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(*args)

    monkeypatch.setattr(writing.os, failing, full)
    written = write(dict.fromkeys(paths, "old"), dict.fromkeys(paths, "new"), [])
    assert set(written.failed) == set(paths)
    assert all("No space left on device" in reason for reason in written.failed.values())
    assert [Path(path).read_text() for path in paths] == ["old", "old"]
    assert sorted(os.listdir(tmp_path)) == ["one.py", "two.py"]


class FullDisk(io.BytesIO):
    """A file on a disk that takes no more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__()
        open(*args, **options).close()

    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_full_disk_is_said_by_the_command(tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(WRONG)
    with monkeypatch.context() as full:
        full.setattr(atomic, "open", FullDisk, raising=False)
        result = fix()
    assert result.exit_code == 2
    assert [line.partition(": ")[2] for line in result.stderr.splitlines()] == [
        f"{name}: nothing was written: {os.strerror(errno.ENOSPC)}" for name in ("one.py", "two.py")
    ]
    assert "Fixed 0, left 0, could not write 2." in result.stdout
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one.py": WRONG, "two.py": WRONG}
    assert fix().exit_code == 0


def test_folder_that_takes_no_new_files_is_an_error_of_the_file(tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "program.py").write_text(WRONG)
    monkeypatch.setattr(atomic, "open", refused, raising=False)
    result = fix()
    assert (result.exit_code, result.stderr) == (2, "error: program.py: nothing was written: Permission denied\n")
    assert (tmp_path / "program.py").read_text() == WRONG


@pytest.mark.parametrize("change", ["write", "delete"])
def test_file_that_changes_while_new_ones_are_made_keeps_its_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    for path in (one, two):
        path.write_text("old")
    real = os.fsync

    def changing(handle: int) -> None:
        real(handle)
        if change == "write":
            one.write_text("newer")
        else:
            one.unlink(missing_ok=True)

    monkeypatch.setattr(writing.os, "fsync", changing)
    written = write(dict.fromkeys((str(one), str(two)), "old"), dict.fromkeys((str(one), str(two)), "new"), [])
    assert set(written.failed) == {str(one), str(two)}
    assert not written.done
    assert two.read_text() == "old"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {**({"one.py": "newer"} if change == "write" else {}), "two.py": "old"}


def test_file_that_changes_during_the_analysis_is_not_overwritten(tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    from bcelint.fix import engine

    path = tmp_path / "program.py"
    path.write_text(WRONG)
    real = engine.outcomes

    def changing(*args: Any) -> Any:
        path.write_text(WRONG + "# newer\n")
        return real(*args)

    monkeypatch.setattr(engine, "outcomes", changing)
    result = fix()
    assert (result.exit_code, result.stderr) == (2, f"error: program.py: {CHANGED}\n")
    assert path.read_text() == WRONG + "# newer\n"


@pytest.mark.parametrize("after", [0, 1])
def test_interrupt_while_writing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Before the first new file is there, and between two of them."""
    paths = [str(tmp_path / name) for name in ("one.py", "two.py")]
    for path in paths:
        Path(path).write_text("old")
    made: list[int] = []

    def interrupted(handle: int) -> None:
        if len(made) == after:
            raise KeyboardInterrupt
        made.append(handle)

    monkeypatch.setattr(writing.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(dict.fromkeys(paths, "old"), dict.fromkeys(paths, "new"), [])
    assert [Path(path).read_text() for path in paths] == ["old", "old"]
    assert sorted(os.listdir(tmp_path)) == ["one.py", "two.py"]


def test_interrupt_says_that_nothing_was_written(tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "program.py").write_text(WRONG)
    monkeypatch.setattr(writing.os, "fsync", interrupted)
    result = fix()
    assert result.exit_code == 130
    assert result.stderr.strip() == "interrupted; nothing was written"
    assert (tmp_path / "program.py").read_text() == WRONG


def test_interrupt_of_the_analysis_says_so_too(tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    from bcelint.fix import engine

    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "program.py").write_text(WRONG)
    monkeypatch.setattr(engine, "outcomes", interrupted)
    result = fix()
    assert (result.exit_code, result.stderr.strip()) == (130, "interrupted; nothing was written")
    assert (tmp_path / "program.py").read_text() == WRONG


def test_interrupt_waits_while_files_are_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [str(tmp_path / name) for name in ("one.py", "two.py")]
    for path in paths:
        Path(path).write_text("old")
    real = os.replace

    def interrupting(*args: str) -> None:
        real(*args)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(writing.os, "replace", interrupting)
    with pytest.raises(KeyboardInterrupt):
        write(dict.fromkeys(paths, "old"), dict.fromkeys(paths, "new"), [])
    assert [Path(path).read_text() for path in paths] == ["new", "new"]


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("state", ["untracked", "staged", "modified", "clean", "ignored"])
def test_uncommitted_changes_want_allow_dirty(tmp_path: Path, fix: Fix, state: str) -> None:
    git(tmp_path, "init", "-q")
    path = tmp_path / "pro gram[1].py"
    path.write_text(WRONG)
    (tmp_path / "other.py").write_text("x = 1\n")  # not concerned
    if state == "ignored":
        (tmp_path / ".git" / "info" / "exclude").write_text("pro*\n")
    elif state != "untracked":
        git(tmp_path, "add", path.name)
    if state in ("modified", "clean"):
        git(tmp_path, "commit", "-qm", "all")
    if state == "modified":
        path.write_text("\n" + WRONG)
    before = path.read_text()
    result = fix(path.name)
    if state in ("clean", "ignored"):
        assert (result.exit_code, path.read_text()) == (0, RIGHT)
        return
    assert result.exit_code == 2
    assert path.read_text() == before
    assert path.name in result.stderr
    assert "--allow-dirty" in result.stderr
    assert fix("--diff", path.name).exit_code == 1
    assert fix("--allow-dirty", path.name).exit_code == 0
    assert path.read_text() == before.replace("BCELoss", "BCEWithLogitsLoss")
