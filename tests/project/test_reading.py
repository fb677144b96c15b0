from __future__ import annotations

import builtins

import pytest

from bcelint.project.reading import read_source, source_from_text
from bcelint.project.source import BadInput


def write(tmp_path, data: bytes) -> str:
    path = tmp_path / "code.py"
    path.write_bytes(data)
    return str(path)


def reason(path: str) -> str:
    with pytest.raises(BadInput) as caught:
        read_source(path)
    assert "\n" not in caught.value.reason
    assert caught.value.path == path
    return caught.value.reason


def test_line_ends_and_form_feeds_stay(tmp_path):
    assert read_source(write(tmp_path, b"a = 1\r\n\x0cb = 2\rc = 3\n")).text == "a = 1\r\n\x0cb = 2\rc = 3\n"


def test_byte_order_mark_goes(tmp_path):
    assert read_source(write(tmp_path, b"\xef\xbb\xbfa = '\xc3\xa4'\n")).text == "a = 'ä'\n"
    assert source_from_text("code.py", "\ufeffa = 1\n").text == "a = 1\n"


@pytest.mark.parametrize(("cookie", "codec"), [(b"# -*- coding: latin-1 -*-", "latin-1"), (b"#!/x\n# vim: fileencoding=cp1252", "cp1252")])
def test_declared_encodings(tmp_path, cookie, codec):
    assert read_source(write(tmp_path, cookie + b"\na = '\xe9'\n")).text.endswith("a = 'é'\n")


def test_empty_file(tmp_path):
    assert read_source(write(tmp_path, b"")).text == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a = 1\nb = '\xe9'\n", "utf-8"),
        (b"# coding: no-such-codec\n", "no-such-codec"),
        (b"# coding: rot13\na = 1\n", "rot13"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "utf-8"),
        (b"a = 1\nb = '\0'\n", "null byte (line 2)"),
        ("a = 1\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_undecodable(tmp_path, data, words):
    assert words in reason(write(tmp_path, data))


def test_undecodable_line_is_named(tmp_path):
    assert reason(write(tmp_path, b"#\n#\na = 1\nb = '\xe9'\n")).endswith("(line 4)")


def test_missing_and_folder(tmp_path):
    assert reason(str(tmp_path / "gone.py")) == "no such file"
    assert "can't be read" in reason(str(tmp_path))


def test_unreadable(tmp_path, monkeypatch):
    path = write(tmp_path, b"a = 1\n")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(builtins, "open", refuse)
    assert reason(path) == "can't be read: Permission denied"


def test_digest_follows_the_text(tmp_path):
    one = read_source(write(tmp_path, b"a = 1\n"))
    assert one.digest == source_from_text(one.path, "a = 1\n").digest != source_from_text(one.path, "a = 2\n").digest


def test_null_byte_in_unsaved_text():
    with pytest.raises(BadInput, match="null byte"):
        source_from_text("code.py", "a = '\0'")
