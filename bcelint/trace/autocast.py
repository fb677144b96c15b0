"""``torch.autocast``: whether the code that runs is under CUDA autocast, where torch refuses some losses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.trace.arguments import Arguments
from bcelint.trace.conditions import Atom, Literal
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.truth import condition, truth
from bcelint.trace.values import Const, Unknown, Value, alternatives

if TYPE_CHECKING:
    from bcelint.trace.positions import NodePlace


@dataclass(frozen=True, eq=False)
class Autocast(Value):
    """``torch.autocast``, for CUDA: on or off; None where it is for another device."""

    noun = "autocast"
    enabled: bool | None
    place: NodePlace

    def key(self) -> Any:
        return ("autocast", self.enabled, id(self.place.node))


def entered(run: Run, frame: Frame, manager: Value) -> Value:
    """What ``frame.autocast`` becomes inside of ``with manager``: another device's autocast leaves that of CUDA as it is."""
    if not any(isinstance(single, Autocast) for _, single in alternatives(manager)):
        return frame.autocast
    return run.state.choice(
        (guard, single if isinstance(single, Autocast) and single.enabled is not None else frame.autocast) for guard, single in alternatives(manager)
    )


def _autocast(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments, names: tuple[str, ...], device: Value | None = None) -> Value:
    given = {**dict(zip(names, args.positional)), **args.keywords}
    device = given.get("device_type", Const("cuda")) if device is None else device
    on = given.get("enabled", Const(True))
    place = frame.module.place(node)

    def one(kind: Value, flag: Value) -> Value:
        if isinstance(kind, Const):
            is_cuda = str(kind.value).startswith("cuda")
            return Autocast(truth(flag) if is_cuda else None, place)
        return run.unknown("an autocast for a device that is not known", frame, node)

    return run.state.lift(one, _known(run, frame, node, device, "cuda"), _known(run, frame, node, on, True))


def _known(run: Run, frame: Frame, node: cst.BaseExpression, value: Value, wanted: object) -> Value:
    """The value with a case of its own for ``wanted`` (the other case is None) where it is not known."""
    options: list[tuple[frozenset[Literal], Value]] = []
    for guard, single in alternatives(value):
        if not isinstance(single, Unknown):
            options.append((guard, single))
            continue
        atom = _atom(run, frame, node, single, wanted)
        options += [(guard | {atom}, Const(wanted)), (guard | {atom.negated()}, Const(None))]
    return run.state.choice(options)


def _atom(run: Run, frame: Frame, node: cst.BaseExpression, value: Unknown, wanted: object) -> Atom:
    position, keyword = (0, "device_type") if wanted == "cuda" else (-1, "enabled")
    arguments = node.args if isinstance(node, cst.Call) else ()
    named = [arg.value for arg in arguments if arg.keyword is not None and arg.keyword.value == keyword]
    written = (named or [arg.value for arg in arguments if arg.keyword is None][position:] or [node])[0]
    if wanted is True:
        return condition(run, frame, written, value, "truth", None)
    atom = condition(run, frame, written, value, "==", wanted)
    return replace(atom, text=lambda: f"{frame.module.text(written)} == {wanted!r}")


GENERAL = ("device_type", "dtype", "enabled", "cache_enabled")
ON_CUDA = ("enabled", "dtype", "cache_enabled")
HANDLERS: dict[str, Callable[[Run, Frame, cst.BaseExpression, Arguments], Value]] = {
    "torch.autocast": functools.partial(_autocast, names=GENERAL),
    "torch.amp.autocast": functools.partial(_autocast, names=GENERAL),
    "torch.cuda.amp.autocast": functools.partial(_autocast, names=ON_CUDA, device=Const("cuda")),
    "torch.cpu.amp.autocast": functools.partial(_autocast, names=ON_CUDA, device=Const("cpu")),
}
"""By name, as in torch's docs of torch.amp; the positional parameters are those of torch 2.13."""
