"""What is not known, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bcelint.contracts import frameworks, tables
from bcelint.contracts.schema import UNKNOWN, Arg
from bcelint.facts import NOTHING_KNOWN, Facts
from bcelint.project.code import NodePlace
from bcelint.trace.conditions.atoms import About
from bcelint.trace.identity import Sources, fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.among import CHANGING, lose_attribute, lose_item
from bcelint.trace.values.asked import MAX_SYMBOL, READING, call_symbol
from bcelint.trace.values.asking import case, equals, owner_of
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.library_classes import is_of_module
from bcelint.trace.values.methods import Method
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.tensor_methods import RANK, call_method, moves_only

SIZES = (".shape", ".size()")
TAKING_APART = ("split", "rsplit", "partition", "rpartition")
"""Methods of texts whose results are used as texts of their own: each is one of its own case where all texts are known."""
MAX_VALUES = 6
"""The values of one thing that become cases of their own."""


@dataclass(frozen=True, eq=False)
class Unknown(Value):
    """Not known, and why. ``symbol`` is its identity in conditions. It may be a tensor, a module or anything else."""

    reason: str
    place: NodePlace | None = None
    symbol: str = ""
    sources: Sources = frozenset()
    loop: int = 0
    """The loop whose iterations change it, 0 where none does."""
    opaque: bool = False
    """It is set where it is not seen: no case may be made of it."""
    facts: Facts = NOTHING_KNOWN
    """What is known all the same, should it be a tensor: that its gradient is cut, say."""
    is_number: bool = False
    """It is a Python number, such as a size."""
    domain: tuple[Any, ...] = ()
    """All values that it may have, where they are known."""
    below: str = ""
    """Of a running number: the symbol of what it stays below."""
    is_callable_thing: bool = False
    """It is a function or a class: never None, and true."""
    made_by: str = ""
    """The class outside of the project that it is an object of, by its dotted name: so it is never None."""
    is_something: bool = False
    """A method of it has been called, as ``.to()``: so it is not None."""
    fails: bool = False
    """Python raises, if what it is asked of is what it seems to be: it may have been set where that is not seen."""
    among: tuple[Cell, ...] = ()
    """It may be one of these, or something that they hold."""

    def key(self) -> Any:
        return ("unknown", self.symbol or id(self), self.domain)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        stored = at.foreign(self.symbol)
        if name in stored:
            return stored[name]
        row = tables.attribute(name)
        if row is not None and name != "data":  # what it is: of a tensor cut off from its gradient, of a packed sequence or a batch not
            return at.operation(row, {"input": self})
        symbol = f"{self.symbol}.{name}" if len(self.symbol) < MAX_SYMBOL else ""
        return Unknown(self.reason, self.place, symbol, self.sources, self.loop, self.opaque, Facts(grad=self.facts.grad), among=self.among)

    def callee(self, at: Interpreter, name: str) -> Value | None:
        known = name not in at.foreign(self.symbol) and (tables.method(name) is not None or name in ("backward", "size", *RANK, *READING))
        return Method(self, name, at.setter()) if known else self.attribute(at, name)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        lose_attribute(at, self.among, name)
        if self.symbol:
            at.store_foreign(self.symbol, name, after)

    @property
    def is_size(self) -> bool:
        """It is the shape of something, or a part of one: never None."""
        return self.symbol.endswith(SIZES)

    def item(self, at: Interpreter, index: Any) -> Value:
        if isinstance(index, tuple) and self.is_size and not any(isinstance(part, Value) for part in index):
            return at.unknown(self.reason, self, symbol=f"#{fresh()}{SIZES[0]}")  # a slice of a shape is one, too
        constant = index.constant if isinstance(index, Value) else UNKNOWN
        if isinstance(constant, int) and self._is_one_of_texts():
            return self._by_text(at, lambda text: text.item(at, index))
        is_known = constant is not UNKNOWN
        symbol = f"{self._after_writes(at, constant)}[{constant!r}]" if is_known and self.symbol and len(self.symbol) < MAX_SYMBOL else ""
        unknown = at.unknown(self.reason, self, symbol=symbol, number=is_known and self.symbol.endswith(".shape"))
        assert isinstance(unknown, Unknown)
        return replace(
            unknown,
            facts=Facts(grad=self.facts.grad),
            place=self.place or unknown.place,
            sources=self.sources if symbol else unknown.sources,
            among=self.among,
        )

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        lose_item(at, self.among, index.constant if isinstance(index, Value) else UNKNOWN)
        if self.symbol:
            at.store_foreign(self.symbol, ITEM, lambda old: value)
            if isinstance(index, Value) and index.constant is not UNKNOWN:
                at.store_foreign(self.symbol, f"{ITEM}{index.constant!r}", lambda old: Const(fresh()))
        return None

    def _after_writes(self, at: Interpreter, key: object) -> str:
        """Its symbol as far as what stands under a key goes: another one after something was stored there."""
        written = at.foreign(self.symbol).get(f"{ITEM}{key!r}")
        return self.symbol if written is None else f"{self.symbol}@{'|'.join(str(single.constant) for _, single in alternatives(written))}"

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.unknown(self.reason, self, *args.all())

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        if name == "backward":
            return at.trained(self)
        if self.among:
            return self._of_one_of_several(at, name, args, assign)
        if name == "size":
            return self._size(at, args)
        if name in TAKING_APART and self._is_one_of_texts():
            return self._by_text(at, lambda text: text.method(at, name, args, None))
        if name in RANK and self.symbol:
            return at.unknown(self.reason, self, symbol=f"{self.symbol}.ndim", number=True)
        if name in frameworks.SELF_METHODS and moves_only(name, args):
            return replace(self, is_something=True)  # a tensor or a module: the same thing on another device either way
        asked = self._after_writes(at, args.positional[0].constant) if name == "get" and args.positional else self.symbol
        symbol = call_symbol(f"{asked}.{name}", args) if self.symbol and name in READING else ""
        is_text = any(isinstance(value.constant, str) for value in args.all())  # as in ``split``, which strings and tensors have
        if name in READING and (is_text or tables.method(name) is None):
            return at.unknown(self.reason, self, *args.all(), symbol=symbol)
        result = call_method(at, self, name, args, assign)
        return replace(result, symbol=symbol) if symbol and isinstance(result, Unknown) else result

    def _of_one_of_several(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        """A method that may be one of something known; so may be what it returns."""
        if name in CHANGING:
            lose_item(at, self.among, UNKNOWN)
        result = replace(self, among=()).method(at, name, args, assign)
        return replace(result, among=self.among) if isinstance(result, Unknown) else result

    def _is_one_of_texts(self) -> bool:
        """Whether it is one of a few texts that are known: what is taken out of it is a case for each."""
        return 0 < len(self.domain) <= MAX_VALUES and all(isinstance(text, str) for text in self.domain)

    def _by_text(self, at: Interpreter, function: Callable[[Value], Value]) -> Value:
        written = owner_of(at.node)
        return at.choice([(frozenset([equals(at, self, text, written)]), function(Const(text))) for text in dict.fromkeys(self.domain)])

    def _size(self, at: Interpreter, args: Arguments) -> Value:
        """The same as its ``shape``, or ``shape[i]``."""
        shape = at.attribute(self, "shape")
        axis = args.all()[0] if args.all() else None
        if axis is None or not isinstance(shape, Unknown):
            return shape
        symbol = f"{shape.symbol}[{axis.constant!r}]" if axis.constant is not UNKNOWN and shape.symbol else ""
        return at.unknown(self.reason, self, symbol=symbol, number=True)

    def iterate(self, at: Interpreter) -> Items:
        unknown = at.unknown(self.reason, self, number=self.symbol.endswith(".shape"))
        assert isinstance(unknown, Unknown)
        return Items((), replace(unknown, place=self.place or unknown.place, among=self.among))

    def length(self, at: Interpreter) -> Value:
        return at.unknown(self.reason, self, symbol=f"len({self.symbol})", number=True)

    @property
    def is_never_none(self) -> bool:
        return self.is_something or self.is_size or self.is_number or self.is_callable_thing or bool(self.made_by)

    @property
    def is_of_nn(self) -> bool:
        """It is a module of torch of which nothing else is known, as a loss that is not followed."""
        return self.made_by.startswith("torch.nn.")

    def truth(self) -> bool | None:
        return True if self.is_callable_thing or self.is_of_nn else None

    def compare(self, at: Interpreter, op: str, other: Value) -> Value | None:
        return case(at, self, op, other.constant) if other.constant is not UNKNOWN else None

    def is_of_class(self, cls: Value) -> bool | None:
        return False if self.is_of_nn else None

    def is_of_library_class(self, name: str) -> bool | None:
        return is_of_module((self.made_by,), name) if self.is_of_nn else True if name == self.made_by else None

    def about(self) -> About:
        return About(self.symbol or f"v{fresh()}", bool(self.symbol), self.loop, self.opaque, self.domain)

    def hangs_on(self) -> tuple[int, bool]:
        return self.loop, self.opaque

    def as_arg(self) -> Arg:
        return Arg(self.facts, symbol=self.symbol or None, is_tensor=False if self.is_number else None, sources=self.sources)

    def origins(self) -> Sources:
        return self.sources


def born_elsewhere(at: Interpreter, reason: str, *origins: Value) -> Unknown:
    """What is not known and is not made at this place, but inside of a library."""
    sources = merged_sources(*origins)
    opaque = any(origin.hangs_on()[1] for origin in origins)
    return Unknown(reason, None, f"#{fresh()}", None if sources is None else sources | {fresh()}, at.loop, opaque)


def open_length(at: Interpreter, symbol: str, rest: Value) -> Value:
    """The length of a container that holds some number of items; of one that a loop makes, another in each round, and where code that is not
    seen puts them in, another each time it is asked for.
    """
    grows = isinstance(rest, Unknown) and rest.opaque
    length = at.unknown("a length", rest, symbol="" if grows else symbol, number=True, opaque=grows)
    return replace(length, loop=at.loop) if isinstance(length, Unknown) else length


BELOW = "<"
"""In the symbol of a running number, in front of what it stays below."""
ITEM = "[]"
"""The name under which an item is kept that is stored in something that is not known."""
