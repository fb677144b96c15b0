"""A session with the Python language server, with the settings of docs/editors.md: what an editor shows while someone types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bcelint.analysis.cache import VARIABLE
from tests.clients.editor_docs import blocks
from tests.clients.language_server import LanguageServer
from tests.projects import LOGITS_MODEL, SIGMOID_MODEL, TRAIN


@pytest.fixture
def server(project: Path, flake8: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageServer]:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    settings = next(block for block in blocks("json") if "pylsp" in block)
    settings["pylsp"]["plugins"]["flake8"]["executable"] = flake8
    server = LanguageServer(project, settings)
    yield server
    server.close()


def test_a_finding_across_files_follows_the_buffer(server: LanguageServer, project: Path) -> None:
    train = project / "train.py"
    server.open(project / "model.py")
    server.open(train)
    (shown,) = server.codes(train, ["BCE102"])
    assert shown["range"]["start"] == {"line": 8, "character": 7}
    assert shown["range"]["end"]["line"] == 8
    assert shown["message"].startswith("BCE102 probabilities reach binary_cross_entropy_with_logits: sigmoid at model.py:11")
    server.codes(project / "model.py", [])

    edited = TRAIN.replace("loss = bce", "\n\nif True:\n    loss = bce")
    server.change(train, edited, version=2)
    (moved,) = server.wait(train, lambda found: [each["range"]["start"]["line"] for each in found] == [11])
    assert moved["range"]["start"]["character"] == 11
    assert train.read_text(encoding="utf-8") == TRAIN

    server.change(train, edited.replace("with_logits as bce_logits", "with_logits as _, binary_cross_entropy as bce_logits"), version=3)
    server.codes(train, [])
    server.change(train, edited, version=4)
    server.codes(train, ["BCE102"])


def test_another_file_counts_as_it_was_saved(server: LanguageServer, project: Path) -> None:
    """flake8 gets one buffer; the other files it reads from disk."""
    model, train = project / "model.py", project / "train.py"
    server.open(model)
    server.open(train)
    server.codes(train, ["BCE102"])
    server.change(model, LOGITS_MODEL, version=2)
    model.write_text(LOGITS_MODEL, encoding="utf-8")
    server.save(model)
    server.change(train, TRAIN + "\n", version=2)
    server.codes(train, [])
    model.write_text(SIGMOID_MODEL, encoding="utf-8")
    server.save(model)
    server.change(train, TRAIN, version=3)
    server.codes(train, ["BCE102"])


def test_a_text_that_does_not_parse_is_no_end(server: LanguageServer, project: Path) -> None:
    train = project / "train.py"
    server.open(train)
    server.codes(train, ["BCE102"])
    server.change(train, TRAIN + "def half(\n", version=2)
    server.wait(train, lambda found: [each["code"] for each in found] == ["E999"])
    server.change(train, TRAIN + "def whole(): pass\n", version=3)
    server.codes(train, ["BCE102"])
