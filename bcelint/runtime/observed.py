"""The values of a tensor: the least and the greatest, where they can be had. Nothing else here looks at values."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable

import torch

from bcelint.facts import Interval
from bcelint.places import FixedPlace, shown_spot

_FAILURES = tuple(filter(None, [getattr(torch, "AcceleratorError", None)]))
"""What torch raises, from 2.8 on, where a device reports an error."""
_FAILED = re.compile(r"(?:CUDA|HIP|XPU|NPU) error\b|device-side assert")
"""What it said before, in a RuntimeError. Where memory runs out it says something else: the device is none the worse for that."""
_ANY = "accelerators"


class Sight:
    """Looks at values, but at none on a device that has failed.

    An assertion that fails in a kernel leaves a GPU unusable until the process ends: whatever is asked of it raises then. A look waits for what
    the GPU computes, so it may well be the first to be told; the program is told when it asks next.
    """

    def __init__(self) -> None:
        self._failed: set[str] = set()
        self._last: dict[str, FixedPlace] = {}  # where values on each device were looked at last; what came last comes last
        self._notes: list[str] = []

    def interval(self, tensor: torch.Tensor, at: FixedPlace) -> Interval | None:
        """Where the values lie of an argument of the loss call ``at``.

        None for tensors that have none to be compared: empty, meta, sparse, quantised, complex, or all NaN; and for those on a device that
        has failed.
        """
        if tensor.is_meta or tensor.is_quantized or tensor.layout is not torch.strided or tensor.dtype.is_complex or not self.sees(tensor.device):
            return None
        try:
            if not tensor.numel():
                return None
            low, high = (float(end) + 0.0 for end in torch.aminmax(tensor.detach()))  # no -0
        except (RuntimeError, NotImplementedError, ValueError) as error:  # nested tensors, those inside of vmap, dtypes without an order
            if is_failure(error):
                self.fail(error, [tensor], at)
            return None
        self._last.pop(str(tensor.device), None)
        self._last[str(tensor.device)] = at
        return None if math.isnan(low) or math.isnan(high) else Interval(low, high)

    def sees(self, device: torch.device) -> bool:
        return str(device) not in self._failed and (device.type == "cpu" or _ANY not in self._failed)

    def fail(self, error: BaseException, tensors: Iterable[torch.Tensor], at: FixedPlace | None) -> None:
        """An operation on ``tensors`` has ended in ``error``: their devices are looked at no more, any accelerator where there are none.

        What torch said is noted the first time, since all that comes after comes of that.
        """
        devices = _devices(tensors)
        names = sorted(str(device) for device in [device for device in devices if device.type != "cpu"] or devices) or [_ANY]
        is_new = not self._failed if names == [_ANY] else any(map(self.sees, devices)) and not self._failed.issuperset(names)
        self._failed.update(names)
        if not is_new:
            return
        where = "" if at is None else f" at {_spot(at)}"
        calls = [place for name, place in self._last.items() if name in names or (names == [_ANY] and name != "cpu")]
        after = f" (after the loss call at {_spot(calls[-1])})" if calls and calls[-1] != at else ""
        said = (str(error).splitlines() or [type(error).__name__])[0]
        self._notes.append(f"torch said{where}: {said}{after}; values on {' and '.join(names)} were not looked at from then on")

    def notes(self) -> list[str]:
        """What a person should know of devices that failed."""
        return list(self._notes)


def _devices(tensors: Iterable[torch.Tensor]) -> set[torch.device]:
    """Where the tensors are; a subclass may refuse even to say that."""
    devices = set()
    for tensor in tensors:
        with contextlib.suppress(Exception):
            devices.add(tensor.device)
    return devices


def is_failure(error: BaseException) -> bool:
    """Whether torch says that a device has failed, not an operation."""
    return isinstance(error, _FAILURES) or (isinstance(error, RuntimeError) and _FAILED.search(str(error)) is not None)


def hull(one: Interval | None, other: Interval | None) -> Interval | None:
    if one is None or other is None:
        return one or other
    return Interval(min(one.low, other.low), max(one.high, other.high))


def _spot(at: FixedPlace) -> str:
    return f"{shown_spot(at)}:{at.column}"
