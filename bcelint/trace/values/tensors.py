"""Tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bcelint.contracts import frameworks, tables
from bcelint.contracts.schema import Arg
from bcelint.facts import NOTHING_KNOWN, Claim, Dim, DType, Facts, Interval, Shape
from bcelint.places import Step
from bcelint.project.code import NodePlace
from bcelint.trace.conditions.atoms import About
from bcelint.trace.identity import Sources, fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values import sizes, typed_tensors
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.externals import External
from bcelint.trace.values.methods import Method
from bcelint.trace.values.parts import is_refused, part_of, parts_of, patched
from bcelint.trace.values.plain import content_of
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.tensor_methods import INNER, RANK, SETTINGS, call_method, is_method, moves_only

MAX_STEPS = 12
TENSOR, ARRAY, PARAMETER = "torch.Tensor", "numpy.ndarray", "torch.nn.Parameter"
OPERATIONS = {
    "+": "torch.add",
    "-": "torch.sub",
    "*": "torch.mul",
    "/": "torch.div",
    "//": "torch.floor_divide",
    "%": "torch.remainder",
    "**": "torch.pow",
    "@": "torch.matmul",
    "&": "torch.bitwise_and",
    "|": "torch.bitwise_or",
    "^": "torch.bitwise_xor",
    "<<": "torch.bitwise_left_shift",
    ">>": "torch.bitwise_right_shift",
}

_NONE: frozenset[int] = frozenset()
COMPARISONS = {"==": "torch.eq", "!=": "torch.ne", "<": "torch.lt", "<=": "torch.le", ">": "torch.gt", ">=": "torch.ge"}


@dataclass(frozen=True, eq=False)
class Tensor(Value):
    """A tensor. ``via`` is the way it took; ``losses`` are the loss calls whose results went into it."""

    noun = "tensor"
    is_elementwise = True
    facts: Facts = NOTHING_KNOWN
    sources: Sources = frozenset()
    via: tuple[Step, ...] = ()
    losses: frozenset[int] = frozenset()
    reason: str = ""
    lost_at: NodePlace | None = None
    model: Cell | None = None
    """It may as well be this model, which returns such tensors: what is declared does not say which."""
    uid: int = field(default_factory=fresh)
    storage: int = 0
    """The tensor of which it is a part, by its uid: what changes one in place changes the other. 0 where it is none."""

    cls: str = TENSOR
    """Its class; "" where it may as well be an array of numpy, or a module."""
    blank: bool = False
    """Its memory was never written to: it was made to be filled."""

    form: str = ""
    """What it has its shape from, by the symbol of that, where a case hangs on it: a copy as floats is asked for the same sizes."""

    @property
    def base(self) -> int:
        return self.storage or self.uid

    @property
    def shaped(self) -> str:
        """The symbol by which its shape is asked for."""
        return self.form or f"t{self.uid}"

    def key(self) -> Any:
        facts = self.facts
        claims = tuple((claim.value, claim.steps) if claim else None for claim in (facts.range, facts.kind, facts.dtype, facts.shape, facts.grad))
        return (
            "tensor",
            claims,
            facts.axis,
            facts.uneven,
            self.form,
            self.losses,
            self.reason if facts == NOTHING_KNOWN else "",
            self.model and self.model.id,
        )

    def through(self, step: Step) -> Tensor:
        """The same tensor, one step on."""
        return self if len(self.via) >= MAX_STEPS else replace(self, via=(*self.via, step))

    def trainable(self, step: Step) -> Tensor:
        """A tensor that training changes: its values are its own from then on."""
        return replace(self, facts=replace(self.facts, range=None, kind=None, grad=Claim(True, (step,))))

    def requiring(self, wanted: Any, step: Step) -> Tensor:
        """The tensor that does or does not require a gradient, or about which that is not known."""
        claim = Claim(False, (step,)) if wanted is False else None
        return self.trainable(step) if wanted is True else replace(self, facts=replace(self.facts, grad=claim))

    # Attributes

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        """``x.T``, ``x.shape``, ``x.data``, or a method bound to the tensor."""
        if self.model is not None and name in self.model.fields:
            return self.model.fields[name]
        if self.model is not None and name == "module":
            return self
        row = tables.attribute(name)
        if row is not None:
            return at.operation(row, {"input": self})
        if name == "shape":
            return sizes.sizes(at, self.facts, self.shaped, self.cls in (TENSOR, PARAMETER))
        if name == "ndim":
            return sizes.rank(at, self.facts, self.shaped)
        dtype = self.facts.dtype
        if name == "dtype" and dtype is not None and dtype.value.value not in ("floating", "integral", "complex"):
            return External(f"torch.{dtype.value.value}")
        if name == "grad":
            return at.unknown("a gradient")
        if name == "requires_grad" and self.facts.grad is not None:
            return Const(self.facts.grad.value)
        if name == "grad_fn" and self.facts.value("grad") is False:
            return NONE
        if name in SETTINGS:
            return at.unknown(f"the {name} of a tensor", symbol=f"t{self.uid}.{name}")
        if name in INNER:
            return at.unknown(f"the {name} of a tensor", opaque=True)
        return Method(self, name, at.setter()) if is_method(name) else at.unknown(f"{name} of a tensor may be set where it is not seen", opaque=True)

    def callee(self, at: Interpreter, name: str) -> Value | None:
        known = is_method(name) or tables.attribute(name) is not None or (self.model is not None and name in self.model.fields)
        return self.attribute(at, name) if known else Method(self, name, at.setter())

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        if self.model is not None:
            self.model.store(at, name, value, after)

    # Calls

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return super().call(at, args) if self.model is None else self.model.call(at, args)

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        if name == "backward":
            return at.trained(self)
        if self.model is not None and name in frameworks.SELF_METHODS:
            return self._of_model(at, name, args)
        own = self._own_method(at, name, args, assign)
        if own is not None:
            return own
        return call_method(at, self, name, args, assign)

    def _of_model(self, at: Interpreter, name: str, args: Arguments) -> Value:
        """A method that tensors and models have, of what may be either."""
        row = tables.method(name)
        if row is None or moves_only(name, args):
            return self
        result = at.call_operation(row, args.behind(self))
        return replace(result, model=self.model) if isinstance(result, Tensor) else self

    def _own_method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value | None:
        """A method that is no operation: it asks for the shape or the dtype, or sets what the tensor is to autograd."""
        if name == "size":
            return sizes.size(at, self.facts, self.shaped, args)
        if name in RANK:
            return sizes.rank(at, self.facts, self.shaped)
        if name in ("is_floating_point", "is_complex") and self.facts.dtype is not None:
            dtype = self.facts.dtype.value
            return Const(dtype.is_floating if name == "is_floating_point" else dtype is DType.COMPLEX)
        if name == "type" and not args.all():
            return typed_tensors.type_name(at, self.facts, f"t{self.uid}")
        if name == "element_size":
            return typed_tensors.element_size(at, self.facts, f"t{self.uid}")
        if name in ("numel", "nelement"):
            return sizes.count(at, self.facts, self.shaped)
        if name == "requires_grad_":
            wanted = args.all()[0].constant if args.all() else True
            changed = replace(self.requiring(wanted, Step(at.place, "requires_grad_()")), uid=fresh(), storage=0)
            at.written_into(self, changed)
            if assign is not None:
                assign(changed)
            return changed
        if name in ("retain_grad", "register_hook", "share_memory_", "pin_memory", "is_contiguous"):
            return self
        return None

    # Items

    def item(self, at: Interpreter, index: Any) -> Value:
        """Part of a tensor: range, kind and dtype go on, and the shape where it can be computed."""
        parts, values = parts_of(index)
        is_name = len(parts) == 1 and isinstance(parts[0], Const) and isinstance(parts[0].value, str)
        if is_refused(self.facts, parts) or (is_name and self.cls in (TENSOR, PARAMETER) and self.model is None):  # an array has named fields
            return Raised("an index that a tensor of that shape does not have", passing=True)
        return self._part(parts, values)

    def _part(self, parts: Sequence[Any], values: Sequence[Value]) -> Tensor:
        facts = part_of(self.facts, parts, self._is_asked(values))
        return replace(self, facts=facts, sources=merged_sources(self, *values), uid=fresh(), storage=self.base, form="")

    def _is_asked(self, values: Sequence[Value]) -> bool:
        """Whether an index is made of the tensor's own values: ``x[x > 0]``."""
        return any(isinstance(value, Tensor) and bool((self.sources or _NONE) & (value.sources or _NONE)) for value in values)

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        before = replace(self, facts=self.facts.of_asked()) if self._is_asked(parts_of(index)[1]) else self
        return at.lift(before._patched, value)

    def _patched(self, value: Value) -> Tensor:
        """A tensor of which a part was overwritten."""
        new = value.facts if isinstance(value, Tensor) else None
        via = value.via if isinstance(value, Tensor) else self.via
        facts = patched(self.facts, new, value.constant, self.blank)
        return replace(self, facts=facts, sources=merged_sources(self, value), via=via, blank=False)

    def iterate(self, at: Interpreter) -> Items:
        return Items((), self._part((Const(0),), ()))

    def length(self, at: Interpreter) -> Value:
        return sizes.length(at, self.facts, self.shaped)

    def truth(self) -> bool | None:
        return None

    def compare(self, at: Interpreter, op: str, other: Value) -> Value | None:
        return at.operation(COMPARISONS[op], {"input": self, "other": other})

    def binary(self, at: Interpreter, op: str, other: Value, reflected: bool = False) -> Value | None:
        if other.constant is None:
            return at.failure("arithmetic on None")
        if reflected and (isinstance(other.constant, (str, bytes)) or content_of(other) is not None):
            return None  # a text with numbers in it, a sequence that is repeated
        left, right = (other, self) if reflected else (self, other)
        return at.operation(OPERATIONS[op], {"input": left, "exponent" if op == "**" else "other": right})

    def unary(self, at: Interpreter, op: str) -> Value | None:
        return self if op == "+" else at.operation("torch.neg" if op == "-" else "torch.bitwise_not", {"input": self})

    def is_of_library_class(self, name: str) -> bool | None:
        if self.model is not None or (not self.cls and name in (TENSOR, "torch.autograd.Variable", ARRAY, PARAMETER, "torch.nn.Module")):
            return None
        if name in (TENSOR, "torch.autograd.Variable"):
            return self.cls != ARRAY
        if name in (ARRAY, PARAMETER):
            return self.cls == name
        return False if name.startswith("builtins.") or name == "torch.nn.Module" else typed_tensors.is_of_type(self.facts, name)

    def type(self) -> Value | None:
        return External(self.cls) if self.cls and self.model is None else None

    def about(self) -> About:
        return About(f"t{self.uid}")

    def as_arg(self) -> Arg:
        return Arg(self.facts, is_tensor=True, sources=self.sources)

    def origins(self) -> Sources:
        return self.sources

    def batched(self, at: Interpreter, size: Dim) -> Value | None:
        shape = self.facts.shape
        batched = Claim(Shape((size, *shape.value.dims), shape.value.open), shape.steps) if shape and not shape.value.open else shape
        return replace(self, facts=replace(self.facts, shape=batched, axis=None), sources=frozenset({fresh()}))

    def in_common(self, values: Sequence[Value]) -> Value | None:
        """What holds of each: the hull of the ranges (which only some of them may fill), and what they have in common."""
        tensors = [value for value in values if isinstance(value, Tensor)]
        if len(tensors) < len(values):
            return None

        def same(name: str) -> Any:
            claims = [getattr(t.facts, name) for t in tensors]
            return claims[0] if all(c is not None and c.value == claims[0].value for c in claims) else None

        ranges = [t.facts.range for t in tensors if t.facts.range is not None]
        hull = None
        if len(ranges) == len(tensors):
            intervals = [r.value for r in ranges]
            interval = Interval(min(i.low for i in intervals), max(i.high for i in intervals), tight=False)
            hull = ranges[0] if all(i == intervals[0] for i in intervals) else Claim(interval, ranges[-1].steps)
        axis = self.facts.axis if all(t.facts.axis == self.facts.axis for t in tensors) else None
        uneven = any(t.facts.uneven for t in tensors)
        facts = Facts(hull, same("kind"), axis, same("dtype"), same("shape"), same("grad"), uneven)
        losses = frozenset().union(*(t.losses for t in tensors))
        lost = next((t for t in tensors if t.reason), self)
        return Tensor(facts, merged_sources(*tensors), self.via, losses, lost.reason, lost.lost_at)
