"""Criteria: objects that compute a loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bcelint.contracts import tables
from bcelint.contracts.declared.rows import DeclaredLoss
from bcelint.contracts.schema import Loss as LossRow
from bcelint.contracts.schema import Param
from bcelint.project.code import NodePlace
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.constants import Const
from bcelint.trace.values.externals import External
from bcelint.trace.values.library_classes import is_no_module
from bcelint.trace.values.methods import Method
from bcelint.trace.values.nn_modules import LAYER_METHODS, NNModule

_UNUSED = ("size_average", "reduce")


@cache
def _names_of_options() -> frozenset[str]:
    """What the constructors of torch's losses take."""
    return frozenset(param.name for row in tables.losses() for param in row.init)


@dataclass(frozen=True, eq=False)
class Criterion(NNModule):
    """A loss with the arguments of its constructor."""

    noun = "criterion"
    row: LossRow
    options: Mapping[str, Value]
    unknown_keywords: tuple[str, ...]
    place: NodePlace
    declared: DeclaredLoss | None = None
    """Its row, where it is no loss of torch."""
    has_more: bool = False
    """It may have been given further arguments that are not seen."""

    def key(self) -> Any:
        return ("criterion", self.row.name, id(self.place.node), tuple((k, v.key()) for k, v in self.options.items()))

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        if name == "reduction" and any(self.options[old].constant is not None for old in _UNUSED if old in self.options):
            return at.unknown("the reduction of a criterion, which older arguments set", opaque=True)
        if name in self.options:
            return self.options[name]
        if name in LAYER_METHODS:
            return Method(self, name)
        default = self._params()[name].default if name in self._params() else None
        if self.declared is None and not self.has_more and name not in _UNUSED and default is not None:
            return Const(default)
        return at.unknown(f"the {name} of a criterion", opaque=True)

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.perform(self, args)

    def is_of_library_class(self, name: str) -> bool | None:
        if self.declared is None:
            return self.type().is_subclass(name)
        return True if name in (self.row.cls, "torch.nn.Module", "torch.nn.modules.loss._Loss") else False if is_no_module(name) else None

    def type(self) -> External:
        return External(self.row.cls)

    def text(self) -> str | None:
        return None if self.declared else f"{self.row.cls.rpartition('.')[2]}()"

    def has(self, name: str) -> bool | None:
        """What torch sets: what its constructor takes, but for the two arguments that it no longer uses; what another loss takes, it lacks."""
        if self.declared or name in _UNUSED or name == "reset_parameters":
            return None
        return name in self.options or name in self._params() or name in LAYER_METHODS or (False if name in _names_of_options() else None)

    def _params(self) -> dict[str, Param]:
        return {param.name: param for param in self.row.init}


def is_loss(value: Value) -> bool:
    """Whether it is a criterion, or a function of torch that computes a loss."""
    return isinstance(value, Criterion) or (isinstance(value, External) and tables.loss_function(value.name) is not None)
