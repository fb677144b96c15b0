"""What is not known of a loss call, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bcelint.losscall import LossCall
from bcelint.rules.base import Lack

_FACTS = ("kind", "range", "dtype", "shape", "gradient", "value")


def by_argument(call: LossCall, lacks: Iterable[Lack]) -> dict[str, tuple[str, ...]]:
    """The facts that are missing of each argument: the prediction's first, then the target's, then those of options."""
    found: dict[str, set[str]] = {}
    for lack in lacks:
        found.setdefault(lack.argument, set()).add(lack.fact)
    main = (call.loss.prediction, call.loss.target)
    names = [*(name for name in main if name in found), *sorted(found.keys() - set(main))]
    return {name: ordered(found[name]) for name in names}


def ordered(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(facts, key=_FACTS.index))


def in_words(not_known: Mapping[str, Sequence[str]]) -> str:
    """``input: gradient not known; target: dtype and shape not known``."""
    return "; ".join(_of_one(name, facts) for name, facts in not_known.items())


def _of_one(name: str, facts: Sequence[str]) -> str:
    if tuple(facts) == ("value",):
        return f"{name} not known"
    return f"{name}: {', '.join(facts[:-1])}{' and ' if facts[1:] else ''}{facts[-1]} not known"
