"""Text to a LibCST tree, or one clear reason why not. Nothing that a file may hold ends the process here."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from bcelint.project import nesting
from bcelint.project.indentation import evened
from bcelint.project.older import modernised
from bcelint.project.source import BadInput, Source
from bcelint.project.stack import LARGE, on_stack

if TYPE_CHECKING:
    import libcst

TOO_DEEP = "nested too deeply"

_LARGE = 500_000  # characters; below it the deepest chain fits the stack of an ast.parse that does not count its depth (before 3.11)

_PYTHON_2 = re.compile(
    r"""^\s*(?:print\s+(?![=(.,:]) | print\s*>> | exec\s+["'\w] | raise\s+[\w.]+\s*, | except\s+[\w.]+\s*,\s*\w+\s*:
        | except\s*\([^)]*\)\s*,\s*\w+\s*: )
    | <> | `[^`]*` | \bur["'] | \b0[0-7]+\b | \b\d+[lL]\b""",
    re.VERBOSE,
)


def parse(source: Source) -> libcst.Module:
    """The tree of ``source``, whose old syntax is read as what stands for it today; raises BadInput for syntax errors (with their line), for
    Python 2 that can't be read so, and for nesting that no parser survives."""
    return on_stack(LARGE, lambda: _parse_any(source))


def parses(source: Source) -> bool:
    """Whether Python's own parser takes ``source``: much cheaper than ``reason_against`` where it does not."""
    try:
        return not on_stack(LARGE, lambda: _check(source))
    except BadInput:
        return False


def reason_against(source: Source) -> str:
    """Why ``source`` can't be parsed, "" if it can. LibCST is imported only where ``ast`` has something against it."""
    try:
        if not on_stack(LARGE, lambda: _check(source)):
            return ""
    except BadInput:
        pass
    try:
        parse(source)
    except BadInput as error:
        return error.reason
    return ""


def python_tree(source: Source) -> ast.Module | None:
    """What ``ast`` makes of the text, or of what stands for its old syntax today; None where it makes nothing of either."""
    return on_stack(LARGE, lambda: _python_tree(source.text))


def _python_tree(text: str) -> ast.Module | None:
    for reading in (str, modernised):
        read = reading(text)
        if not _is_beyond_ast(read):
            try:
                return _as_ast(read)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None


def _is_beyond_ast(text: str) -> bool:
    """Whether ``ast`` would die of it."""
    return len(text) > _LARGE and sys.version_info < (3, 11) and nesting.text_depth(text) > nesting.LIMIT


def _as_ast(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _parse_any(source: Source) -> libcst.Module:
    try:
        return _parse(source)
    except BadInput as error:
        text = modernised(source.text)
        if error.reason == TOO_DEEP or text == source.text:
            raise
        try:
            return _parse(replace(source, text=text))
        except BadInput:
            raise error from None


def _parse(source: Source) -> libcst.Module:
    trouble = _check(source)
    import libcst

    try:
        return libcst.parse_module(evened(source.text))
    except libcst.ParserSyntaxError as error:
        reason = trouble or f"LibCST can't parse it (line {error.raw_line})"
    except RecursionError:
        reason = TOO_DEEP
    except BaseException as error:
        # A panic of the native parser is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = trouble or f"the parser gave up: {type(error).__name__}"
    raise BadInput(source.path, reason)


def _check(source: Source) -> str:
    """What ``ast`` says against the text ("" if nothing). Raises BadInput where LibCST must not be asked."""
    text = source.text
    if _is_beyond_ast(text):
        raise BadInput(source.path, TOO_DEEP)
    try:
        tree = _as_ast(text)
    except (RecursionError, MemoryError):
        raise BadInput(source.path, TOO_DEEP) from None
    except SyntaxError as error:
        # Syntax newer than this interpreter is fine if LibCST knows it.
        described = _described(error, text)
        if nesting.text_depth(text) > nesting.LIMIT:  # a bracket that is never closed makes it look so, too
            raise BadInput(source.path, TOO_DEEP if "too many nested" in described else described) from None
        if described.startswith("Python 2"):  # LibCST takes `except A, e:` for two classes, as Python 3.14 does
            raise BadInput(source.path, described) from None
        return described
    except ValueError as error:
        return f"can't be parsed: {str(error).splitlines()[0]}"
    if nesting.tree_depth(tree) > nesting.LIMIT:
        raise BadInput(source.path, TOO_DEEP)
    return ""


def _described(error: SyntaxError, text: str) -> str:
    number = error.lineno or 1
    lines = text.splitlines()
    line = lines[number - 1] if number <= len(lines) else ""
    message = str(error.msg or "invalid syntax").splitlines()[0]
    if message.startswith("Missing parentheses in call to") or _PYTHON_2.search(line.split("#")[0]):
        return f"Python 2 code (line {number})"
    return f"syntax error: {message} (line {number})"
