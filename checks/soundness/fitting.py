"""Whether what was seen is one of the things that the tracer holds possible."""

from __future__ import annotations

import enum
import importlib
import sys
import types
from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Any

from bcelint.facts import DType, Facts, Interval, Kind
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import Const
from bcelint.trace.values.criteria import Criterion
from bcelint.trace.values.enums import Member
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Bound, Function, Partial
from bcelint.trace.values.layers import Layer
from bcelint.trace.values.modules import Module
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.unknowns import Unknown
from checks.soundness.layout import layout
from checks.soundness.recorded import AnyOf, Keyed, Made, Sequence
from checks.soundness.seen import Array, Items, Map, Object, Seen, Thing, named

SLACK = 1e-4
"""Of a bound, relative to it: what rounding may add."""
UNIT, NOT_POSITIVE = Interval(0.0, 1.0), Interval(float("-inf"), 0.0)
ITERATORS = (types.GeneratorType, type(iter([])), type(iter(())), type(iter({})), zip, map, filter, enumerate, reversed, range)


@dataclass(frozen=True)
class Misfit:
    """What was claimed and what was seen. ``where`` is the way from the name to the part in question; ``kind`` the sort of claim."""

    kind: str
    claimed: str
    seen: str
    where: str = ""

    def below(self, step: str) -> Misfit:
        return Misfit(self.kind, self.claimed, self.seen, step + self.where)


def misfit(claim: Any, seen: Seen) -> Misfit | None:
    """None where it fits."""
    if claim is None or claim is Ellipsis:
        return None
    if isinstance(claim, AnyOf):
        found = [misfit(option, seen) for option in claim.options]
        if not found or any(f is None for f in found):
            return None
        first = found[0]
        assert first is not None
        return first if len(found) == 1 else Misfit(first.kind, " | ".join(f.claimed for f in found if f), str(seen), first.where)
    handler = _CLAIMS.get(type(claim))
    if isinstance(seen, Object) and seen.inner is not None and not isinstance(claim, Unknown):
        return misfit(claim, seen.inner)
    return None if handler is None else handler(claim, seen)


def _unknown(claim: Unknown, seen: Seen) -> Misfit | None:
    if claim.is_number and not (isinstance(seen, Thing) and isinstance(seen.value, (int, float, complex))) and not isinstance(seen, (Array, Object)):
        return Misfit("number", "a Python number", str(seen))
    if claim.domain and isinstance(seen, Thing) and seen.value not in claim.domain:
        return Misfit("domain", f"one of {claim.domain}", str(seen))
    grad = claim.facts.grad
    if isinstance(seen, Array) and seen.is_torch and grad is not None and grad.value is False and seen.grad:
        return Misfit("gradient", "no gradient", str(seen))
    return None


def _constant(claim: Const, seen: Seen) -> Misfit | None:
    value = claim.value
    if isinstance(seen, Thing):
        other = seen.value
        if isinstance(claim, Member) or isinstance(value, enum.Enum):  # the tracer has enums of its own
            same = isinstance(other, enum.Enum) and other.name == getattr(value, "name", None)
        else:
            plain = other.value if isinstance(other, enum.Enum) and isinstance(other, (int, str)) else other
            same = type(value) is type(plain) and (value == plain or value != value)
            same = same or (isinstance(other, enum.Enum) and other.value == value)
        if same:
            return None
    return Misfit("constant", f"the constant {value!r}", str(seen))


def _tensor(claim: Tensor, seen: Seen) -> Misfit | None:
    if claim.model is not None and not isinstance(seen, Array):
        return None
    if isinstance(seen, Thing) and isinstance(seen.value, (bool, int, float)):
        number = seen.value
        array = Array("number", (), float(number), float(number), False, is_torch=False)
        return facts_misfit(claim.facts, array)
    if isinstance(seen, Object) and any(base.__module__.startswith("torch") and base.__name__ in _TENSORS for base in seen.type.__mro__):
        return None
    if isinstance(seen, Object) and ("PackedSequence" in seen.type.__name__ or seen.type.__module__.startswith("torch.fx.")):
        return None  # a stand-in for a tensor, where a graph is drawn
    if not isinstance(seen, Array):
        is_either = not claim.cls and isinstance(seen, Object) and any(base.__name__ == "Module" for base in seen.type.__mro__)
        return None if is_either else Misfit("family", "a tensor", str(seen))
    return facts_misfit(claim.facts, seen)


