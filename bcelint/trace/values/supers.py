"""``super()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import NONE
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import bind
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.methods import Method
from bcelint.trace.values.raised import Raised

NEW, MAKE = "builtins.object.__new__", "builtins.type.__call__"
"""What makes an object without and with its constructor, where neither the class nor its metaclass does."""


@dataclass(frozen=True, eq=False)
class Super(Value):
    """``super()``: looks up after ``owner`` in the receiver's order of classes."""

    noun = "super() object"
    owner: Class
    receiver: Value

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        cls = self.receiver.cls if isinstance(self.receiver, Instance) else self.receiver
        if isinstance(cls, Class) and not (name == "__init__" and isinstance(self.receiver, Instance)):
            order = list(cls.mro())
            if self.owner not in order and isinstance(self.receiver, Class):
                order = list(self.owner.mro())  # a method of its metaclass
            start = order.index(self.owner) + 1 if self.owner in order else 0
            for base in order[start:]:
                if name in base.fields:
                    return bind(at, base.fields[name], self.receiver)
        return Method(self, name)

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        """A method of a base class outside of the project, or a constructor."""
        instance = self.receiver
        if name == "__new__":
            return at.call(External(NEW), args)
        if name == "__call__" and isinstance(instance, Class):
            return at.call(External(MAKE), args.behind(instance))
        if not isinstance(instance, Instance):
            return at.unknown(f"super().{name} is outside of the project", *args.all())
        if name == "__getattr__":
            return Raised(f"{instance.cls.name} has no such attribute", is_unsure=True)
        if name == "__init__":
            own = instance.cls.constructor(args, behind=self.owner)
            if own is not None:
                return at.call(bind(at, own, instance), args)
            at.construct_base(instance, self.owner, args)
            return NONE
        if name in ("forward", "__call__"):
            return at.unknown(f"super().{name} is outside of the project", *args.all()) if instance.native is None else at.call(instance.native, args)
        if name in ("__setattr__", "__setitem__"):
            return at.call(External(f"builtins.object.{name}"), args.behind(instance))
        return instance.method(at, name, args, None)
