"""``torch.autocast``: whether the code that runs is under CUDA autocast, where torch refuses some losses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.site import Site
from bcelint.trace.state.truth import split
from bcelint.trace.values.asking import condition
from bcelint.trace.values.autocast import Autocast
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import Const


def entered(at: Site, frame: Frame, manager: Value) -> Value:
    """What ``frame.autocast`` becomes inside of ``with manager``: another device's autocast leaves that of CUDA as it is."""
    if not any(isinstance(single, Autocast) for _, single in alternatives(manager)):
        return frame.autocast
    return at.choice(
        (guard, single if isinstance(single, Autocast) and single.enabled is not None else frame.autocast) for guard, single in alternatives(manager)
    )


def _autocast(at: Site, args: Arguments, names: tuple[str, ...], device: str = "") -> Value:
    given, written = {**dict(zip(names, args.positional)), **args.keywords}, args.written(names)
    place = at.place
    on, off = split(at.on(written.get("enabled", at.node)), given.get("enabled", Const(True)))
    switch = at.choice([*((guard, Autocast(True, place)) for guard in on), *((guard, Autocast(False, place)) for guard in off)])
    kind = Const(device) if device else given.get("device_type", Const("cuda"))
    return at.lift(lambda single: _on(at.on(written.get("device_type", at.node)), single, switch, Autocast(None, place)), kind)


def _on(at: Site, device: Value, switch: Value, elsewhere: Autocast) -> Value:
    """``switch`` if the device, which is written here, is CUDA, and ``elsewhere`` if not."""
    if isinstance(device, Const):
        return switch if str(device.value).startswith("cuda") else elsewhere
    atom = condition(at, device, "==", "cuda")
    written = at.place.text  # and not ``at``, which would keep all that this run has evaluated
    atom = replace(atom, text=lambda: f"{written()} == 'cuda'")
    return at.choice([(frozenset([atom]), switch), (frozenset([atom.negated()]), elsewhere)])


GENERAL = ("device_type", "dtype", "enabled", "cache_enabled")
ON_CUDA = ("enabled", "dtype", "cache_enabled")
HANDLERS: dict[str, Callable[[Site, Arguments], Value]] = {
    "torch.autocast": functools.partial(_autocast, names=GENERAL),
    "torch.amp.autocast": functools.partial(_autocast, names=GENERAL),
    "torch.cuda.amp.autocast": functools.partial(_autocast, names=ON_CUDA, device="cuda"),
    "torch.cpu.amp.autocast": functools.partial(_autocast, names=ON_CUDA, device="cpu"),
}
"""By name, as in torch's docs of torch.amp; the positional parameters are those of torch 2.13."""