_TENSORS = ("Tensor", "TensorBase", "PackedSequence")


def facts_misfit(facts: Facts, seen: Array) -> Misfit | None:
    return _range(facts, seen) or _dtype(facts, seen) or _shape(facts, seen) or _gradient(facts, seen)


def _range(facts: Facts, seen: Array) -> Misfit | None:
    if seen.low is None or seen.high is None:
        return None
    bounds = [("range", facts.interval)]
    if facts.kind is not None:
        bounds.append(("kind", {Kind.PROBABILITIES: UNIT, Kind.LOG_PROBABILITIES: NOT_POSITIVE}.get(facts.kind.value)))
    for kind, interval in bounds:
        if interval is not None and not (interval.low - _slack(interval.low) <= seen.low and seen.high <= interval.high + _slack(interval.high)):
            what = f"{interval}" if kind == "range" or facts.kind is None else facts.kind.value.value
            return Misfit(kind, what, str(seen))
    return None


def _slack(bound: float) -> float:
    return SLACK * max(1.0, abs(bound)) if abs(bound) != float("inf") else 0.0


def _dtype(facts: Facts, seen: Array) -> Misfit | None:
    dtype = facts.value("dtype")
    if dtype is None or seen.dtype == "number":
        return None
    if dtype is DType.FLOATING:
        fits = "float" in seen.dtype
    elif dtype is DType.INTEGRAL:
        fits = "int" in seen.dtype
    elif dtype is DType.COMPLEX:
        fits = "complex" in seen.dtype
    else:
        fits = dtype.value == seen.dtype
    return None if fits else Misfit("dtype", dtype.value, str(seen))


def _shape(facts: Facts, seen: Array) -> Misfit | None:
    shape = facts.value("shape")
    if shape is None:
        return None
    real = seen.shape
    long_enough = len(real) >= len(shape.dims) if shape.open else len(real) == len(shape.dims)
    trailing = real[len(real) - len(shape.dims) :]
    fits = long_enough and all(not isinstance(dim, int) or dim == size for dim, size in zip(shape.dims, trailing))
    return None if fits else Misfit("shape", str(shape), str(seen))


def _gradient(facts: Facts, seen: Array) -> Misfit | None:
    grad = facts.value("grad")
    if grad is None or seen.grad is None or not seen.is_torch or grad == seen.grad:
        return None
    steps = "" if grad or facts.grad is None else facts.grad.steps[-1].note if facts.grad.steps else ""
    return Misfit("gradient", "gradient" if grad else f"no gradient after {steps or '?'}", str(seen))


def _sequence(claim: Sequence, seen: Seen) -> Misfit | None:
    if isinstance(seen, (Object, Map)) or (isinstance(seen, Thing) and isinstance(seen.value, ITERATORS)):
        # A generator can't be looked into; what a loader, a set of parameters or a view of a dict yields is told as a list.
        return None if not isinstance(seen, Object) or claim.kind == "list" or _is_iterable(seen.type) else Misfit("family", claim.kind, str(seen))
    if isinstance(seen, Thing) and isinstance(seen.value, (str, bytes)):
        return Misfit("family", f"a {claim.kind}", str(seen))
    if not isinstance(seen, Items):
        return Misfit("family", f"a {claim.kind}", str(seen))
    if not (issubclass(seen.type, tuple) if claim.kind == "tuple" else True):
        return None if claim.rest is not None else Misfit("family", f"a {claim.kind}", str(seen))
    known = len(claim.items)
    if seen.type in (set, frozenset):
        return None
    if claim.rest is None and known != seen.length:
        return Misfit("length", f"{known} items", str(seen))
    if claim.rest is not None and known > seen.length:
        return Misfit("length", f"{known} items or more", str(seen))
    for index, item in enumerate(seen.items or ()):
        found = misfit(claim.items[index] if index < known else claim.rest, item)
        if found is not None:
            return found.below(f"[{index}]")
    return None


