"""Reading source files: bytes to text by the rules of PEP 263, or one clear reason why not."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import tokenize

from bcelint.project.source import BadInput, Source, is_notebook


def read_source(path: str) -> Source:
    """The file at ``path``, decoded; raises BadInput where that can't be done."""
    return source_from_bytes(path, read_bytes(os.path.abspath(path)))


def source_from_bytes(path: str, data: bytes) -> Source:
    """What was read of a file, decoded by its BOM or encoding line; raises BadInput where that can't be done."""
    return source_from_text(path, _text(path, data))


def check_file(path: str) -> None:
    """Raises BadInput where the file at ``path`` can't be read: no text, or no notebook though its name says so. Nothing is parsed."""
    check_text(path, _text(path, read_bytes(os.path.abspath(path))))


def check_text(path: str, text: str, as_code: bool = False) -> None:
    """The same of a text that stands for it."""
    text = _without_mark(os.path.abspath(path), text)
    if is_notebook(path) and not as_code:
        from bcelint.project.notebooks import as_written

        as_written(path, text)


def _text(path: str, data: bytes) -> str:
    path = os.path.abspath(path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadInput(path, "UTF-16 text, which Python does not read")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except SyntaxError as error:
        raise BadInput(path, str(error.msg or error).splitlines()[0]) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(path, f"not {encoding} text (line {line})") from None
    except (LookupError, ValueError):
        raise BadInput(path, f"the declared encoding {encoding!r} is no text encoding") from None


def decoded(data: bytes) -> str:
    """The text of a buffer, such as stdin, whatever it holds: by its BOM or encoding line, else UTF-8; as Latin-1 where that fails."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError):
        return data.decode("latin-1")


def read_bytes(path: str) -> bytes:
    """The bytes of the file at ``path``; raises BadInput where it is missing or unreadable."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise BadInput(path, "no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path itself
        raise BadInput(path, f"can't be read: {getattr(error, 'strerror', None) or error}") from None


def size(path: str) -> int:
    """The bytes of the file at ``path`` on disk, 0 where it is not there."""
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def source_from_text(path: str, text: str, as_code: bool = False) -> Source:
    """A source from text that is already decoded; raises BadInput if it holds null bytes, or is no notebook though its name says so.

    With ``as_code`` the text is Python whatever the name.
    """
    path = os.path.abspath(path)
    text = _without_mark(path, text)
    if is_notebook(path) and not as_code:
        from bcelint.project.notebooks import code_of

        code = code_of(path, text)
        return Source(path, code.text, _digest(code.text), code.cells, code.trouble, code.written)
    return Source(path, text, _digest(text))


def _without_mark(path: str, text: str) -> str:
    """``text`` without a byte order mark; raises BadInput if it holds null bytes."""
    null = text.find("\0")
    if null >= 0:
        raise BadInput(path, f"holds a null byte (line {text.count(chr(10), 0, null) + 1})")
    return text[1:] if text.startswith("\ufeff") else text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
