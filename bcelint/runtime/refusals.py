"""Keywords that Python refused: a TypeError that left the program names the loss and the keyword, and ends at the user's line."""

from __future__ import annotations

import ast
import linecache
import re
from types import FrameType, TracebackType
from typing import Any

from bcelint.contracts.schema import Loss
from bcelint.places import FixedPlace
from bcelint.runtime import frames
from bcelint.runtime.rows import loss_of_class, losses

_REFUSED = re.compile(r"\(\) got an unexpected keyword argument '(\w+)'")

Refused = tuple[Loss, str, FixedPlace, str, bool]
"""The loss, the keyword, the place, the function that made the call, and whether it was the constructor that was called."""


def refused_keyword(error: TypeError, trace: TracebackType | None) -> Refused | None:
    """What a TypeError says of a loss's call, or None where it says nothing of one."""
    found = _REFUSED.search(str(error))
    if found is None or trace is None:
        return None
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame, keyword = trace.tb_frame, found.group(1)
    if frames.origin(frame.f_code) not in frames.OWN:
        return None
    place = frames.place_in(frame.f_code, trace.tb_lasti, trace.tb_lineno)
    for node in _calls(place.path, frame, trace.tb_lineno):
        if keyword not in [each.arg for each in node.keywords]:
            continue
        called = _value(node.func, frame)
        row = loss_of_class(called) if isinstance(called, type) else losses().get(called) if callable(called) else None
        if row is not None:
            return row, keyword, place, frames.qualified_name(frame.f_code), isinstance(called, type)
    return None


def _calls(path: str, frame: FrameType, line: int) -> list[ast.Call]:
    """The calls in the source that span a line."""
    try:
        tree = ast.parse("".join(linecache.getlines(path, frame.f_globals)))
    except (SyntaxError, ValueError, RecursionError):
        return []
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in nodes if node.lineno <= line <= (node.end_lineno or node.lineno)]


def _value(node: ast.expr, frame: FrameType) -> Any:
    """What a dotted name stands for in a frame, or None."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id))
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, frame)
        return getattr(owner, node.attr, None) if isinstance(owner, type(ast)) else None
    return None