def _is_iterable(cls: type) -> bool:
    return hasattr(cls, "__iter__") or hasattr(cls, "__getitem__") or cls is deque


def _keyed(claim: Keyed, seen: Seen) -> Misfit | None:
    if claim.kind != "dict":
        return _container(claim, seen)
    if isinstance(seen, Object) and (issubclass(seen.type, dict) or hasattr(seen.type, "keys") or "Namespace" in seen.type.__name__):
        return None
    if not isinstance(seen, Map):
        return Misfit("family", "a dict", str(seen))
    return _entries(claim, seen.items, str(seen))


def _entries(claim: Keyed, items: Any, shown: str) -> Misfit | None:
    if items is None:
        return None
    claim = Keyed(claim.kind, {named(key): item for key, item in claim.items.items()}, claim.rest)
    plain = [key for key in claim.items if not isinstance(key, tuple) and not str(key).startswith("<")]
    for key in plain:
        if key not in items and str(key) not in map(str, items) and len(items) < 64:
            return Misfit("key", f"the key {key!r}", shown)
    for key, item in items.items():
        if claim.rest is None and key not in claim.items and len(plain) == len(claim.items) and not isinstance(key, type) and "class" not in str(key):
            return Misfit("key", f"no key {key!r}", shown)
        found = misfit(claim.items.get(key, claim.rest if len(plain) == len(claim.items) else None), item)
        if found is not None:
            return found.below(f"[{key!r}]")
    return None


def _container(claim: Keyed, seen: Seen) -> Misfit | None:
    if not isinstance(seen, Object) or not any(base.__name__ == claim.kind for base in seen.type.__mro__):
        return Misfit("class", f"nn.{claim.kind}", str(seen))
    if claim.rest is Ellipsis or seen.attributes is None:
        return None
    return _entries(claim, {key: part for key, part in seen.attributes.items() if not key.startswith("_")}, str(seen)) if _is_plain(seen) else None


def _is_plain(seen: Object) -> bool:
    return seen.type.__module__.startswith("torch.nn")


def _made(claim: Made, seen: Seen) -> Misfit | None:
    if claim.cls is None:
        if not isinstance(seen, Object):
            return Misfit("class", "a namespace", str(seen))
    elif not isinstance(seen, Object):
        return _of_base(claim.cls, seen)
    elif seen.type is types.GeneratorType and claim.cls.member("__iter__") is not None:
        return None  # ``iter`` hands its argument on, as far as iterating goes
    elif seen.type.__name__ != claim.cls.name:
        return Misfit("class", f"an object of {claim.cls.name}", str(seen))
    attributes = seen.attributes if isinstance(seen, Object) else None
    for name, part in claim.attributes.items() if attributes is not None else ():
        if attributes is not None and name in attributes:
            found = misfit(part, attributes[name])
            if found is not None:
                return found.below(f".{name}")
    return None


def _of_base(cls: Class, seen: Seen) -> Misfit | None:
    """An object whose class inherits from a list, a tuple, a number …"""
    real = type(seen.value) if isinstance(seen, Thing) else seen.type if isinstance(seen, (Items, Map)) else None
    if real is not None and any(base.__name__ == cls.name for base in real.__mro__):
        return None
    return Misfit("class", f"an object of {cls.name}", str(seen))


def _class(claim: Class, seen: Seen) -> Misfit | None:
    if isinstance(seen, Thing) and (not isinstance(seen.value, type) or seen.value.__name__ == claim.name):
        return None if isinstance(seen.value, type) or callable(seen.value) else Misfit("family", f"the class {claim.name}", str(seen))
    return None if isinstance(seen, Object) else Misfit("family", f"the class {claim.name}", str(seen))


def _function(claim: Function | Bound, seen: Seen) -> Misfit | None:
    function = claim.function if isinstance(claim, Bound) else claim
    value = seen.value if isinstance(seen, Thing) else None
    value = getattr(value, "__func__", value)
    if isinstance(value, types.FunctionType):
        # ``functools.wraps`` and many a decorator that keeps what the function does: the claim may be of either.
        same = _is_same(function, value) or _is_same(function, getattr(value, "__wrapped__", None))
        return None if same else Misfit("function", f"the function {function.qualname}", str(seen))
    if isinstance(seen, Object) or (isinstance(seen, Thing) and callable(value)) or isinstance(value, (property, staticmethod, classmethod)):
        return None
    return Misfit("family", f"the function {function.qualname}", str(seen))


