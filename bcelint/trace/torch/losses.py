"""Losses: constructing and calling them."""

from __future__ import annotations

from collections.abc import Mapping

from bcelint.contracts import tables
from bcelint.contracts.declared.rows import DeclaredLoss
from bcelint.contracts.schema import Loss, Param
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.torch import declared_losses
from bcelint.trace.torch.recording import record
from bcelint.trace.values.criteria import Criterion
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.tensors import Tensor


def construct(at: Site, name: str, args: Arguments) -> Criterion | None:
    """``nn.BCELoss(…)``: the criterion, or None where ``name`` is no loss of torch."""
    declared_row = at.run.project.knowledge.of(name)
    if isinstance(declared_row, DeclaredLoss):
        return declared_losses.construct(at, declared_row, args)
    row = tables.loss_class(name)
    if row is None:
        return None
    options, unknown = _bound(row.init, args)
    place = at.place
    at.run.coverage.build(place)
    if unknown or any(isinstance(v, Tensor) for v in args.positional) or _odd_options(options):
        record(at, row, {}, options, unknown, place, args, is_constructor=True)
    return Criterion(row, options, unknown, place, has_more=args.open_positional or args.open_keywords)


def _odd_options(options: Mapping[str, Value]) -> bool:
    """Whether there is anything in the constructor itself for a rule to look at."""
    return "reduction" in options


def _bound(params: tuple[Param, ...], args: Arguments) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The arguments by parameter name, and the keywords that the loss does not have."""
    positional = [p.name for p in params if not p.keyword_only]
    bound = dict(zip(positional, args.positional))
    names = {p.name for p in params}
    bound.update({name: value for name, value in args.keywords.items() if name in names})
    return bound, tuple(name for name in args.keywords if name not in names)


def call_criterion(at: Site, criterion: Criterion, args: Arguments) -> Value:
    """``criterion(prediction, target)``."""
    if criterion.declared is not None:
        return declared_losses.call(at, criterion, criterion.declared, args)
    arguments, _ = _bound(criterion.row.call, args)
    if _refuses_none(criterion.row, criterion.row.init, criterion.options):
        return Raised(f"{criterion.row.name} takes no None")
    return record(at, criterion.row, arguments, criterion.options, (), criterion.place, args, open_options=criterion.has_more)


def _refuses_none(row: Loss, params: tuple[Param, ...], options: Mapping[str, Value]) -> bool:
    """Whether an option of one of torch's losses is None that is a number or a name: torch refuses it.

    Tried: ``ignore_index``, ``label_smoothing``, ``reduction``, ``blank``, ``eps``, ``margin``, ``p`` (torch 2.13).
    """
    told = {p.name for p in params if isinstance(p.default, (int, float, str)) and not isinstance(p.default, bool)}
    is_open = not row.cls or row.declared or not {"size_average", "reduce"}.isdisjoint(options)  # these two say what the reduction is
    return not is_open and any(name in told and value.constant is None for name, value in options.items())


def call_function(at: Site, row: Loss, args: Arguments) -> Value:
    """``F.binary_cross_entropy(prediction, target, …)``."""
    bound, unknown = _bound(row.func, args)
    called = {p.name for p in row.call}
    arguments = {name: value for name, value in bound.items() if name in called}
    options = {name: value for name, value in bound.items() if name not in called}
    if _refuses_none(row, row.func, options):
        return Raised(f"{row.name} takes no None")
    return record(at, row, arguments, options, unknown, None, args)
