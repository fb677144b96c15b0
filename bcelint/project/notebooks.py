"""Jupyter notebooks: their code cells, one after another, as the text of one module.

The format is that of https://nbformat.readthedocs.io, versions 2 to 4. What cells printed and drew is not kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from bcelint.project.magics import without_magics, without_prompts
from bcelint.project.parse import parses, reason_against
from bcelint.project.source import BadInput, Cell, Source

_INDENTED = "if 1:"
"""Stands before a cell that is indented as a whole, which IPython runs all the same."""


_LINE = re.compile(r"\(line (\d+)\)$")


@dataclass(frozen=True)
class Code:
    """The Python in a notebook; the rest is that of ``Source``."""

    text: str
    cells: tuple[Cell, ...]
    trouble: tuple[str, ...]
    written: dict[int, str]


def code_of(path: str, text: str) -> Code:
    """The Python in the notebook ``text``, with a line of its own before each cell; none where the notebook is for another language.

    Raises BadInput where ``text`` is no notebook.
    """
    cells = []
    reasons: dict[int, str] = {}
    for number, cell in _code_cells(path, _loaded(path, text)):
        python, reason = _python(path, cell)
        cells.append((number, cell, python))
        if reason:
            reasons[number] = _LINE.sub(_line_in_cell, reason)
    return _as_module(cells, reasons)


def _python(path: str, cell: str) -> tuple[str, str]:
    """The Python in a cell, and why it can't be parsed. What is Python as it stands is never looked through for magics."""
    if "\0" in cell:
        return "", "holds a null byte"
    python = without_prompts(cell)
    if parses(_alone(path, python)):
        return python, ""
    python = without_magics(python)
    return python, reason_against(_alone(path, python))


def _alone(path: str, python: str) -> Source:
    """A cell as if it were the only one."""
    return Source(path, _as_module([(1, python, python)], {}).text, "")


def as_written(path: str, text: str) -> str:
    """All code of the notebook ``text`` as it stands in its cells: much cheaper, for those who look for names only. Raises BadInput too."""
    return "\n".join(cell for _, cell in _code_cells(path, _loaded(path, text)))


def _loaded(path: str, text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise BadInput(path, "nested too deeply") from None
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise BadInput(path, f"broken JSON: {getattr(error, 'msg', error)}" + (f" (line {line})" if line else "")) from None


def _line_in_cell(match: re.Match[str]) -> str:
    return f"(line {int(match[1]) - 1})"


def _as_module(cells: Iterable[tuple[int, str, str]], reasons: Mapping[int, str]) -> Code:
    """``cells`` by their numbers, as they are written and as Python, without those that can't be parsed for ``reasons``."""
    lines: list[str] = []
    starts: list[Cell] = []
    written: dict[int, str] = {}
    for number, cell, python in cells:
        if number in reasons:
            python = ""
        lines.append(_INDENTED if _is_indented(python) else "")
        starts.append(Cell(number, len(lines) + 1))
        for old, new in zip_longest(cell.split("\n"), python.split("\n"), fillvalue=""):
            lines.append(new)
            if old != new:
                written[len(lines)] = old
    trouble = tuple(f"cell {number}: {reason}" for number, reason in reasons.items())
    return Code("".join(line + "\n" for line in lines), tuple(starts), trouble, written)


def _code_cells(path: str, notebook: Any) -> Iterator[tuple[int, str]]:
    """The source of each Python cell, and its number as people count cells, from 1, text cells too."""
    cells = _list(notebook, "cells")
    if cells is None:  # up to version 3
        sheets = _list(notebook, "worksheets")
        if sheets is None:
            raise BadInput(path, "no notebook: it has no cells")
        cells = [cell for sheet in sheets for cell in _list(sheet, "cells") or ()]
    if not _is_python(_language(notebook)):
        return
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code" and _is_python(_language_of_cell(cell)):
            yield number, _joined(cell.get("source", cell.get("input")))


def _list(holder: Any, key: str) -> list[Any] | None:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, list) else None


def _joined(source: Any) -> str:
    """The text of a cell, which may be kept as a list of lines, with line feeds alone."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""


def _language(notebook: dict[str, Any]) -> Any:
    """What the notebook says that it is written in; None where it does not."""
    metadata = _dict(notebook, "metadata")
    return _dict(metadata, "language_info").get("name") or _dict(metadata, "kernelspec").get("language")


def _language_of_cell(cell: dict[str, Any]) -> Any:
    """The same for a cell: of version 3, or of a notebook with several languages as VS Code keeps it."""
    return _dict(_dict(cell, "metadata"), "vscode").get("languageId") or cell.get("language")


def _dict(holder: dict[str, Any], key: str) -> dict[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _is_python(language: Any) -> bool:
    return not isinstance(language, str) or language.lower().startswith(("python", "ipython"))


def _is_indented(code: str) -> bool:
    first = next((line for line in code.split("\n") if line.strip() and not line.lstrip().startswith("#")), "")
    return first[:1] in (" ", "\t")
