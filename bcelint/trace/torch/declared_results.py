"""What declared functions and models return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bcelint.contracts import dtypes
from bcelint.contracts.declared.expressions import Expression
from bcelint.contracts.declared.rows import Returns, Signature
from bcelint.contracts.schema import KEEP, Result
from bcelint.facts import Claim, Facts, Shape
from bcelint.places import DECLARED
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.torch import operations
from bcelint.trace.torch.declared_arguments import view
from bcelint.trace.values.choices import Choice
from bcelint.trace.values.dicts import new_dict
from bcelint.trace.values.externals import External
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.mapped import Mapped
from bcelint.trace.values.networks import HEAD, Network
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown


class Results:
    """Makes the value that a call returns."""

    def __init__(
        self,
        at: Site,
        title: str,
        values: Mapping[str, Value],
        signature: Signature,
        args: Arguments,
        model: Network | Instance | None,
        rank: int = 2,
    ) -> None:
        self.at = at
        self.title = title
        self.values = values
        self.lookup = view(values, signature)
        self.args = args
        self.model = model
        self.rank = rank

    def value(self, returns: Returns) -> Value:
        if returns.form == "tensor":
            return self._tensor(returns)
        if returns.form == "head":
            return self._head()
        if returns.form == "argument":
            return self.values.get(returns.argument) or self._unknown(f"{self.title} without {returns.argument}")
        if returns.form == "arguments":
            return self.args.positional[0] if len(self.args.all()) == 1 and self.args.positional else Tuple(self.args.all())
        if returns.form == "unknown":
            return self._unknown(f"what {self.title} returns is not declared")
        parts = [(name, self.value(part)) for name, part in returns.parts]
        if returns.form in ("items", "names"):
            made = new_dict(Mapped(dict(parts), self._unknown("another output of the model")))
            made.is_exact = False
            return made
        if returns.form == "attributes":
            return Tuple(tuple(value for _, value in parts), self._unknown("another output of the model"), names=tuple(name for name, _ in parts))
        return Tuple(tuple(value for _, value in parts))

    def _unknown(self, reason: str) -> Value:
        return self.at.unknown(reason, *self.args.all())

    def _tensor(self, returns: Returns) -> Value:
        if isinstance(self.model, Network) and self.model.is_altered(self.at.foreign_inside(self.model.id)):
            return self._unknown(f"{self.title} with another head")
        kept = self.values.get(returns.keeps)
        keep = KEEP if kept is not None else None
        gradient = returns.gradient if returns.gradient is not None or self.model is None else True
        result = Result(
            range=returns.range or keep,
            kind=returns.kind or keep,
            axis=keep if returns.axis is None else returns.axis,
            dtype=self._dtype(returns) or keep,
            shape=self._shape(returns) or keep,
            grad=keep if gradient is None else gradient,
        )
        step = self.at.step(self.title + DECLARED)
        values = tuple(each for each in self.args.all() if not isinstance(each, Choice))
        return operations.made(self.at, kept, values, step, self.model, result)

    def _dtype(self, returns: Returns) -> Any:
        if not isinstance(returns.dtype, str):
            return returns.dtype
        value = self.values.get(returns.dtype)
        if isinstance(value, (Tensor, Unknown)):
            return value.facts.dtype
        return dtypes.named(value.name) if isinstance(value, External) else None

    def _shape(self, returns: Returns) -> Any:
        if isinstance(returns.shape, str):
            value = self.values.get(returns.shape)
            return value.facts.shape if isinstance(value, (Tensor, Unknown)) else None
        if returns.shape is None:
            return None
        sizes = [size.value(self.lookup) if isinstance(size, Expression) else size for size in returns.shape]
        is_size = [isinstance(size, (int, str)) and not isinstance(size, bool) for size in sizes]
        return Shape(tuple(size if known else None for size, known in zip(sizes, is_size)), returns.open)

    def _head(self) -> Value:
        """The head on features of which only the shape is known."""
        model = self.model
        head: Value | None = None
        if isinstance(model, Network):
            head = None if model.is_altered(self.at.foreign_inside(model.id)) else model.fields.get(model.head or HEAD)
        if head is None:
            return self._unknown(f"{self.title} with another head")
        return self.at.call(head, Arguments((self._features(),)))

    def _features(self) -> Value:
        given = self.args.all()
        first = given[0] if given else None
        batch = first.facts.shape.value.dim(0) if isinstance(first, Tensor) and first.facts.shape else None
        shape = Shape((batch, *(None,) * (self.rank - 1)))
        made = self.at.run.source_of(self.model, merged_sources(*given))
        place = self.at.place
        return Tensor(Facts(shape=Claim(shape)), made, reason=f"what {self.title} computes is not followed", lost_at=place)
