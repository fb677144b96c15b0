"""New texts from repairs: edits, imports, and the check that a text still parses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor

from bcelint.fix.edits import Import, Repair, applied
from bcelint.project.parse import parse
from bcelint.project.reading import source_from_text
from bcelint.project.source import BadInput


def rewritten(repairs: Sequence[Repair], text_of: Callable[[str], str]) -> dict[str, str]:
    """The new text of each file that the repairs change. Raises ``BadInput`` where one would no longer parse."""
    edits = {edit for repair in repairs for edit in repair.edits}
    imports = {wanted for repair in repairs for wanted in repair.imports}
    texts = {}
    for path in sorted({edit.path for edit in edits}):
        old = text_of(path)
        new = applied(old, [edit for edit in edits if edit.path == path])
        new = _with_imports(path, new, sorted((each for each in imports if each.path == path), key=lambda each: (each.module, each.name or "")))
        if new != old:
            parse(source_from_text(path, new))
            texts[path] = new
    return texts


def _with_imports(path: str, text: str, imports: Iterable[Import]) -> str:
    wanted = list(imports)
    if not wanted:
        return text
    context = CodemodContext()
    for each in wanted:
        AddImportsVisitor.add_needed_import(context, each.module, each.name)
    return AddImportsVisitor(context).transform_module(parse(source_from_text(path, text))).code


def fitting(repairs: Sequence[Repair], text_of: Callable[[str], str]) -> tuple[dict[str, str], list[Repair]]:
    """The new texts, and the repairs that had to be left out because a file would not have parsed after them."""
    try:
        return rewritten(repairs, text_of), []
    except (BadInput, cst.ParserSyntaxError):
        pass
    good: list[Repair] = []
    bad: list[Repair] = []
    for repair in repairs:
        try:
            rewritten([*good, repair], text_of)
            good.append(repair)
        except (BadInput, cst.ParserSyntaxError):
            bad.append(repair)
    return rewritten(good, text_of), bad
