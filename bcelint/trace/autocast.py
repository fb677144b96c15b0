"""``torch.autocast``: whether the code that runs is under CUDA autocast, where torch refuses some losses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.trace.arguments import Arguments
from bcelint.trace.frames import Frame
from bcelint.trace.run import Run
from bcelint.trace.truth import condition, split
from bcelint.trace.values import Const, Value, alternatives

if TYPE_CHECKING:
    from bcelint.trace.nodeplace import NodePlace


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


def _autocast(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments, names: tuple[str, ...], device: str = "") -> Value:
    given, written = {**dict(zip(names, args.positional)), **args.keywords}, args.written(names)
    place = frame.module.place(node)
    on, off = split(run, frame, written.get("enabled", node), given.get("enabled", Const(True)))
    switch = run.state.choice([*((guard, Autocast(True, place)) for guard in on), *((guard, Autocast(False, place)) for guard in off)])
    kind = Const(device) if device else given.get("device_type", Const("cuda"))
    return run.state.lift(lambda single: _on(run, frame, written.get("device_type", node), single, switch, Autocast(None, place)), kind)


def _on(run: Run, frame: Frame, node: cst.BaseExpression, device: Value, switch: Value, elsewhere: Autocast) -> Value:
    """``switch`` if the device, which is written as ``node``, is CUDA, and ``elsewhere`` if not."""
    if isinstance(device, Const):
        return switch if str(device.value).startswith("cuda") else elsewhere
    atom = condition(run, frame, node, device, "==", "cuda")
    atom = replace(atom, text=lambda: f"{frame.module.text(node)} == 'cuda'")
    return run.state.choice([(frozenset([atom]), switch), (frozenset([atom.negated()]), elsewhere)])


GENERAL = ("device_type", "dtype", "enabled", "cache_enabled")
ON_CUDA = ("enabled", "dtype", "cache_enabled")
HANDLERS: dict[str, Callable[[Run, Frame, cst.BaseExpression, Arguments], Value]] = {
    "torch.autocast": functools.partial(_autocast, names=GENERAL),
    "torch.amp.autocast": functools.partial(_autocast, names=GENERAL),
    "torch.cuda.amp.autocast": functools.partial(_autocast, names=ON_CUDA, device="cuda"),
    "torch.cpu.amp.autocast": functools.partial(_autocast, names=ON_CUDA, device="cpu"),
}
"""By name, as in torch's docs of torch.amp; the positional parameters are those of torch 2.13."""
