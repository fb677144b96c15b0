"""Operations of torch: from values to the rows of the contract tables, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bcelint.contracts import aliases, frameworks, tables
from bcelint.contracts.refusals import refuses
from bcelint.contracts.schema import KEEP, REFUSED, REQUIRED, Args, Many, Op, Outcome, Param, Result, facts_of, is_uneven, outcome_of
from bcelint.contracts.schema import Layer as LayerRow
from bcelint.facts import NOTHING_KNOWN, Claim, DType
from bcelint.losscall import TOO_MANY
from bcelint.places import Step
from bcelint.project.requirements import newest_torch
from bcelint.trace.conditions.asking import symbols
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.state.state import MAX_COMBINATIONS
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.constants import Const
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.plain import content_of
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.sources import merged_sources
from bcelint.trace.values.tensors import ARRAY, COMPARISONS, OPERATIONS, PARAMETER, TENSOR, Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

_TO_ARRAYS = frozenset({"torch.Tensor.numpy", "torch.Tensor.__array__"})
_OPERATORS = frozenset({*OPERATIONS.values(), *COMPARISONS.values(), "torch.neg", "torch.bitwise_not"})
METHODS_OF_ARRAYS = frozenset(
    "T all any argmax argmin argsort clip conj copy cumprod cumsum data diagonal dot dtype fill flatten imag item max mean min mT nonzero ndim prod "
    "put ravel real repeat reshape resize round searchsorted shape size sort squeeze std sum swapaxes take tolist trace transpose var view "
    "__array__".split()
)
"""Methods and attributes that an array of numpy has as a tensor has them."""
_VIEWS = frozenset(
    f"torch.Tensor.{name}"
    for name in "view view_as expand expand_as permute transpose swapaxes swapdims t T mT squeeze unsqueeze narrow select detach data".split()
)
"""Methods whose result shares the memory of the tensor (torch's docs on tensor views)."""
_SAME_IF_NOTHING_TO_DO = frozenset(f"torch.Tensor.{name}" for name in "to type type_as float double half bfloat16 cpu cuda contiguous".split())
"""Methods that return the tensor itself where it is already as asked for."""
TENSORS = ("input", "tensor")
"""The names of parameters for which torch takes a tensor, and neither a sequence nor None (tried on all functions, torch 2.13)."""
_UNWRITTEN = frozenset({"torch.empty", "torch.empty_like", "torch.Tensor.new_empty"})


def bind(params: tuple[Param, ...], args: Arguments, variadic: bool) -> tuple[dict[str, Value], tuple[Value, ...]] | None:
    """The values by parameter name, and those beyond; None where they do not fit, or are not all written out."""
    if args.open_positional or args.open_keywords:
        return None
    positional = [p for p in params if not p.keyword_only]
    bound = {p.name: value for p, value in zip(positional, args.positional)}
    extra = args.positional[len(positional) :]
    if extra and not variadic:
        return None
    names = {p.name for p in params}
    for name, value in args.keywords.items():
        if name in names and name not in bound:
            bound[name] = value
        elif name not in aliases.IGNORED and name not in ("requires_grad", "inplace"):
            alias = aliases.KEYWORDS.get(name)
            if alias is None or alias not in names:
                return None
            bound[alias] = value
    if any(p.default is REQUIRED and p.name not in bound for p in params):
        return None
    return bound, extra


def lacks(params: tuple[Param, ...], args: Arguments) -> bool:
    """Whether all arguments of a call are written out, and one that is demanded is not among them: there torch raises a TypeError."""
    demanded = [p.name for p in params[len(args.positional) :] if p.default is REQUIRED and p.name not in args.keywords]
    if not demanded or args.open_positional or args.open_keywords:
        return False
    passed = {aliases.KEYWORDS.get(name, name) for name in args.keywords}
    known = {*aliases.KEYWORDS.values(), *aliases.IGNORED, *(p.name for p in params)}
    return not passed.issuperset(demanded) and passed <= known


def call_op(at: Site, row: Op, args: Arguments) -> Value:
    """A call of a function or method of the tables (for a method the receiver comes first)."""
    fitted = bind(row.params, args, row.variadic)
    if fitted is None:
        return at.unknown(f"a call of {row.title} that does not fit its signature", *args.all())
    bound, extra = fitted
    result = operation(at, row, bound, extra)
    if "out" in args.keywords:
        at.written_into(args.keywords["out"], result, reshaped=True)
    return result


def operation(at: Site, row: Op | str, bound: Mapping[str, Value], extra: tuple[Value, ...] = ()) -> Value:
    """The result of an operation, or of the one with that name, on bound arguments, case by case."""
    found = tables.op(row) if isinstance(row, str) else row
    if found is None:
        return at.unknown(f"{row} is not in the tables", *bound.values())
    return apply(at, found, found.params, bound, extra)


def apply(
    at: Site,
    row: Op | LayerRow,
    params: tuple[Param, ...],
    bound: Mapping[str, Value],
    extra: tuple[Value, ...] = (),
    origin: object = None,
) -> Value:
    """A row on bound arguments, case by case. ``origin`` is the layer, whose weights make its output what it is."""
    if row.main == "data":
        bound, extra = {name: _one_or_many(at, value) for name, value in bound.items()}, tuple(_one_or_many(at, value) for value in extra)
    names = tuple(bound)

    def one(*given: Value) -> Value:
        values = tuple(map(at.as_it_is, given))
        return _apply(at, row, params, dict(zip(names, values)), values[len(names) :], origin)

    return at.lift(one, *(_spread(at, value) for value in bound.values()), *extra)


def _one_or_many(at: Site, value: Value) -> Value:
    """Data to make a tensor of. What compares something that is not known may be one truth value, and as well an array of them."""
    singles = [single for _, single in alternatives(value)]
    is_asked = len(singles) == 2 and all(isinstance(single, Const) and isinstance(single.value, bool) for single in singles)
    return at.unknown("a truth value, or an array of them", value) if is_asked else value


def _spread(at: Site, value: Value) -> Value:
    """A sequence of values with cases as a value with cases, so that each of them is looked at by itself: ``cat([x, y])``."""
    content = content_of(value)
    if content is None or content.rest is not None or not any(isinstance(item, Choice) for item in content.items):
        return value
    combinations = at.combinations(*content.items)
    if len(combinations) > MAX_COMBINATIONS:
        return value
    return at.choice([(guard, Tuple(items)) for guard, items in combinations])


def _apply(
    at: Site,
    row: Op | LayerRow,
    params: tuple[Param, ...],
    bound: Mapping[str, Value],
    extra: tuple[Value, ...],
    origin: object,
) -> Value:
    """One row on one case of its arguments."""
    args = Args({name: value.as_arg() for name, value in bound.items()}, params, [value.as_arg() for value in extra])
    main = bound.get(row.main) if row.main in bound or len(extra) != 1 else extra[0]
    if isinstance(main, Tensor) and main.cls == TENSOR and "torch.from_numpy" in row.names:
        return Raised("torch.from_numpy takes an array, and no tensor")
    if main is not None and _is_no_tensor(row, main):
        return at.failure(f"{row.title} takes tensors only")
    values = (*bound.values(), *extra)
    outcome = outcome_of(row, args)
    if outcome is REFUSED or (refuses(row, args) and _are_of_torch(row, values)):
        return Raised(f"torch refuses such a {row.title}", passing=True)
    is_full = row.names[0] == "torch.full" and args.constant("dtype") is None
    if is_full and isinstance(outcome, Result) and "out=" not in at.text(at.node) and _fills_with_floats(at):
        outcome = replace(outcome, dtype=DType.FLOAT32)
    step = at.step(row.note if isinstance(row, Op) and row.note else row.title)
    results = _Results(at, main, values, step, origin, _class_of(row, main, values), not _SAME_IF_NOTHING_TO_DO.isdisjoint(row.names))
    if tables.weighs(row) or isinstance(row, LayerRow):
        results.leave_factors(values, is_layer=isinstance(row, LayerRow))
    made = results.value(outcome)
    if isinstance(made, Tensor) and isinstance(main, Tensor) and not _VIEWS.isdisjoint(row.names):
        made = replace(made, storage=main.base)
    return replace(made, blank=True) if isinstance(made, Tensor) and not _UNWRITTEN.isdisjoint(row.names) else made


def _is_no_tensor(row: Op | LayerRow, value: Value) -> bool:
    """Whether what goes into a function or layer is nothing that could be taken for a tensor: None, a text, a sequence with or without None."""
    if row.title == "Identity":
        return False
    if isinstance(value, Const):
        return (value.value is None or isinstance(value.value, str)) and (row.main in TENSORS or (isinstance(row, LayerRow) and row.op is None))
    if isinstance(row, Op) and row.main == "tensors":
        content = content_of(value)
        return content is not None and any(item.constant is None for item in content.items)
    is_sequence = isinstance(value, ListCell) or (isinstance(value, Tuple) and not value.names)
    return is_sequence and row.main in TENSORS


def _fills_with_floats(at: Site) -> bool:
    """Whether the project asks for a torch whose ``full`` makes floats of integers, too: before 1.7, by its release notes."""
    newest = newest_torch(at.run.project, at.place.path)
    return newest is not None and newest < (1, 7)


def _class_of(row: Op | LayerRow, main: Value | None, values: tuple[Value, ...]) -> str:
    """The class of what a row makes; "" where it is a method of what may be a tensor or an array, or a module."""
    if isinstance(main, Unknown) and any(name.rpartition(".")[2] in frameworks.SELF_METHODS for name in row.names):
        return ""
    if PARAMETER in row.names or not _TO_ARRAYS.isdisjoint(row.names):
        return PARAMETER if PARAMETER in row.names else ARRAY
    classes = {tensor.cls for tensor in _tensors(values)}
    if isinstance(row, LayerRow) or {TENSOR, PARAMETER} & classes or not _has_array(row):
        return TENSOR
    return main.cls if isinstance(main, Tensor) else ""


def _are_of_torch(row: Op | LayerRow, values: tuple[Value, ...]) -> bool:
    """Whether what goes in are tensors: what may be an array, too, is one where no array can be meant."""
    known = (TENSOR, PARAMETER) if isinstance(row, Op) and _has_array(row) else (TENSOR, PARAMETER, "")
    return all(tensor.cls in known for tensor in _tensors(values))


def _has_array(row: Op) -> bool:
    """Whether an array can do it too: by an operator, or by a method of the same name."""
    methods = {name.rpartition(".")[2] for name in row.names if name.startswith(f"{TENSOR}.")}
    return not _OPERATORS.isdisjoint(row.names) or not METHODS_OF_ARRAYS.isdisjoint(methods)


def made(at: Site, main: Value | None, values: tuple[Value, ...], step: Step, origin: object, result: Result) -> Tensor:
    """The tensor that ``result`` describes, computed from ``values``; ``main`` is the one whose claims are kept."""
    return _Results(at, main, values, step, origin).tensor(result)


class _Results:
    """Makes values of outcomes: the claims get their step, and the way and the origins of the arguments go on."""

    def __init__(
        self, at: Site, main: Value | None, values: tuple[Value, ...], step: Step, origin: object, cls: str = TENSOR, may_be_main: bool = False
    ) -> None:
        self.origin = origin
        self.cls = cls
        self.may_be_main = may_be_main
        self.at = at
        self.step = step
        self.main = main
        flat = [*_tensors(values)]
        self.losses = frozenset().union(*(t.losses for t in flat)) if flat else frozenset()
        self.operands = [t.facts for t in flat]
        if isinstance(main, Tensor):
            self.via = main.via
        else:
            self.via = next((t.via for t in flat if t.facts.kind is not None), flat[0].via if flat else ())
        self.sources = merged_sources(*values)
        lost = [v for v in (main, *values) if isinstance(v, Unknown) or (isinstance(v, Tensor) and v.reason)]
        self.folded = any(v.reason == TOO_MANY for v in lost)
        self.lost = next((v for v in lost if v.reason == TOO_MANY), next(iter(lost), None))

    def leave_factors(self, values: tuple[Value, ...], is_layer: bool) -> None:
        """A loss without gradient that weights what has one, is held against it or goes into a layer, is no term of the sum that is trained on."""
        trained = [tensor for tensor in _tensors(values) if tensor.facts.value("grad") is not False]
        others = [tensor for tensor in trained if not self._is_of_cut_off(tensor)]
        if any(tensor.facts.value("grad") for tensor in others):
            trained = others
        if trained or is_layer or any(isinstance(value, Unknown) and not value.is_number for value in values):
            self.losses = frozenset().union(*(tensor.losses for tensor in trained))

    def _is_of_cut_off(self, tensor: Tensor) -> bool:
        """Whether it is made of losses whose predictions have no gradient, whatever is known of the targets."""
        calls = [self.at.run.events[number - 1].call for number in tensor.losses]
        return bool(calls) and all(call.prediction.facts.value("grad") is False for call in calls)

    def value(self, outcome: Outcome) -> Value:
        if isinstance(outcome, Result):
            return self.tensor(outcome)
        if isinstance(outcome, Many):
            if outcome.count is None:
                return Tuple((), self.tensor(outcome.each))
            return Tuple(tuple(self.tensor(outcome.each) for _ in range(min(outcome.count, 64))))
        if isinstance(outcome, tuple):
            return Tuple(tuple(self.value(part) for part in outcome))
        return self.tensor(Result(grad=None))

    def tensor(self, result: Result) -> Tensor:
        main = self.main.facts if isinstance(self.main, (Tensor, Unknown)) else NOTHING_KNOWN
        facts = facts_of(result, main, self.step)
        if self.at.frame.grad_off is not None and self.cls != PARAMETER and (facts.grad is None or facts.grad.value):
            is_new = not self.may_be_main or (facts.dtype is not None and main.dtype is not None and facts.dtype.value is not main.dtype.value)
            facts = replace(facts, grad=Claim(False, (self.at.frame.grad_off,)) if is_new else None)
        if self.at.run.has_other_default and facts.dtype == Claim(DType.FLOAT32, (self.step,)):
            facts = replace(facts, dtype=Claim(DType.FLOATING, (self.step,)))
        born = facts.grad is not None and facts.grad.value is True and facts.grad.steps == (self.step,)
        sources = self.at.run.source_of(self.origin, self.sources) if born or not self.sources else self.sources
        facts = replace(facts, uneven=is_uneven(result, self.operands, facts, self.step))
        keeps = any(claim is not None and claim.steps != (self.step,) for claim in (facts.range, facts.kind))
        via = self.via if keeps or (facts.range is None and facts.kind is None) else ()
        reason, lost_at = TOO_MANY if self.folded else "", None
        if facts.range is None and facts.kind is None:
            if isinstance(self.lost, Unknown):
                reason, lost_at = self.lost.reason, self.lost.place
            elif isinstance(self.lost, Tensor):
                reason, lost_at = self.lost.reason, self.lost.lost_at
            if not reason:
                reason, lost_at = f"the range is not known after {self.step.note}", self.at.place
        form = self._form() if result.shape is KEEP and (facts.shape is None or facts.shape.value.open) else ""
        dtype = facts.value("dtype")
        losses = frozenset[int]() if dtype is DType.BOOL or (dtype is not None and dtype.is_integral) else self.losses  # it only decides on something
        return Tensor(facts, sources, via, losses, reason, lost_at, cls=self.cls, form=form)

    def _form(self) -> str:
        """By what the shape of a copy is asked for: as that of the original, where a condition has asked for it there."""
        if isinstance(self.main, Tensor) and self.main.form:
            return self.main.form
        owner = self.main.shaped if isinstance(self.main, Tensor) else self.main.symbol if isinstance(self.main, Unknown) else ""
        return owner if owner and any(f"{owner}." in symbol for symbol in symbols(self.at.state.path)) else ""


def _tensors(values: tuple[Value, ...]) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, ListCell):
            found += _tensors((value.content,))
        elif isinstance(value, Tuple):
            found += _tensors((*value.items, *([value.rest] if value.rest else [])))
    return found
