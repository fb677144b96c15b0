"""Layers of torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from bcelint.contracts.schema import REQUIRED
from bcelint.contracts.schema import Layer as LayerRow
from bcelint.project.code import NodePlace
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.externals import External
from bcelint.trace.values.library_classes import is_of_module
from bcelint.trace.values.methods import Method
from bcelint.trace.values.nn_modules import LAYER_METHODS, NNModule, made_at, set_on
from bcelint.trace.values.tensors import PARAMETER, Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

_HAS_BIAS = re.compile(r"(Lazy)?(Linear|Bilinear|Conv\w*)$")
"""Layers that have a bias exactly where they are told to."""
_WITH_MODES = ("torch.nn.BatchNorm1d", "torch.nn.BatchNorm2d", "torch.nn.BatchNorm3d")
"""Layers that refuse in training what they take in evaluation."""
_MODES = re.compile(r"\beval\(|\.eval\b|\btraining\b|\btrain\((?!\)|True\))")
"""What speaks of evaluation, or of a mode that is not known: a loop over ``modules()`` may set it, too, which is not followed."""
_OF_OTHERS = "Transformer"
"""The beginning of the names of layers that hand their arguments on to others."""
_PADDED = re.compile(r"(?:Reflection|Replication|Circular|Zero|Constant)Pad(\d)d$")
_CONVOLVED = re.compile(r"(?:Lazy)?Conv(?:Transpose)?(\d)d$")


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

    @property
    def has_modes(self) -> bool:
        return self.row.names[0] in _WITH_MODES

    def is_training(self, at: Interpreter) -> bool:
        """Whether no layer that was made here is known to be in evaluation mode, and the file that makes it speaks of none."""
        return "training" not in at.foreign(made_at(self.place)) and not _speaks_of_evaluation(self.place.code.source.text)

    def note_mode(self, at: Interpreter, training: bool) -> None:
        if not training:
            set_on(at, self.place, "training")

    def key(self) -> Any:
        return ("layer", self.row.names[0], tuple((k, v.key()) for k, v in sorted(self.args.items())), id(self.place.node), self.hooked)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        """An argument of its constructor, given or by default, or a method; what else it holds is not known."""
        found = at.foreign(made_at(self.place)).get(name)
        if found is not None:
            return found
        if name in LAYER_METHODS:
            return Method(self, name, at.setter())
        default = next((param.default for param in self.row.init if param.name == name), REQUIRED)
        given = self.args.get(name) or (Const(default) if isinstance(default, (bool, int, float, str)) else None)
        if given is None or self.row.title.startswith(_OF_OTHERS):
            return at.unknown(f"the {name} of a layer", opaque=True)
        return at.lift(lambda single: self._held(at, name, single), given)

    def _held(self, at: Interpreter, name: str, given: Value) -> Value:
        """What it holds where its constructor was given that."""
        if name == "bias":
            truth = given.truth() if _HAS_BIAS.match(self.row.title) else None
            if truth is None:
                return at.unknown("the bias of a layer", opaque=True)
            return Tensor(sources=frozenset([fresh()]), cls=PARAMETER) if truth else NONE
        width = _width(self.row.title, name)
        if width == 0 or isinstance(given, Tuple) or isinstance(given.constant, str):
            return given
        return Tuple((given,) * width) if isinstance(given.constant, int) else at.unknown(f"the {name} of a layer", given)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        set_on(at, self.place, name)

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


@lru_cache(maxsize=256)
def _speaks_of_evaluation(text: str) -> bool:
    return _MODES.search(text) is not None


@cache
def _width(title: str, name: str) -> int:
    """The length of the tuple that a layer makes of a number; 0 where it keeps the number (torch.nn, torch 2.13)."""
    convolved, padded = _CONVOLVED.match(title), _PADDED.match(title)
    if convolved is not None and name in ("kernel_size", "stride", "padding", "dilation", "output_padding"):
        return int(convolved[1])
    if padded is not None and name == "padding":
        return 2 * int(padded[1])
    return int(name == "normalized_shape" or (title == "AvgPool1d" and name in ("kernel_size", "stride", "padding")))
