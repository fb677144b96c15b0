"""Expressions to values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from bcelint.facts import NOTHING_KNOWN
from bcelint.trace import attributes, calls, comparisons, comprehensions, sequences, subscripts, torchcalls
from bcelint.trace.frames import Frame
from bcelint.trace.modules import external_member
from bcelint.trace.run import Run
from bcelint.trace.truth import split, when
from bcelint.trace.values import (
    CONTENT,
    Choice,
    Const,
    DictCell,
    External,
    Function,
    ListCell,
    Mapped,
    Tensor,
    Tuple,
    Unknown,
    Value,
    is_number,
)

BUILTIN_CONSTANTS = {"True": True, "False": False, "None": None}


def evaluate(run: Run, frame: Frame, node: cst.BaseExpression) -> Value:
    """The value of an expression in ``frame``, under the current path condition."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        return run.unknown(f"{type(node).__name__} is not followed", frame, node)
    value = handler(run, frame, node)
    return run.state.narrow(value) if isinstance(value, Choice) else value


def _name(run: Run, frame: Frame, node: cst.Name) -> Value:
    name = node.value
    value = frame.find(name)
    if value is not None:
        return value
    if name in BUILTIN_CONSTANTS:
        return Const(BUILTIN_CONSTANTS[name])
    if name == "__name__":
        return Const("__main__")
    star = frame.global_frame().fields.get("*")
    if isinstance(star, Tuple):  # `from torch.nn import *`
        for module in star.items:
            if isinstance(module, External):
                member = external_member(module, name)
                if isinstance(member, External) and run.is_known(member.name):
                    return member
            elif isinstance(module, Unknown):
                return run.unknown(f"{name} may come from a star import that is not in the project", frame, node)
    return External(f"builtins.{name}")


def _attribute(run: Run, frame: Frame, node: cst.Attribute) -> Value:
    return attributes.load(run, frame, node, evaluate(run, frame, node.value), node.attr.value)


def _call(run: Run, frame: Frame, node: cst.Call) -> Value:
    return calls.call_node(run, frame, node)


def _subscript(run: Run, frame: Frame, node: cst.Subscript) -> Value:
    return subscripts.load(run, frame, node)


def _constant(run: Run, frame: Frame, node: Any) -> Value:
    known = frame.module.constants.get(node)
    if known is None:
        try:
            known = Const(node.evaluated_value)
        except Exception:
            known = run.unknown("a literal that can't be read", frame, node)
        frame.module.constants[node] = known
    return known


def _concatenated(run: Run, frame: Frame, node: cst.ConcatenatedString) -> Value:
    left, right = evaluate(run, frame, node.left), evaluate(run, frame, node.right)
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            return Const(left.value + right.value)
        except TypeError:
            pass
    return run.unknown("a string that is put together", frame, node)


def _formatted(run: Run, frame: Frame, node: cst.FormattedString) -> Value:
    text = ""
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            text += part.value
        elif isinstance(part, cst.FormattedStringExpression):
            value = evaluate(run, frame, part.expression)
            if not isinstance(value, Const) or part.format_spec or part.conversion:
                return run.unknown("a string that is put together", frame, node, value)
            text += str(value.value)
    return Const(text)


BINARY: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    cst.Add: ("torch.add", operator.add),
    cst.Subtract: ("torch.sub", operator.sub),
    cst.Multiply: ("torch.mul", operator.mul),
    cst.Divide: ("torch.div", operator.truediv),
    cst.FloorDivide: ("torch.floor_divide", operator.floordiv),
    cst.Modulo: ("torch.remainder", operator.mod),
    cst.Power: ("torch.pow", operator.pow),
    cst.MatrixMultiply: ("torch.matmul", operator.matmul),
    cst.BitAnd: ("torch.bitwise_and", operator.and_),
    cst.BitOr: ("torch.bitwise_or", operator.or_),
    cst.BitXor: ("torch.bitwise_xor", operator.xor),
    cst.LeftShift: ("torch.bitwise_left_shift", operator.lshift),
    cst.RightShift: ("torch.bitwise_right_shift", operator.rshift),
}
BINARY.update(
    {
        cst.AddAssign: BINARY[cst.Add],
        cst.SubtractAssign: BINARY[cst.Subtract],
        cst.MultiplyAssign: BINARY[cst.Multiply],
        cst.DivideAssign: BINARY[cst.Divide],
        cst.FloorDivideAssign: BINARY[cst.FloorDivide],
        cst.ModuloAssign: BINARY[cst.Modulo],
        cst.PowerAssign: BINARY[cst.Power],
        cst.MatrixMultiplyAssign: BINARY[cst.MatrixMultiply],
        cst.BitAndAssign: BINARY[cst.BitAnd],
        cst.BitOrAssign: BINARY[cst.BitOr],
        cst.BitXorAssign: BINARY[cst.BitXor],
        cst.LeftShiftAssign: BINARY[cst.LeftShift],
        cst.RightShiftAssign: BINARY[cst.RightShift],
    }
)
SECOND = {"torch.pow": "exponent"}
"""What the second operand is called, where that is not ``other``."""


