"""Layers of torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bcelint.contracts.schema import REQUIRED
from bcelint.contracts.schema import Layer as LayerRow
from bcelint.facts import NOTHING_KNOWN
from bcelint.project.code import NodePlace
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.externals import External
from bcelint.trace.values.library_classes import is_of_module
from bcelint.trace.values.methods import Method
from bcelint.trace.values.nn_modules import LAYER_METHODS, NNModule
from bcelint.trace.values.unknowns import Unknown


@dataclass(frozen=True, eq=False)
class Layer(NNModule):
    """A layer of torch with the arguments of its constructor."""

    noun = "layer"
    is_callable = True
    is_module = True
    row: LayerRow
    args: Mapping[str, Value]
    place: NodePlace
    hooked: bool = False
    """A hook may change what it returns."""

    def key(self) -> Any:
        return ("layer", self.row.names[0], tuple((k, v.key()) for k, v in sorted(self.args.items())), id(self.place.node), self.hooked)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        """An argument of its constructor, given or by default, or a method; what else it holds is not known."""
        if name == "bias" and "bias" in self.args:
            return at.lift(lambda given: NONE if given.truth() is False else at.new_tensor(NOTHING_KNOWN), self.args[name])
        if name in self.args:
            return self.args[name]
        if name in LAYER_METHODS:
            return Method(self, name, at.setter())
        default = next((param.default for param in self.row.init if param.name == name), REQUIRED)
        if isinstance(default, (bool, int, float, str)):
            return Const(default)
        return at.unknown(f"the {name} of a layer", opaque=True)

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.unknown(f"{self.row.title} has a forward hook", *args.all()) if self.hooked else at.perform(self, args)

    def hook(self, at: Interpreter, assign: Callable[[Value], None] | None) -> None:
        if assign is not None:
            assign(replace(self, hooked=True))

    def is_of_library_class(self, name: str) -> bool | None:
        return is_of_module(self.row.names, name)

    def type(self) -> Value | None:
        return External(self.row.names[0])

    def in_common(self, values: Sequence[Value]) -> Value | None:
        """Of layers of one kind, one whose arguments are those that they share."""
        layers = [value for value in values if isinstance(value, Layer) and value.row is self.row]
        if len(layers) < len(values):
            return None
        args: dict[str, Value] = {}
        for name in {name for layer in layers for name in layer.args}:
            given = [layer.args.get(name) for layer in layers]
            first = given[0]
            same = first is not None and all(value is not None and value.key() == first.key() for value in given)
            args[name] = first if same and first is not None else Unknown(f"{name} differs from layer to layer", symbol=f"#{fresh()}")
        return replace(self, args=args)
