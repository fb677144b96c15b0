"""Python's builtin functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.trace import attributes, calls, comparisons, container_methods, sequences, subscripts
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.conditions import Atom
from bcelint.trace.options import Namespace
from bcelint.trace.truth import condition, truth
from bcelint.trace.values import (
    CONTENT,
    NONE,
    Class,
    Const,
    Container,
    Criterion,
    DictCell,
    External,
    Function,
    Instance,
    Layer,
    ListCell,
    Mapped,
    Module,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from bcelint.trace.frames import Frame
    from bcelint.trace.run import Run

Handler = Callable[["Run", "Frame", cst.BaseExpression, Arguments], Value]
HANDLERS: dict[str, Handler] = {}
MAX_RANGE = 64


def builtin(*names: str) -> Callable[[Handler], Handler]:
    def register(function: Handler) -> Handler:
        for name in names:
            HANDLERS[name] = function
        return function

    return register


def _content(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments, index: int = 0) -> Tuple:
    if len(args.positional) <= index:
        return Tuple()
    return sequences.sequence_of(run, frame, node, args.positional[index])


@builtin("list", "set", "frozenset")
def _list(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return ev.new_list(_content(run, frame, node, args))


@builtin("sorted")
def _sorted(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return ev.new_list(container_methods.reordered(run, frame, node, _content(run, frame, node, args), args))


@builtin("reversed")
def _reversed(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    content = _content(run, frame, node, args)
    if content.rest is None:
        return Tuple(content.items[::-1])
    return Tuple((), subscripts.any_of(run, frame, node, content))


@builtin("tuple")
def _tuple(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return _content(run, frame, node, args)


@builtin("dict")
def _dict(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    items: dict[Any, Value] = {}
    rest: Value | None = None
    if args.positional:
        mapping = sequences.mapping_of(run, args.positional[0])
        if mapping is not None:
            items, rest = dict(mapping.items), mapping.rest
        else:
            content = _content(run, frame, node, args)
            for pair in content.items:
                parts = sequences.sequence_of(run, frame, node, pair)
                if parts.rest is None and len(parts.items) == 2 and isinstance(parts.items[0], (Const, External)):
                    items[subscripts.dict_key(parts.items[0])] = parts.items[1]
                else:
                    rest = run.unknown("a pair that is not followed", frame, node)
            if content.rest is not None:
                rest = run.unknown("pairs that are not followed", frame, node)
    items.update(args.keywords)
    if args.open_keywords:
        rest = run.unknown("further keywords", frame, node)
    return ev.new_dict(Mapped(items, rest))


@builtin("range", "xrange")
def _range(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    numbers = [v.value for v in args.positional if isinstance(v, Const) and isinstance(v.value, int)]
    if len(numbers) == len(args.positional) and 1 <= len(numbers) <= 3:
        try:
            values = range(*numbers)
        except ValueError:
            return run.unknown("a range that fails", frame, node)
        if len(values) <= MAX_RANGE:
            return Tuple(tuple(Const(i) for i in values))
    return Tuple((), run.unknown("a number of a range", frame, node, number=True))


@builtin("len")
def _len(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    def one(value: Value) -> Value:
        if isinstance(value, (Tuple, ListCell, DictCell, Container)):
            content = value if isinstance(value, Tuple) else value.fields.get(CONTENT)
            if isinstance(content, (Tuple, Mapped)) and content.rest is None:
                return Const(len(content.items))
        if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
            return Const(len(value.value))
        if isinstance(value, Unknown):
            return run.unknown(value.reason, frame, node, value, symbol=f"len({value.symbol})", number=True)
        return run.unknown("a length", frame, node, number=True)

    return run.state.lift(one, args.positional[0]) if args.positional else run.unknown("len()", frame, node)


@builtin("enumerate")
def _enumerate(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    content = _content(run, frame, node, args)
    start = args.positional[1] if len(args.positional) > 1 else args.keywords.get("start", Const(0))
    first = start.value if isinstance(start, Const) and isinstance(start.value, int) else 0
    items = tuple(Tuple((Const(first + i), item)) for i, item in enumerate(content.items))
    rest = None if content.rest is None else Tuple((run.unknown("a running number", frame, node, number=True), content.rest))
    return Tuple(items, rest)


@builtin("zip")
def _zip(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    contents = [_content(run, frame, node, args, i) for i in range(len(args.positional))]
    if args.open_positional or not contents:
        return Tuple((), run.unknown("zipped lists that are not followed", frame, node))
    if all(content.rest is None for content in contents):
        return Tuple(tuple(Tuple(row) for row in zip(*(content.items for content in contents))))
    known = min((len(content.items) for content in contents if content.rest is None), default=None)
    if known is not None:
        columns = [
            content.items[:known] if content.rest is None else content.items + (content.rest,) * (known - len(content.items)) for content in contents
        ]
        return Tuple(tuple(Tuple(row) for row in zip(*columns)))
    return Tuple((), Tuple(tuple(subscripts.any_of(run, frame, node, content) for content in contents)))


@builtin("map")
def _map(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    if len(args.positional) != 2:
        return Tuple((), run.unknown("map over several lists", frame, node))
    function, content = args.positional[0], _content(run, frame, node, args, 1)
    items = tuple(calls.call_value(run, frame, node, function, Arguments((item,))) for item in content.items[:MAX_RANGE])
    rest = None if content.rest is None else calls.call_value(run, frame, node, function, Arguments((content.rest,)))
    return Tuple(items, rest)


@builtin("filter")
def _filter(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    content = _content(run, frame, node, args, 1)
    return Tuple((), subscripts.any_of(run, frame, node, content))


@builtin("next")
def _next(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    content = _content(run, frame, node, args)
    return content.items[0] if len(content.items) == 1 and content.rest is None else subscripts.any_of(run, frame, node, content)


@builtin("sum")
def _sum(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    content = _content(run, frame, node, args)
    if content.rest is not None or not content.items:
        losses = subscripts.any_of(run, frame, node, content)
        if isinstance(losses, Tensor):
            return Tensor(sources=losses.sources, losses=losses.losses, reason="a sum of unknown length")
        return run.unknown("a sum of unknown length", frame, node, losses)
    total = content.items[0]
    for item in content.items[1:]:
        total = ev.binary(run, frame, node, cst.Add, total, item)
    return total


@builtin("isinstance")
def _isinstance(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    if len(args.positional) != 2:
        return run.unknown("isinstance", frame, node)
    classes = args.positional[1]
    return run.state.lift(lambda value: _instance_of(run, frame, node, value, classes), args.positional[0])


def _instance_of(run: Run, frame: Frame, node: cst.BaseExpression, value: Value, classes: Value) -> Value:
    options = classes.items if isinstance(classes, Tuple) else (classes,)
    answers = [_is_one(value, option) for option in options]
    if any(answer is True for answer in answers):
        return Const(True)
    if all(answer is False for answer in answers):
        return Const(False)
    atom = condition(run, frame, node, value, "isinstance", tuple(repr(option.key()) for option in options))
    return run.state.choice([(frozenset([atom]), Const(True)), (frozenset([atom.negated()]), Const(False))])


_PYTHON_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


def _is_one(value: Value, cls: Value) -> bool | None:
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Instance):
        if isinstance(cls, Class):
            return True if any(c is cls for c in value.cls.mro()) else None if value.cls.has_unknown_base() else False
        if isinstance(cls, External):
            if any(base.name == cls.name for base in value.cls.external_bases()):
                return True
            return False if cls.name.startswith("builtins.") else None
        return None
    if not isinstance(cls, External):
        return False if isinstance(cls, Class) and not isinstance(value, Class) else None
    short = cls.name.rpartition(".")[2]
    if isinstance(value, Const):
        python = _PYTHON_TYPES.get(short)
        return isinstance(value.value, python) if python and cls.name.startswith("builtins.") else False
    if isinstance(value, Tensor):
        if value.model is not None:
            return None
        return True if cls.name in ("torch.Tensor", "torch.autograd.Variable") else False if cls.name.startswith("builtins.") else None
    if isinstance(value, (ListCell, Tuple, DictCell)):
        own = {ListCell: "list", Tuple: "tuple", DictCell: "dict"}[type(value)]
        return short == own or (short in ("Sequence", "Iterable") and own != "dict") or (short == "Mapping" and own == "dict")
    if isinstance(value, Layer):
        return cls.name in value.row.names or cls.name == "torch.nn.Module"
    if isinstance(value, Criterion):
        return cls.name in (value.row.cls, "torch.nn.Module")
    if isinstance(value, Container):
        return cls.name == f"torch.nn.{value.name}" or cls.name == "torch.nn.Module"
    return None


@builtin("getattr")
def _getattr(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    if len(args.positional) < 2:
        return run.unknown("getattr", frame, node)
    owner, default = args.positional[0], args.positional[2] if len(args.positional) > 2 else None

    def one(name: Value) -> Value:
        if not isinstance(name, Const) or not isinstance(name.value, str):
            return run.unknown("an attribute whose name is not known", frame, node, owner)
        if default is not None and isinstance(owner, (Instance, Class)):
            found = attributes.find(run, frame, node, owner, name.value)
            if found is None and not (isinstance(owner, Instance) and owner.cls.has_unknown_base()):
                return default
        return attributes.load(run, frame, node, owner, name.value)

    return run.state.lift_call(one, args.positional[1])


@builtin("setattr")
def _setattr(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    if len(args.positional) == 3:
        owner, name, value = args.positional
        if isinstance(name, Const):
            attributes.store(run, owner, str(name.value), value)
        else:
            attributes.store_unnamed(run, frame, node, owner, value)
    return NONE


@builtin("vars")
def _vars(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    if args.positional:
        owner = run.state.narrow(args.positional[0])
        if isinstance(owner, (Module, Namespace)):
            return attributes.attributes_of(run, owner)
        attributes.store(run, owner, attributes.DYNAMIC, Const(True))
    return run.unknown("the attributes of an object", frame, node)


@builtin("globals")
def _globals(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return attributes.attributes_of(run, Module(frame.module.path))


@builtin("eval")
def _eval(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    """``eval`` of a name or of attributes of one, which is what models and losses are chosen by."""

    def one(text: Value) -> Value:
        names = text.value.strip().split(".") if isinstance(text, Const) and isinstance(text.value, str) else [""]
        if len(args.all()) > 1 or not all(name.isidentifier() for name in names):
            return run.unknown("eval() of what is not known", frame, node, text)
        value = ev.evaluate(run, frame, cst.Name(names[0]))
        for name in names[1:]:
            value = attributes.load(run, frame, node, value, name)
        return value

    return run.state.lift_call(one, args.positional[0]) if args.positional else run.unknown("eval()", frame, node)


@builtin("hasattr")
def _hasattr(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    if len(args.positional) == 2 and isinstance(args.positional[1], Const):
        owner, name = args.positional[0], str(args.positional[1].value)
        if isinstance(owner, Instance):
            if name in owner.fields or owner.cls.member(name) is not None:
                return Const(True)
            if not owner.cls.has_unknown_base() and CONTENT not in owner.fields:
                return Const(False)
        symbol = f"hasattr({owner.symbol if isinstance(owner, Unknown) else id(owner)}, {name})"
        module = frame.module
        atom = Atom(symbol, "truth", None, True, lambda: module.text(node))
        return run.state.choice([(frozenset([atom]), Const(True)), (frozenset([atom.negated()]), Const(False))])
    return run.unknown("hasattr", frame, node)


@builtin("callable")
def _callable(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    value = args.positional[0] if args.positional else NONE
    if isinstance(value, (Function, Class, External, Layer)):
        return Const(True)
    return Const(False) if isinstance(value, (Const, Tuple, ListCell, DictCell)) else run.unknown("callable", frame, node, value)


@builtin("int", "float", "bool", "str", "abs", "round", "min", "max")
def _number(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    name = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) else ""
    values = args.positional
    if len(values) == 1 and name in ("min", "max") and comparisons.constants_of(values[0]) is not None:
        values = tuple(Const(v) for v in comparisons.constants_of(values[0]) or ())
    if values and all(isinstance(v, Const) for v in values) and not args.keywords:
        try:
            return Const(_PYTHON_NUMBERS[name](*(v.value for v in values)))  # type: ignore[attr-defined]
        except Exception:
            return run.unknown(f"{name}() of a constant", frame, node)
    if name == "bool" and len(values) == 1 and truth(values[0]) is not None:
        return Const(truth(values[0]))
    if name == "abs" and len(values) == 1 and isinstance(values[0], Tensor):
        from bcelint.trace import torchcalls

        return torchcalls.operation(run, frame, node, "torch.abs", {"input": values[0]})
    symbol = f"{name}({values[0].symbol})" if len(values) == 1 and isinstance(values[0], Unknown) and name in ("int", "str", "float", "bool") else ""
    return run.unknown(f"a {name or 'number'} that is not known", frame, node, *values, symbol=symbol, number=name in ("int", "float", "round"))


_PYTHON_NUMBERS: dict[str, Any] = {"int": int, "float": float, "bool": bool, "str": str, "abs": abs, "round": round, "min": min, "max": max}


@builtin("type")
def _type(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return run.state.lift(lambda value: _type_of(run, frame, node, value), args.positional[0] if args.positional else NONE)


def _type_of(run: Run, frame: Frame, node: cst.BaseExpression, value: Value) -> Value:
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Layer):
        return External(value.row.names[0])
    if isinstance(value, Criterion):
        return External(value.row.cls)
    if isinstance(value, Container):
        return External(f"torch.nn.{value.name}")
    symbol = f"type({value.symbol})" if isinstance(value, Unknown) else ""
    return run.unknown("a type", frame, node, value, symbol=symbol)


@builtin("print", "delattr", "exit", "quit", "input")
def _nothing(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return NONE
