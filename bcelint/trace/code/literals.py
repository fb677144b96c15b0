"""Literals and displays: constants, strings, tuples, lists, sets and dicts as they are written."""

from __future__ import annotations

from functools import partial
from typing import Any

import libcst as cst

from bcelint.trace.code.raising import first_raised, raises
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.dicts import new_dict
from bcelint.trace.values.domains import each_text
from bcelint.trace.values.externals import External
from bcelint.trace.values.lists import new_list
from bcelint.trace.values.mapped import Mapped, dict_key, mapping_of, overlaid
from bcelint.trace.values.sets import new_set
from bcelint.trace.values.tuples import Tuple, join_sequences, sequence_of
from bcelint.trace.values.typed import spoken


def constant(at: Site, node: Any) -> Value:
    """A number or string, which is read once."""
    known = at.run.constants.get(node)
    if known is None:
        try:
            known = Const(node.evaluated_value)
        except Exception:
            known = at.on(node).unknown("a literal that can't be read")
        at.run.constants[node] = known
    return known


def ellipsis(at: Site, node: cst.Ellipsis) -> Value:
    return Const(...)


def concatenated(at: Site, node: cst.ConcatenatedString) -> Value:
    left, right = at.evaluate(node.left), at.evaluate(node.right)
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            return Const(left.value + right.value)
        except TypeError:
            pass
    return at.on(node).unknown("a string that is put together")


def formatted(at: Site, node: cst.FormattedString) -> Value:
    parts: list[Value] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            parts.append(Const(part.value))
        elif isinstance(part, cst.FormattedStringExpression):
            value = at.evaluate(part.expression)
            if raises(at, value):
                return value
            known = each_text(at.on(part.expression), at.lift(partial(spoken, at), value))
            if part.format_spec or part.conversion or not any(isinstance(single, Const) for _, single in alternatives(known)):
                return at.on(node).unknown("a string that is put together", value)
            parts.append(known)
    return at.lift(lambda *values: _joined(at.on(node), values), *parts)


def _joined(at: Site, values: tuple[Value, ...]) -> Value:
    unknown = [value for value in values if not isinstance(value, Const)]
    return at.unknown("a string that is put together", *unknown) if unknown else Const("".join(str(value.constant) for value in values))


def _elements(at: Site, nodes: Any) -> Tuple:
    """The items of a display, stars unpacked."""
    content = Tuple()
    for element in nodes:
        value = at.evaluate(element.value)
        more = sequence_of(at.on(element.value), value) if isinstance(element, cst.StarredElement) else Tuple((value,))
        content = join_sequences(content, more)
    return content


def tuple_display(at: Site, node: cst.Tuple) -> Value:
    content = _elements(at, node.elements)
    return first_raised(at, content.items) or content


def list_display(at: Site, node: cst.List) -> Value:
    content = _elements(at, node.elements)
    return first_raised(at, content.items) or new_list(content)


def set_display(at: Site, node: cst.Set) -> Value:
    content = _elements(at, node.elements)
    return first_raised(at, content.items) or new_set(content)


def dict_display(at: Site, node: cst.Dict) -> Value:
    items: dict[Any, Value] = {}
    rest: Value | None = None
    scattered = False
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            inner = mapping_of(at, at.evaluate(element.value))
            more = Mapped({}, at.on(element.value).unknown("a dict that is spread into another")) if inner is None else inner
        else:
            assert isinstance(element, cst.DictElement)
            key, value = at.evaluate(element.key), at.evaluate(element.value)
            if isinstance(key, (Const, External)):
                scattered = scattered or (rest is not None and dict_key(key) not in items)
                items[dict_key(key)] = value
                continue
            more = Mapped({}, value)
        content = overlaid(at.on(element.value), Mapped(items, rest), more)
        items, rest, scattered = {**content.items}, content.rest, scattered or content.scattered
    made = new_dict(Mapped(items, rest, scattered))
    made.made_in = at.frame.outside().id if at.frame.outside().function is not None else 0
    return first_raised(at, items.values()) or made
