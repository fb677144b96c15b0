"""Reading source files: bytes to text by the rules of PEP 263, or one clear reason why not."""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import tokenize
from dataclasses import dataclass


class BadInput(Exception):
    """A file that can't be read or parsed. ``reason`` is one line for a person, without the path."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass
class Source:
    """The text of one file, without its byte order mark, line ends and form feeds as they are on disk."""

    path: str
    text: str
    digest: str


def read_source(path: str) -> Source:
    """The file at ``path``, decoded; raises BadInput where that can't be done."""
    path = os.path.abspath(path)
    data = read_bytes(path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadInput(path, "UTF-16 text, which Python does not read")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except SyntaxError as error:
        raise BadInput(path, str(error.msg or error).splitlines()[0]) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(path, f"not {encoding} text (line {line})") from None
    except (LookupError, ValueError):
        raise BadInput(path, f"the declared encoding {encoding!r} is no text encoding") from None
    return source_from_text(path, text)


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


def source_from_text(path: str, text: str) -> Source:
    """A source from text that is already decoded, such as an unsaved buffer; raises BadInput if it holds null bytes."""
    path = os.path.abspath(path)
    text = text[1:] if text.startswith("\ufeff") else text
    null = text.find("\0")
    if null >= 0:
        raise BadInput(path, f"holds a null byte (line {text.count(chr(10), 0, null) + 1})")
    return Source(path, text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