def _is_same(function: Function, value: Any) -> bool:
    """Whether the function of Python is the one of the project; True where that can't be told."""
    if not isinstance(value, types.FunctionType):
        return False
    code, path = value.__code__, function.closure.code.path
    if code.co_filename != path:
        return bool(function.decorator) or function.role != "plain"
    if function.name == "<lambda>" or code.co_name == "<lambda>":
        return function.name == code.co_name
    line = layout(path).definitions.get((code.co_firstlineno, code.co_name))
    return line is None or line == function.closure.code.span(function.node.name)[0]  # type: ignore[union-attr]


def _external(claim: External, seen: Seen) -> Misfit | None:
    if not isinstance(seen, Thing):
        return None if isinstance(seen, Object) or claim.is_open() else Misfit("family", claim.name, str(seen))
    real = resolved(claim.name)
    if real is _MISSING or real is seen.value or isinstance(seen.value, (types.MethodType, types.ModuleType)):
        return None
    try:
        if real == seen.value:
            return None
    except Exception:
        return None
    same_name = getattr(seen.value, "__name__", None) == claim.name.rpartition(".")[2]
    return None if same_name else Misfit("external", claim.name, str(seen))


_MISSING = object()


@cache
def resolved(name: str) -> Any:
    """What lies outside of the program under a dotted name, if that is loaded."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        found: Any = sys.modules.get(".".join(parts[:end]))
        if found is None and end == 1 and parts[0] == "builtins":
            found = importlib.import_module("builtins")
        if found is None:
            continue
        for part in parts[end:]:
            found = getattr(found, part, _MISSING)
            if found is _MISSING:
                return _MISSING
        return found
    return _MISSING


def _layer(claim: Layer, seen: Seen) -> Misfit | None:
    names = {name.rpartition(".")[2].removeprefix("Lazy") for name in claim.row.names}
    if not isinstance(seen, Object):
        return Misfit("class", f"the layer {claim.row.names[0]}", str(seen))
    if not any(base.__name__ in names for base in seen.type.__mro__):
        return Misfit("class", f"the layer {claim.row.names[0]}", str(seen))
    for name, value in claim.args.items():
        real = (seen.attributes or {}).get(name)
        if isinstance(value, Const) and isinstance(real, Thing) and isinstance(real.value, (int, float, str)) and name != "bias":
            found = _constant(value, real)
            if found is not None and not (isinstance(value.value, (int, float)) and value.value == real.value):
                return found.below(f".{name}")
    return None


def _criterion(claim: Criterion, seen: Seen) -> Misfit | None:
    name = (claim.row.cls or "").rpartition(".")[2]
    if claim.declared is not None or not name:
        return None
    if isinstance(seen, Object) and any(base.__name__ == name for base in seen.type.__mro__):
        return None
    return Misfit("class", f"the loss {name}", str(seen))


def _module(claim: Module, seen: Seen) -> Misfit | None:
    if isinstance(seen, Thing) and isinstance(seen.value, types.ModuleType):
        file = getattr(seen.value, "__file__", None)
        return None if file in (None, claim.path) or str(file).endswith("__init__.py") else Misfit("module", claim.path, str(seen))
    return Misfit("family", "a module", str(seen))


def _partial(claim: Partial, seen: Seen) -> Misfit | None:
    return None if isinstance(seen, Object) or (isinstance(seen, Thing) and callable(seen.value)) else Misfit("family", "a partial", str(seen))


_CLAIMS: dict[type, Any] = {
    Unknown: _unknown,
    Const: _constant,
    Member: _constant,
    Tensor: _tensor,
    Sequence: _sequence,
    Keyed: _keyed,
    Made: _made,
    Class: _class,
    Function: _function,
    Bound: _function,
    External: _external,
    Layer: _layer,
    Criterion: _criterion,
    Module: _module,
    Partial: _partial,
}
