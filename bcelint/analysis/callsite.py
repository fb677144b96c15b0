"""Call sites: what a repair must know of a loss call, as plain data that crosses processes and lies in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from bcelint.analysis.judge import Judged, position_of
from bcelint.facts import Dim, Interval, Shape
from bcelint.finding import Position
from bcelint.losscall import Argument
from bcelint.places import Place, Step, activation_before


@dataclass(frozen=True)
class KnownFacts:
    """The facts of one argument by their values (``"probabilities"``, ``"int64"``), None where not known.

    ``born`` is where the operation stands that made the kind (else the range), and ``maker`` the operation.
    """

    kind: str | None = None
    dtype: str | None = None
    low: float | None = None
    high: float | None = None
    dims: tuple[Dim, ...] | None = None
    open: bool = False
    grad: bool | None = None
    axis: int | None = None
    born: Position | None = None
    maker: str = ""
    twice: bool = False
    """It was made by an activation of what another one had made."""
    constant: bool = False
    """It is a Python constant, no tensor."""

    @property
    def shape(self) -> Shape | None:
        return None if self.dims is None else Shape(self.dims, self.open)

    @property
    def range(self) -> Interval | None:
        return None if self.low is None or self.high is None else Interval(self.low, self.high)

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> KnownFacts:
        dims, born = data["dims"], data["born"]
        nested = {"dims": None if dims is None else tuple(dims), "born": None if born is None else Position(**born)}
        return cls(**{**data, **nested})


@dataclass(frozen=True)
class CallSite:
    """One loss call in one case.

    ``loss`` is the name of its row, of a declared loss its full dotted name; ``codes`` are those of the problems it has.
    """

    loss: str
    position: Position
    inner: Position
    codes: tuple[str, ...]
    built: Position | None
    """Where the criterion is built; None for a functional call."""
    is_constructor: bool
    prediction: KnownFacts
    target: KnownFacts
    options: tuple[str, ...]
    tensors: tuple[str, ...] = ()
    """The options that are tensors."""
    reduction: str | None = None
    log_target: bool = False
    unknown_keywords: tuple[str, ...] = ()
    case: tuple[str, ...] = field(default=())
    serves_others: bool = False
    """What is called there may be no loss that is known."""

    def facts(self, argument: str) -> KnownFacts:
        """Those of the ``prediction`` or the ``target``."""
        return self.prediction if argument == "prediction" else self.target

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> CallSite:
        """The call site of which ``data`` is what ``dataclasses.asdict`` and a JSON file made."""
        nested: dict[str, Any] = {name: tuple(data[name]) for name in ("codes", "options", "tensors", "unknown_keywords", "case")}
        nested.update({name: KnownFacts.from_plain(data[name]) for name in ("prediction", "target")})
        nested.update({name: None if data[name] is None else Position(**data[name]) for name in ("position", "inner", "built")})
        return cls(**{each.name: nested.get(each.name, data[each.name]) for each in fields(cls)})


def call_sites(judged: Iterable[Judged]) -> list[CallSite]:
    """The calls that have a problem, and those that share their criterion or the very call of torch with one: what is changed there is theirs too."""
    every = list(judged)
    wrong = [each.call for each in every if each.problems]
    shared: set[Place] = {place for call in wrong for place in (call.inner, call.constructed_at) if place is not None}
    found = (_site(each) for each in every if each.call.inner in shared or each.call.constructed_at in shared)
    return list(dict.fromkeys(found))


def _site(judged: Judged) -> CallSite:
    call = judged.call
    reduction, log_target = call.options.get("reduction"), call.options.get("log_target")
    return CallSite(
        loss=call.loss.cls if call.loss.declared else call.loss.name,
        position=position_of(call.place),
        inner=position_of(call.inner),
        codes=tuple(rule.code for rule, _ in judged.problems),
        built=None if call.constructed_at is None else position_of(call.constructed_at),
        is_constructor=call.is_constructor,
        prediction=_known(call.prediction),
        target=_known(call.target),
        options=tuple(call.options),
        tensors=tuple(name for name, option in call.options.items() if option.is_tensor),
        reduction=reduction.constant if reduction is not None and isinstance(reduction.constant, str) else None,
        log_target=log_target is not None and log_target.constant is True,
        unknown_keywords=call.unknown_keywords,
        case=call.case,
        serves_others=call.serves_others,
    )


def _known(argument: Argument) -> KnownFacts:
    facts = argument.facts
    shape, interval, kind, dtype = facts.value("shape"), facts.interval, facts.value("kind"), facts.value("dtype")
    claim = facts.kind or facts.range
    steps: Sequence[Step] = () if claim is None else claim.steps
    return KnownFacts(
        kind=None if kind is None else kind.value,
        dtype=None if dtype is None else dtype.value,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        dims=None if shape is None else shape.dims,
        open=shape is not None and shape.open,
        grad=facts.value("grad"),
        axis=facts.axis,
        born=position_of(steps[0].place) if steps else None,
        maker=steps[0].note if steps else "",
        twice=activation_before(steps) is not None,
        constant=not argument.is_tensor and argument.constant is not None,
    )
