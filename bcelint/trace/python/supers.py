"""``super()``."""

from __future__ import annotations

import libcst as cst

from bcelint.trace.interpreter import Value
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.site import Site
from bcelint.trace.values.classes import Class
from bcelint.trace.values.supers import Super


def super_value(at: Site, node: cst.Call) -> Value:
    """``super()`` and ``super(Class, self)``."""
    owner: Value | None = None
    receiver: Value | None = None
    if len(node.args) == 2:
        owner, receiver = (at.evaluate(arg.value) for arg in node.args)
    else:
        methods = at.frame.methods()
        owner = methods[0].function.owner if methods and methods[0].function is not None else None
        receiver = next(filter(None, map(_receiver, methods)), None)
    if isinstance(owner, Class) and receiver is not None:
        return Super(owner, receiver)
    return at.unknown("super() outside of a class")


def _receiver(frame: Frame) -> Value | None:
    """The first argument of the method that runs in a frame."""
    if frame.function is None:
        return None
    params = frame.function.node.params
    first = next(iter((*params.posonly_params, *params.params)), None)
    return frame.fields.get(first.name.value) if first is not None else None
