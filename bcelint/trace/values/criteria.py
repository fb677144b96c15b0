"""Criteria: objects that compute a loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bcelint.contracts.declared.rows import DeclaredLoss
from bcelint.contracts.schema import Loss as LossRow
from bcelint.project.code import NodePlace
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.externals import External
from bcelint.trace.values.methods import Method
from bcelint.trace.values.nn_modules import LAYER_METHODS, NNModule


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
        if name in self.options:
            return self.options[name]
        if name in LAYER_METHODS:
            return Method(self, name)
        return at.unknown(f"the {name} of a criterion", opaque=True)

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.perform(self, args)

    def is_of_library_class(self, name: str) -> bool | None:
        """A criterion of torch is a ``_Loss``; which of them are ``_WeightedLoss``, is not told apart."""
        if self.declared is None and name == "torch.nn.modules.loss._WeightedLoss":
            return None
        return name in (self.row.cls, "torch.nn.Module", "torch.nn.modules.loss._Loss")

    def type(self) -> Value | None:
        return External(self.row.cls)