def _binary(run: Run, frame: Frame, node: cst.BinaryOperation) -> Value:
    return binary(run, frame, node, type(node.operator), evaluate(run, frame, node.left), evaluate(run, frame, node.right))


def binary(run: Run, frame: Frame, node: cst.CSTNode, kind: type, left: Value, right: Value) -> Value:
    """``left op right``."""
    row, python = BINARY[kind]

    def one(a: Value, b: Value) -> Value:
        if isinstance(a, Const) and isinstance(b, Const):
            return _folded(run, frame, node, python, a.value, b.value)
        if isinstance(a, Tensor) or isinstance(b, Tensor):
            return torchcalls.operation(run, frame, node, row, {"input": a, SECOND.get(row, "other"): b})
        sequences = [_content(v) for v in (a, b)]
        if row == "torch.add" and all(s is not None for s in sequences):
            return _concatenation(a, b, sequences)
        if row == "torch.mul" and (sequences[0] is not None or sequences[1] is not None):
            return _repetition(run, frame, node, a, b)
        if isinstance(a, Const) and isinstance(a.value, str) and row == "torch.remainder":
            given = comparisons.constants_of(b)
            if isinstance(given, tuple):
                return _folded(run, frame, node, python, a.value, given)
        symbols = [v.symbol if isinstance(v, Unknown) else repr(v.value) if isinstance(v, Const) else "" for v in (a, b)]
        symbol = f"({symbols[0]} {row[6:]} {symbols[1]})" if all(symbols) and len("".join(symbols)) < 120 else ""
        unknown = run.unknown(_reason(a, b), frame, node, a, b, symbol=symbol, number=is_number(a) and is_number(b))
        facts = next((v.facts for v in (a, b) if isinstance(v, Unknown) and v.facts != NOTHING_KNOWN), NOTHING_KNOWN)
        return replace(unknown, facts=facts)

    return run.state.lift(one, left, right)


def _reason(*values: Value) -> str:
    return next((v.reason for v in values if isinstance(v, Unknown)), "arithmetic on things that are not followed")


def _folded(run: Run, frame: Frame, node: cst.CSTNode, python: Callable[[Any, Any], Any], a: Any, b: Any) -> Value:
    """An operation on two constants, if it is small enough to be carried out."""
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    if numbers and (abs(a) > 1e15 or abs(b) > 1e15 or (python is operator.pow and abs(b) > 64) or python is operator.lshift):
        return run.unknown("a large number", frame, node)
    if not numbers and python is operator.mul:
        return run.unknown("a repeated string", frame, node)
    try:
        return Const(python(a, b))
    except Exception:
        return run.unknown("an operation that fails", frame, node)


def _content(value: Value) -> Tuple | None:
    if isinstance(value, Tuple):
        return value
    if isinstance(value, ListCell):
        content = value.fields.get(CONTENT)
        return content if isinstance(content, Tuple) else None
    return None


def _concatenation(a: Value, b: Value, sequences: list[Tuple | None]) -> Value:
    one, other = sequences
    assert one is not None
    assert other is not None
    joined = join_sequences(one, other)
    return joined if isinstance(a, Tuple) and isinstance(b, Tuple) else new_list(joined)


def join_sequences(one: Tuple, other: Tuple) -> Tuple:
    """The concatenation; where the first is of unknown length, all of the second may stand anywhere after its known part."""
    if one.rest is None:
        return Tuple((*one.items, *other.items), other.rest)
    rests = [one.rest, *other.items, *([other.rest] if other.rest else [])]
    return Tuple(one.items, rests[0] if len({r.key() for r in rests}) == 1 else Unknown("an item of a list of unknown length"))


def _repetition(run: Run, frame: Frame, node: cst.CSTNode, a: Value, b: Value) -> Value:
    sequence, count = (a, b) if _content(a) is not None else (b, a)
    content = _content(sequence)
    assert content is not None
    if isinstance(count, Const) and isinstance(count.value, int) and 0 <= count.value * len(content.items) <= 64 and content.rest is None:
        repeated = Tuple(content.items * count.value)
    elif len(content.items) == 1 and content.rest is None:
        repeated = Tuple((), content.items[0])
    else:
        return run.unknown("a repeated list", frame, node, a, b)
    return repeated if isinstance(sequence, Tuple) else new_list(repeated)


def new_list(content: Tuple) -> ListCell:
    cell = ListCell()
    cell.fields[CONTENT] = content
    return cell


def new_dict(content: Mapped) -> DictCell:
    cell = DictCell()
    cell.fields[CONTENT] = content
    return cell


def _unary(run: Run, frame: Frame, node: cst.UnaryOperation) -> Value:
    value = evaluate(run, frame, node.expression)
    if isinstance(node.operator, cst.Not):
        return comparisons.negation(run, frame, node, value)

    def one(v: Value) -> Value:
        if isinstance(v, Const) and isinstance(v.value, (int, float)):
            if isinstance(node.operator, cst.BitInvert):
                return Const(~v.value) if isinstance(v.value, int) else run.unknown("an operation that fails", frame, node)
            return Const(-v.value if isinstance(node.operator, cst.Minus) else +v.value)
        if isinstance(v, Tensor):
            if isinstance(node.operator, cst.Plus):
                return v
            name = "torch.neg" if isinstance(node.operator, cst.Minus) else "torch.bitwise_not"
            return torchcalls.operation(run, frame, node, name, {"input": v})
        return run.unknown(_reason(v), frame, node, v)

    return run.state.lift(one, value)


