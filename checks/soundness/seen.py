"""What a run shows of a value, taken at once, since the value may change: cheap, and without running any code of the program."""

from __future__ import annotations

import enum
import functools
import math
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union

try:
    import torch
except ImportError:
    torch = None  # type: ignore[assignment]
try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]

DEPTH = 2
"""How deep the content of containers and objects is looked at."""
MAX_ITEMS = 64
MAX_NUMBERS = 1 << 20
CONSTANTS = (bool, int, float, str, bytes, type(None), complex, type(...))
SEQUENCES = (list, tuple, set, frozenset, deque)
MAPPINGS = (dict, OrderedDict, defaultdict)


@dataclass(frozen=True)
class Thing:
    """Something that does not change: a constant, a function, a class, a module, the member of an enum."""

    value: Any

    def __str__(self) -> str:
        return repr(self.value)[:120]


@dataclass(frozen=True)
class Array:
    """A tensor, or an array of numpy."""

    dtype: str
    shape: tuple[int, ...]
    low: float | None
    high: float | None
    grad: bool | None
    """None where it says that it requires one and none flows: a view that was taken where gradients are off."""
    is_torch: bool = True

    def __str__(self) -> str:
        values = "" if self.low is None or self.high is None else f", [{self.low:g}, {self.high:g}]"
        return f"{'tensor' if self.is_torch else 'array'} {self.dtype} {self.shape}{values}{', gradient' if self.grad else ''}"


@dataclass(frozen=True)
class Items:
    """A list, tuple, set: its type, its length and its first items, or None where it lies too deep."""

    type: type
    length: int
    items: tuple[Seen, ...] | None

    def __str__(self) -> str:
        inside = "…" if self.items is None else ", ".join(map(str, self.items[:4]))
        return f"{self.type.__name__} of {self.length}: {inside}"


@dataclass(frozen=True)
class Map:
    """A dict."""

    type: type
    items: Mapping[Any, Seen] | None

    def __str__(self) -> str:
        return f"{self.type.__name__}" + ("" if self.items is None else f" of {', '.join(map(repr, list(self.items)[:6]))}")


@dataclass(frozen=True)
class Object:
    """An object of any other class, with its attributes; ``names`` are those that it has, however deep it lies."""

    type: type
    attributes: Mapping[str, Seen] | None
    training: bool | None = None
    inner: Seen | None = None
    """The module that this one only wraps."""

    def __str__(self) -> str:
        return f"object of {self.type.__name__}"


Seen = Union[Thing, Array, Items, Map, Object]
_THINGS = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type, property, staticmethod, classmethod,
    functools.partial, enum.Enum,
)  # fmt: skip


def see(value: Any, depth: int = DEPTH) -> Seen:
    cls = type(value)
    if cls in CONSTANTS or isinstance(value, _THINGS):
        return Thing(value)
    if torch is not None and (cls is torch.Tensor or cls is torch.nn.Parameter):
        return _tensor(value)
    if numpy is not None and (cls is numpy.ndarray or isinstance(value, numpy.generic)):
        return _array(numpy.asarray(value))
    if cls in SEQUENCES or (isinstance(value, tuple) and cls.__iter__ is tuple.__iter__):
        first = list(value)[:MAX_ITEMS] if depth else None
        return Items(cls, len(value), None if first is None else tuple(see(item, depth - 1) for item in first))
    if cls in MAPPINGS:
        pairs = list(dict.items(value))[:MAX_ITEMS] if depth else None
        return Map(cls, None if pairs is None else {_key(key): see(item, depth - 1) for key, item in pairs})
    return _object(value, cls, depth)


def _key(key: Any) -> Any:
    return named(key) if type(key) in CONSTANTS or isinstance(key, enum.Enum) else repr(type(key))


def named(key: Any) -> Any:
    """The member of an enum by its name, since the tracer has enums of its own."""
    return f"{type(key).__name__}.{key.name}" if isinstance(key, enum.Enum) else key


def _object(value: Any, cls: type, depth: int) -> Seen:
    if torch is not None and isinstance(value, (torch.dtype, torch.device)):
        return Thing(value)
    try:
        own = object.__getattribute__(value, "__dict__")
    except Exception:
        return Object(cls, None)
    if not isinstance(own, dict):
        return Object(cls, None)
    inner, training, parts = None, None, dict(own)
    if torch is not None and isinstance(value, torch.nn.Module):
        training = own.get("training")
        for store in ("_parameters", "_buffers", "_modules"):
            parts.update(own.get(store) or {})
        wrapped = parts.get("_orig_mod", parts.get("module")) if cls.__module__.startswith("torch.") else None
        inner = None if wrapped is None else see(wrapped, depth)
    if not depth:
        return Object(cls, None, training, inner)
    return Object(cls, {name: see(part, depth - 1) for name, part in list(parts.items())[:MAX_ITEMS] if name not in _STORES}, training, inner)


_STORES = frozenset(["_parameters", "_buffers", "_modules", "training"])


def _tensor(value: Any) -> Array:
    low = high = None
    try:
        if value.layout is torch.strided and not value.dtype.is_complex and 0 < value.numel() <= MAX_NUMBERS and not value.is_meta:
            with torch.no_grad():
                ends = torch.aminmax(value.detach())
            low, high = float(ends[0]), float(ends[1])
        shape = tuple(value.shape)
    except Exception:  # nested, quantised, inside of vmap
        shape = tuple(getattr(value, "shape", ()))
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        low = high = None
    is_cut = value.requires_grad and value._base is not None and value.grad_fn is None
    return Array(str(value.dtype).rpartition(".")[2], shape, low, high, None if is_cut else bool(value.requires_grad))


def _array(value: Any) -> Array:
    low = high = None
    if value.dtype.kind in "fiub" and 0 < value.size <= MAX_NUMBERS:
        low, high = float(value.min()), float(value.max())
        if math.isnan(low) or math.isnan(high):
            low = high = None
    return Array(str(value.dtype), tuple(value.shape), low, high, False, is_torch=False)
