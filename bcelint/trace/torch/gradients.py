"""``torch.no_grad``, ``torch.enable_grad`` and their kin, as contexts (source: torch's docs on locally disabling gradient computation)."""

from __future__ import annotations

from collections.abc import Callable

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.gradients import GradientMode


def off_inside(manager: Value) -> bool | None:
    """Whether gradients are off inside of ``with manager``; where that differs from case to case they count as on, and None is no such manager."""
    modes = [single.enabled for _, single in alternatives(manager) if isinstance(single, GradientMode)]
    return not any(modes) if modes else None


def _off(at: Site, args: Arguments) -> Value:
    return GradientMode(False)


def _on(at: Site, args: Arguments) -> Value:
    return GradientMode(True)


def _set(at: Site, args: Arguments) -> Value:
    """``torch.set_grad_enabled(mode)``: a switch of unknown position counts as on."""
    return GradientMode(all(value.constant is not False for value in args.all()))


def _inference(at: Site, args: Arguments) -> Value:
    """``torch.inference_mode(mode=True)`` turns gradients off."""
    return GradientMode(any(value.constant is not True for value in args.all()))


HANDLERS: dict[str, Callable[[Site, Arguments], Value]] = {
    "torch.no_grad": _off,
    "torch.autograd.no_grad": _off,
    "torch.autograd.grad_mode.no_grad": _off,
    "torch.enable_grad": _on,
    "torch.autograd.enable_grad": _on,
    "torch.inference_mode": _inference,
    "torch.set_grad_enabled": _set,
}
