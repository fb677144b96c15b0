"""The judge: holds a loss call against the rules, and says ok, partly known and what is not, misuse, or unknown and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bcelint.analysis.lacking import by_argument, in_words
from bcelint.facts import NOTHING_KNOWN, UNBOUNDED, UNIT, Facts, Kind
from bcelint.finding import Finding, JudgedCall, Position, TraceStep, Verdict
from bcelint.losscall import TOO_MANY, Argument, LossCall
from bcelint.places import Place, Step
from bcelint.rules.base import Problem, Rule
from bcelint.rules.words import SLACK, leaves, loss_name, no_log_probabilities

_ABOUT_THE_ARGUMENTS = {"BCE101", "BCE102", "BCE103", "BCE104", "BCE105", "BCE106", "BCE107", "BCE201", "BCE202", "BCE204", "BCE303"}
_SILENCES = {
    # With the arguments exchanged, what else is wrong with them says nothing.
    "BCE302": _ABOUT_THE_ARGUMENTS,
    "BCE301": {"BCE103", "BCE107", "BCE204"},
    "BCE107": {"BCE102", "BCE103", "BCE104", "BCE105", "BCE106"},
}
"""One cause, one finding: the rules that stay silent where another, which names the cause, has spoken."""

MAX_CONDITIONS = 4
MAX_CONDITION = 80
"""More conditions of a case are counted in a message, not named, and longer ones are shortened: it has to fit one line."""


@dataclass(frozen=True)
class Judged:
    """A loss call with its verdict and what the rules have to say of it."""

    call: LossCall
    verdict: Verdict
    problems: tuple[tuple[Rule, Problem], ...] = ()
    reason: str = ""
    lost_at: Place | None = None
    not_known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open_rules: tuple[str, ...] = ()
    dropped: bool = False
    cases: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    """By the code of a problem, the case that a finding names, where it is not that of this call alone."""

    def findings(self) -> list[Finding]:
        """The problems as findings, with places resolved to positions."""
        position = position_of(self.call.place)
        return [
            Finding(rule.code, rule.name, _one_line(problem.message) + self._case(rule), position, _trace(problem.steps), rule.advice)
            for rule, problem in self.problems
        ]

    def _case(self, rule: Rule) -> str:
        case = self.cases.get(rule.code)
        return _case_text(self.call.case if case is None else case)

    def plain(self) -> JudgedCall:
        """The same with places resolved and nothing left of the tracer's own values."""
        call = self.call
        arguments = {**call.arguments, **{name: a for name, a in call.options.items() if a.facts != Facts()}}
        return JudgedCall(
            loss=loss_name(call),
            position=position_of(call.place),
            inner=position_of(call.inner),
            verdict=self.verdict,
            reason=self.reason,
            reason_position=None if self.lost_at is None else position_of(self.lost_at),
            facts={name: facts_text(argument) for name, argument in arguments.items()},
            case=call.case,
            findings=tuple(self.findings()),
            is_constructor=call.is_constructor,
            function=call.function,
            not_known=self.not_known,
            open_rules=self.open_rules,
            dropped=self.dropped,
            built=() if call.constructed_at is None else (position_of(call.constructed_at),),
        )


def judge(call: LossCall, rules: Sequence[Rule]) -> Judged:
    """The verdict of ``rules`` on one call. Advice is passed on, but changes no verdict."""
    spoken = [(rule, said) for rule in rules for said in [rule.check(call)] if said is not None]
    silent = {code for rule, _ in spoken for code in _SILENCES.get(rule.code, ())}
    problems = tuple((rule, said) for rule, said in spoken if rule.code not in silent)
    if any(not rule.advice for rule, _ in problems):
        return Judged(call, Verdict.MISUSE, problems)
    if call.is_constructor:
        return Judged(call, Verdict.OK, problems)
    return _not_wrong(call, problems, [rule for rule in rules if not rule.advice])