def _boolean(run: Run, frame: Frame, node: cst.BooleanOperation) -> Value:
    """``a and b``, ``a or b``: the right side is evaluated only where the left one does not decide."""
    left = evaluate(run, frame, node.left)
    true, false = split(run, frame, node.left, left)
    go_on, decided = (true, false) if isinstance(node.operator, cst.And) else (false, true)
    options = [(guard, when(run, left, guard, isinstance(node.operator, cst.Or))) for guard in decided]
    for guard in go_on:
        for reached, value in run.state.branches([(guard, lambda: evaluate(run, frame, node.right))]):
            options.append((reached, value))
    return run.state.choice(options)


def _conditional(run: Run, frame: Frame, node: cst.IfExp) -> Value:
    true, false = split(run, frame, node.test, evaluate(run, frame, node.test))
    cases: list[tuple[Any, Callable[[], Value]]] = []
    cases += [(guard, lambda: evaluate(run, frame, node.body)) for guard in true]
    cases += [(guard, lambda: evaluate(run, frame, node.orelse)) for guard in false]
    return run.state.choice(run.state.branches(cases))


def _lambda(run: Run, frame: Frame, node: cst.Lambda) -> Value:
    return Function("<lambda>", node, frame.module, frame, calls.defaults_of(run, frame, node.params))


def elements(run: Run, frame: Frame, nodes: Any) -> Tuple:
    """The items of a display, stars unpacked."""
    content = Tuple()
    for element in nodes:
        if isinstance(element, cst.StarredElement):
            content = join_sequences(content, sequences.sequence_of(run, frame, element.value, evaluate(run, frame, element.value)))
        else:
            content = join_sequences(content, Tuple((evaluate(run, frame, element.value),)))
    return content


def _tuple(run: Run, frame: Frame, node: cst.Tuple) -> Value:
    return elements(run, frame, node.elements)


def _list(run: Run, frame: Frame, node: Any) -> Value:
    return new_list(elements(run, frame, node.elements))


def _dict(run: Run, frame: Frame, node: cst.Dict) -> Value:
    items: dict[Any, Value] = {}
    rest: Value | None = None
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            inner = sequences.mapping_of(run, evaluate(run, frame, element.value))
            if inner is None:
                rest = run.unknown("a dict that is spread into another", frame, element.value)
            else:
                items.update(inner.items)
                rest = inner.rest or rest
            continue
        assert isinstance(element, cst.DictElement)
        key, value = evaluate(run, frame, element.key), evaluate(run, frame, element.value)
        if isinstance(key, (Const, External)):
            items[subscripts.dict_key(key)] = value
        else:
            rest = value if rest is None or rest.key() == value.key() else run.unknown("a value under a key that is not known", frame, element.value)
    return new_dict(Mapped(items, rest))


def _named(run: Run, frame: Frame, node: cst.NamedExpr) -> Value:
    value = evaluate(run, frame, node.value)
    if isinstance(node.target, cst.Name):
        run.state.write(frame.cell_for(node.target.value), node.target.value, value)
    return value


def _await(run: Run, frame: Frame, node: cst.Await) -> Value:
    return evaluate(run, frame, node.expression)


def _yield(run: Run, frame: Frame, node: cst.Yield) -> Value:
    if isinstance(node.value, cst.From):
        content = sequences.sequence_of(run, frame, node, evaluate(run, frame, node.value.item))
        frame.yields.extend([*content.items, *([content.rest] if content.rest else [])])
    elif node.value is not None:
        frame.yields.append(evaluate(run, frame, node.value))
    return run.unknown("what is sent into a generator", frame, node)


def _ellipsis(run: Run, frame: Frame, node: cst.Ellipsis) -> Value:
    return Const(...)


def _comparison(run: Run, frame: Frame, node: cst.Comparison) -> Value:
    return comparisons.comparison(run, frame, node)


def _comprehension(run: Run, frame: Frame, node: Any) -> Value:
    return comprehensions.sequence(run, frame, node)


def _dict_comprehension(run: Run, frame: Frame, node: cst.DictComp) -> Value:
    return comprehensions.mapping(run, frame, node)


_HANDLERS: dict[type, Callable[[Run, Frame, Any], Value]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Subscript: _subscript,
    cst.Integer: _constant,
    cst.Float: _constant,
    cst.Imaginary: _constant,
    cst.SimpleString: _constant,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.BinaryOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison,
    cst.IfExp: _conditional,
    cst.Lambda: _lambda,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _list,
    cst.Dict: _dict,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _dict_comprehension,
    cst.NamedExpr: _named,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.Ellipsis: _ellipsis,
}
