"""Whether a guard asks for two things that hang together."""

from __future__ import annotations

from typing import Any

import pytest

from bcelint.trace.conditions.atoms import AnyOf, Atom, Guard
from bcelint.trace.conditions.mixing import mixes


def asked(symbol: str, text: str, truth: bool = True, sources: tuple[int, ...] = (), op: str = "truth", operand: Any = None) -> Atom:
    return Atom(symbol, op, operand, truth, lambda: text, sources=frozenset(sources))


GPUS = "main.py:args.gpus"
COMMA = asked(f"{GPUS}.__contains__(',')", '"," in args.gpus')
SEVERAL = asked(f"len({GPUS}.split(','))", "len(ids) > 1", op=">", operand=1)
MODEL = asked("main.py:args.model", "args.model == 'unet'", op="==", operand="unet")
SCALER, AMP = asked("#7", "scaler.is_enabled()", sources=(3, 7)), asked("#3", "amp", False, sources=(3,))
ACT, LOSS = asked("#5.act", "config.act"), asked("#5.loss", "config.loss")

MIXED: list[Guard] = [
    frozenset([COMMA, SEVERAL.negated()]),
    frozenset([SCALER, AMP]),
    frozenset([ACT, LOSS]),
    frozenset([MODEL, AnyOf((frozenset([ACT, LOSS]),))]),
    frozenset([COMMA, AnyOf((frozenset([SEVERAL]), frozenset([COMMA.negated()])))]),
]
PLAIN: list[Guard] = [
    frozenset([COMMA]),
    frozenset([COMMA, MODEL]),
    frozenset([COMMA, AnyOf((frozenset([SEVERAL]), frozenset([MODEL])))]),
    frozenset([COMMA, asked(GPUS, 'args.gpus == "0,1"', op="==", operand="0,1")]),
    frozenset([SCALER, asked("#3", "amp is not None", False, sources=(3,), op="==")]),
    frozenset([SCALER, asked("type(#3)", "type(amp) is bool", sources=(3,))]),
    frozenset([ACT, asked("#6.loss", "other.loss")]),
]


@pytest.mark.parametrize("guard", MIXED, ids=lambda guard: " and ".join(sorted(map(str, guard))))
def test_two_that_hang_together(guard: Guard) -> None:
    assert mixes(guard)


@pytest.mark.parametrize("guard", PLAIN, ids=lambda guard: " and ".join(sorted(map(str, guard))))
def test_one_or_such_as_have_nothing_to_do_with_one_another(guard: Guard) -> None:
    assert not mixes(guard)