def _not_wrong(call: LossCall, problems: tuple[tuple[Rule, Problem], ...], rules: Sequence[Rule]) -> Judged:
    """Of a call that no rule has anything against: how much of what they ask is known."""
    every = tuple(rule.code for rule in rules)
    if call.dropped:
        reason = f"not all of its cases were looked at: {call.dropped}"
        return Judged(call, Verdict.UNKNOWN, problems, reason, call.inner, open_rules=every, dropped=True)
    if call.loss.unclear:
        return Judged(call, Verdict.UNKNOWN, problems, call.loss.unclear, call.constructed_at or call.inner, open_rules=every)
    asked = {rule.code: list(rule.lacks(call)) for rule in rules}
    not_known = by_argument(call, (lack for each in asked.values() for lack in each))
    folded = next((argument for argument in (call.prediction, call.target) if argument.reason == TOO_MANY), None)
    if _decisive_is_known(call):
        if not not_known:
            return Judged(call, Verdict.OK, problems)
        if folded is None:
            first = _first_lost(call, not_known)
            because = f" ({first.reason})" if first.reason else ""
            open_rules = tuple(code for code, lacks in asked.items() if lacks)
            return Judged(call, Verdict.PARTLY, problems, in_words(not_known) + because, first.lost_at, not_known, open_rules)
    lost = folded or call.prediction
    reason = lost.reason or "nothing is known of the prediction"
    return Judged(call, Verdict.UNKNOWN, problems, reason, lost.lost_at, open_rules=every, dropped=folded is not None)


def _decisive_is_known(call: LossCall) -> bool:
    """Whether what the main rule of the loss asks of the prediction is known, and right; of a loss that takes any, something must be known of it."""
    takes_any = call.loss.wants is None and call.loss.range == UNBOUNDED
    return call.prediction.facts != NOTHING_KNOWN if takes_any else prediction_is_right(call)


def prediction_is_right(call: LossCall) -> bool:
    """Whether the prediction is known to be what the contract asks for."""
    loss, facts = call.loss, call.prediction.facts
    kind, interval = facts.value("kind"), facts.interval
    if loss.wants is Kind.LOG_PROBABILITIES:
        return kind is Kind.LOG_PROBABILITIES or _below_zero(facts)
    if loss.wants is Kind.LOGITS:
        harmless = kind is Kind.LOG_PROBABILITIES and loss.applies == "softmax"
        return harmless or kind is Kind.LOGITS or (kind is None and leaves(interval, UNIT))
    bounds = UNIT if loss.wants is Kind.PROBABILITIES else loss.range
    return bounds == UNBOUNDED or (interval is not None and interval.within(bounds, SLACK))


def _below_zero(facts: Facts) -> bool:
    return facts.interval is not None and facts.interval.high <= SLACK and no_log_probabilities(facts) is None


def _first_lost(call: LossCall, names: Iterable[str]) -> Argument:
    """The first of these arguments of which it is known why it was lost."""
    given = {**call.options, call.loss.prediction: call.prediction, call.loss.target: call.target}
    return next((given[name] for name in names if name in given and given[name].reason), Argument())


def position_of(place: Place) -> Position:
    """The place's span; an end that is not known is the beginning."""
    end_line = place.end_line or place.line
    end_column = place.end_column or place.column
    return Position(place.path, place.line, place.column, end_line, end_column, place.cell, place.above)


def facts_text(argument: Argument) -> str:
    """What is known of an argument, in a few words: ``probabilities, [0, 1], float32, (N, 1), gradient``."""
    facts = argument.facts
    known = [
        "" if facts.kind is None else facts.kind.value.value,
        "" if facts.range is None else str(facts.range.value),
        "" if facts.dtype is None else facts.dtype.value.value,
        "" if facts.shape is None else str(facts.shape.value),
        "" if facts.grad is None else "gradient" if facts.grad.value else "no gradient",
    ]
    text = ", ".join(word for word in known if word)
    if not text and argument.constant is not None:
        return repr(argument.constant)
    return text or "unknown"


def _trace(steps: Sequence[Step]) -> tuple[TraceStep, ...]:
    trace: list[TraceStep] = []
    for step in steps:
        at = step.place
        shown = TraceStep(at.path, at.line, at.column, step.note, at.cell, at.above)
        if not trace or trace[-1] != shown:
            trace.append(shown)
    return tuple(trace)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _case_text(case: Sequence[str]) -> str:
    named = [f"`{_shortened(text)}`" for text in case[:MAX_CONDITIONS]]
    left_out = len(case) - len(named)
    if left_out:
        named.append(f"{left_out} more condition{'s' * (left_out > 1)}")
    return f" (when {' and '.join(named)})" if named else ""


def _shortened(text: str) -> str:
    """A condition on one line; of a long one the beginning and the end."""
    line, half = _one_line(text), MAX_CONDITION // 2 - 2
    return line if len(line) <= MAX_CONDITION else f"{line[:half].rstrip()} … {line[-half:].lstrip()}"
