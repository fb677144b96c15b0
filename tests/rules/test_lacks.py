"""What the rules lack: where a rule says that it lacks nothing, it is silent whatever else becomes known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bcelint.analysis.judge import judge
from bcelint.facts import Claim, DType, Facts, Interval, Kind, Shape
from bcelint.finding import Verdict
from bcelint.losscall import Argument, LossCall
from bcelint.rules.registry import ALL_RULES
from bcelint.rules.words import takes_classes
from tests.rules.build import INF, LOSSES, call

RULES = [rule for rule in ALL_RULES if not rule.advice]
DECISIVE = {"BCE101", "BCE102", "BCE103", "BCE104", "BCE106"}
"""These ask of the prediction alone, which is known in what is looked at here."""
FLOATS = [DType.FLOAT16, DType.FLOAT32, DType.FLOAT64]
INTEGERS = [DType.UINT8, DType.INT32, DType.INT64]
FAMILIES = {None: [*FLOATS, *INTEGERS, DType.BOOL], DType.FLOATING: FLOATS, DType.INTEGRAL: INTEGERS}
INTERVALS = [(0, 1), (0, 0.5), (-1, 1), (-INF, INF), (-INF, 0), (0, 9), (-INF, INF, False)]
SIZES = [1, 2, 3, "n"]
BATCH = 4
CASES = 20_000


class Drawing:
    """Draws facts, and whatever else may become known of the same tensor."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.one = self.random.choice

    def kind(self, interval: Interval) -> Kind | None:
        """One that goes with such values."""
        if interval.within(Interval(0, 1)):
            return self.one([None, Kind.PROBABILITIES])
        return self.one([None, Kind.LOG_PROBABILITIES if interval.within(Interval(-INF, 0)) else Kind.LOGITS])

    def facts(self) -> Facts:
        interval = self.one([None, Interval(*self.one(INTERVALS))])
        dtype = self.one([None, *FAMILIES[None], DType.FLOATING, DType.INTEGRAL])
        kind = None if interval is None else self.kind(interval)
        return made(kind, interval, dtype, self.one([None, self.shape()]), self.one([None, True, False]))

    def shape(self) -> Shape:
        dims = [self.one([None, *SIZES]) for _ in range(self.random.randint(0, 3))]
        is_open = self.one([True, False])
        if dims and not is_open:
            dims[0] = self.one([None, BATCH])
        return Shape(tuple(dims), is_open)

    def with_all_known(self, known: Facts) -> Facts:
        interval, kind, dtype, shape, grad = (known.value(name) for name in ("range", "kind", "dtype", "shape", "grad"))
        interval = interval or Interval(*self.one(INTERVALS))
        dtype = self.one(FAMILIES[dtype]) if dtype in FAMILIES else dtype
        whole = self.whole(shape or Shape((), open=True))
        return made(kind or self.kind(interval), interval, dtype, whole, self.one([True, False]) if grad is None else grad)

    def whole(self, shape: Shape) -> Shape:
        """A shape that this one may be; the first dimension is the batch."""
        dims = [self.one(SIZES) if dim is None else dim for dim in shape.dims]
        if not shape.open:
            return Shape((BATCH, *dims[1:]) if dims else ())
        more = [self.one(SIZES) for _ in range(self.random.randint(0, 2))]
        return Shape((BATCH, *more, *dims))

    def call(self) -> LossCall:
        options = {self.one(["weight", "pos_weight"]): Argument(self.facts())} if self.one([True, False]) else {}
        return call(self.one(sorted(LOSSES)), self.facts(), self.facts(), options=options, trained=self.one([True, False]))

    def after(self, before: LossCall) -> LossCall:
        """The same call with all known of what goes into it."""

        def known(arguments: dict[str, Argument]) -> dict[str, Argument]:
            return {name: replace(each, facts=self.with_all_known(each.facts)) for name, each in arguments.items()}

        return replace(before, arguments=known(dict(before.arguments)), options=known(dict(before.options)))


def made(kind: Kind | None, interval: Interval | None, dtype: DType | None, shape: Shape | None, grad: bool | None) -> Facts:
    claims = [None if value is None else Claim(value) for value in (interval, kind, dtype, shape, grad)]
    return Facts(claims[0], claims[1], None, *claims[2:])  # type: ignore[arg-type]


def shape_of(argument: Argument) -> Shape:
    shape = argument.facts.value("shape")
    assert isinstance(shape, Shape)
    return shape


def surprises(seed: int) -> Iterator[tuple[str, LossCall, LossCall]]:
    """The rules that speak once all is known, though they lacked nothing, with the call before and after."""
    drawing = Drawing(seed)
    for _ in range(CASES):
        before = drawing.call()
        judged = judge(before, RULES)
        if judged.verdict not in (Verdict.OK, Verdict.PARTLY):
            continue
        after = drawing.after(before)
        if takes_classes(after.loss) and len(shape_of(after.target).dims) < 2 < len(shape_of(after.prediction).dims):
            continue  # torch takes no single index beside scores of several dimensions
        closed = DECISIVE.union(judged.open_rules)
        yield from ((rule.code, before, after) for rule in RULES if rule.code not in closed and rule.check(after) is not None)


def test_a_rule_that_lacks_nothing_stays_silent() -> None:
    assert next(surprises(0), None) is None


@pytest.mark.parametrize("code", [rule.code for rule in RULES if "lacks" in type(rule).__dict__ and rule.code not in ("BCE107", "BCE307")])
def test_a_rule_that_would_not_say_what_it_lacks_is_noticed(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but those that ask for what is drawn nowhere here."""
    (rule,) = (rule for rule in RULES if rule.code == code)
    monkeypatch.setattr(type(rule), "lacks", lambda self, call: ())
    assert next(surprises(0))[0] == code
