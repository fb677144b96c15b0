"""Comparisons: a constant where the answer is known, else true and false under opposite conditions."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from bcelint.contracts.schema import UNKNOWN
from bcelint.trace.code.differences import MIRRORED, compared
from bcelint.trace.interpreter import Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.asking import case
from bcelint.trace.values.attributes import AttributeNames, Attributes
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.externals import External
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.plain import as_python, constants_of, content_of
from bcelint.trace.values.specials import is_left_to_others
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
}


def comparison(at: Site, node: cst.Comparison) -> Value:
    left = at.evaluate(node.left)
    at = at.on(node)
    result: Value | None = None
    for target in node.comparisons:
        right = at.evaluate(target.comparator)
        kind = type(target.operator)
        one = at.lift(lambda a, b, kind=kind: _compare(at, kind, a, b), left, right)
        result = one if result is None else at.lift(lambda a, b: _both(at, a, b), result, one)
        left = right
    assert result is not None
    return result


def _both(at: Site, a: Value, b: Value) -> Value:
    if isinstance(a, Const):
        return b if a.value else a
    return at.unknown("a chained comparison", a, b)


def _compare(at: Site, kind: type[cst.CSTNode], a: Value, b: Value) -> Value:
    if kind in (cst.Is, cst.IsNot):
        return _identity(at, a, b, kind is cst.Is)
    if kind in (cst.In, cst.NotIn):
        return _membership(at, a, b, kind is cst.In)
    op = _OPERATORS[kind]
    own = _by_method(at, op, a, b) if isinstance(a, Instance) or isinstance(b, Instance) else None
    if own is not None:
        return own
    known = (as_python(a), as_python(b)) if op in ("==", "!=") and isinstance(a, (Tuple, ListCell)) else (UNKNOWN, UNKNOWN)
    if UNKNOWN not in known:
        return Const((known[0] == known[1]) == (op == "=="))
    same = _same_thing(a, b) if op in ("==", "!=") and not (a.is_elementwise or b.is_elementwise) else None
    if same is not None:
        return Const(same == (op == "=="))
    answer = compared(at, op, a, b) or a.compare(at, op, b) or b.compare(at, MIRRORED[op], a)
    return answer or case(at, a, "other", f"{op}{_name(b)}", other=b)


def _by_method(at: Site, op: str, a: Value, b: Value, reflected: bool = False) -> Value | None:
    """What a method of the left side says, or of the right side where the left one has none or leaves it to that."""
    own = _own_answer(at, op, a, b) if isinstance(a, Instance) else None
    other_way = None if reflected or a.is_elementwise or isinstance(a, Unknown) else MIRRORED[op]
    if own is None:
        return None if other_way is None else _by_method(at, other_way, b, a, reflected=True)

    def one(answer: Value) -> Value:
        if not is_left_to_others(answer):
            return answer
        found = None if other_way is None else _by_method(at, other_way, b, a, reflected=True)
        same = _same_thing(a, b) if op in ("==", "!=") else None
        return found or (at.unknown("a comparison that is not implemented", a, b) if same is None else Const(same == (op == "==")))

    return at.lift(one, own)


def _own_answer(at: Site, op: str, a: Instance, b: Value) -> Value | None:
    """What a method of the object says; without one for ``!=`` the opposite of ``==``."""
    own = a.compare(at, op, b)
    equal = a.compare(at, "==", b) if own is None and op == "!=" else None
    if equal is None:
        return own
    return at.lift(lambda answer: answer if is_left_to_others(answer) else _truth_of(at, answer, positive=False), equal)


def _identity(at: Site, a: Value, b: Value, positive: bool) -> Value:
    for one, other in ((a, b), (b, a)):
        if other.constant is None:
            if isinstance(one, External) and one.name.startswith("torch.version."):  # which of them are None, hangs on how torch was built
                return case(at, one, "==", None, positive)
            may_be_none = isinstance(one, Unknown) and not one.is_never_none
            return case(at, one, "==", None, positive) if may_be_none else Const((one.constant is None) == positive)
    if a.constant is not UNKNOWN and b.constant is not UNKNOWN:
        return Const((a.constant is b.constant or a.constant == b.constant) == positive)
    same = _same_thing(a, b)
    if same is not None:
        return Const(same == positive)
    if isinstance(a, Unknown) and b.constant is not UNKNOWN:
        return case(at, a, "==", b.constant, positive)
    return case(at, a, "other", f"is{_name(b)}{positive}")


def _same_thing(a: Value, b: Value) -> bool | None:
    """Whether two things that are no plain constants are the same; None where that is not known."""
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return True if isinstance(a, Unknown) and isinstance(b, Unknown) and a.symbol == b.symbol else None
    if not (a.is_thing or b.is_thing) or (a.has_equals and b.has_equals):
        return None
    if a.key() != b.key() and (a.is_open() or b.is_open()):
        return None  # what is set outside of the project may be anything
    return bool(a.key() == b.key())


def _membership(at: Site, a: Value, b: Value, positive: bool) -> Value:
    own = b.special(at, "__contains__", a) if isinstance(b, Instance) else None
    if own is not None:
        return at.lift(lambda answer: _truth_of(at, answer, positive), own)
    listed = _is_listed(a.constant, b.owner) if isinstance(b, AttributeNames) and isinstance(a.constant, str) else None
    if listed is not None:
        return Const(listed == positive)
    options = constants_of(b)
    if a.constant is not UNKNOWN:
        if options is not None and not (isinstance(options, str) and not isinstance(a.constant, str)):
            return Const((a.constant in options) == positive)
        content = b.mapped() if b.has_equals or isinstance(b, (Instance, Attributes)) else None
        if isinstance(content, Mapped) and content.rest is None:
            return Const((a.constant in content.items) == positive)
    among = _is_among(at, a, b)
    if among is not None:
        return Const(among == positive)
    if isinstance(a, Unknown) and options is None and isinstance(b, (DictCell, Instance)):
        content = b.mapped()
        options = tuple(content.items) if isinstance(content, Mapped) and content.rest is None else None
    if isinstance(a, Unknown) and isinstance(options, tuple):
        return case(at, a, "in", options, positive)
    if isinstance(b, Unknown) and b.symbol and isinstance(a.constant, str):  # asked so that it is held against what the string is said to be
        return case(at, replace(b, symbol=f"{b.symbol}.__contains__({a.constant!r})", domain=()), "truth", None, positive)
    owner = b if isinstance(b, Unknown) else a
    return case(at, owner, "other", f"in {_name(a)} {_name(b)}", positive, a)


def _is_listed(name: str, owner: Value) -> bool | None:
    """Whether ``dir(owner)`` has the name."""
    if isinstance(owner, Class):  # of its metaclass it has more than is listed
        return True if owner.member(name) else None
    return owner.lists(name) if isinstance(owner, Instance) else owner.has(name)


def _is_among(at: Site, a: Value, b: Value) -> bool | None:
    """Whether a thing is one of the items of a tuple or list; None where that is not known, or it is no thing."""
    content = content_of(b)
    if content is None or content.rest is not None or not a.is_thing:
        return None
    answers = [_may_be_equal(a, item) for item in content.items]
    return True if True in answers else None if None in answers else False


def _may_be_equal(a: Value, b: Value) -> bool | None:
    """Whether two things are the same, or may be equal by a method."""
    same = _same_thing(a, b)
    return None if same is False and any(isinstance(side, Instance) and side.has_equality() for side in (a, b)) else same


def _truth_of(at: Site, answer: Value, positive: bool) -> Value:
    truth = answer.truth()
    return case(at, answer, "truth", None, positive) if truth is None else Const(truth == positive)


def _name(value: Value) -> str:
    return value.symbol if isinstance(value, Unknown) else repr(value.key())
