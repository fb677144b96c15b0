"""Objects of classes of the project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from bcelint.contracts import frameworks
from bcelint.trace.conditions.atoms import ALWAYS, Guard
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values import submodules
from bcelint.trace.values.attributes import Attributes
from bcelint.trace.values.cells import DYNAMIC, TWINS, Cell, is_setting
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.containers import Container
from bcelint.trace.values.contents import any_of
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Function, bind
from bcelint.trace.values.library_classes import AS_OBJECTS, NAMED_TUPLE, may_be_false
from bcelint.trace.values.methods import Method
from bcelint.trace.values.nn_modules import DYNAMIC_MODULES, HOOKED, METHODS, NNModule
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.specials import WithSpecials
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

HYPERPARAMETERS = "hparams"
"""Under which Lightning keeps what a constructor was given (its docs)."""
KEPT_BY_BASE = "<kept by a base>"
"""What a base that is not seen may have kept there."""


class Instance(WithSpecials, NNModule):
    """An object of a class of the project. A class that inherits from a layer, loss or container of torch has that one as its content."""

    noun = "object"
    is_module = True
    has_modes = True
    is_tested_by_call = True

    def __init__(self, cls: Class) -> None:
        super().__init__(cls)
        self.given: Guard = ALWAYS
        """What holds since its constructor has returned: no object is made where it raises."""

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        if name == "__dict__":
            return Attributes(self)
        if name in self.fields:
            return self._maybe_overwritten(at, name, self.fields[name])
        if name == "training":
            return Const(True)  # a loss is computed to train; the paths of evaluation and export are not judged
        member = self.cls.member(name)
        if member is not None:
            value = bind(at, self._maybe_overwritten(at, name, member[0]), self)
            if isinstance(member[0], Function) and member[0].cached and member[0].role == "property":
                at.write(self, name, value)
            return value
        return self._inherited(at, name)

    def _inherited(self, at: Interpreter, name: str) -> Value | None:
        """An attribute that it has from outside of the project."""
        native = self.native
        if isinstance(native, Choice):
            return at.attribute(native, name)
        found = None if native is None else native.attribute(at, name)
        if found is not None:
            return Method(self, name) if isinstance(found, Method) and not isinstance(native, DictCell) else found
        if name in frameworks.BACKWARD_METHODS and any(base.name in frameworks.MODULE_BASES for base in self.cls.external_bases()):
            return External("torch.autograd.backward")
        if name == "module":
            return self  # DataParallel(model).module, after the wrapper has been seen through
        if name in frameworks.SELF_METHODS or name in METHODS:
            return Method(self, name)
        made = None if name.startswith("__") else self._made_attribute(at, name)
        if isinstance(made, Unknown) or (made is NONE and not isinstance(native, DictCell)):
            hidden = made.hangs_on()[1]
            return at.unknown(f"{self.cls.name} makes its attributes in __getattr__", symbol=f"#{self.id}.{name}", opaque=hidden)
        return made

    def _made_attribute(self, at: Interpreter, name: str) -> Value | None:
        """What ``__getattr__`` makes: a function of the project, or ``dict.get`` itself."""
        member = self.cls.member("__getattr__")
        if member is not None and isinstance(member[0], External) and isinstance(self.native, DictCell):
            return self.native.method(at, member[0].name.rpartition(".")[2], Arguments((Const(name),)), None)
        return self.special(at, "__getattr__", Const(name))

    def _maybe_overwritten(self, at: Interpreter, name: str, value: Value) -> Value:
        """A setting of an object whose attributes are also set under names that are not seen."""
        replaced = DYNAMIC_MODULES in self.fields and any(single.is_module for _, single in alternatives(value))
        if DYNAMIC not in self.fields or not (replaced or is_setting(value)):
            return value
        return at.unknown(f"attributes of {self.cls.name} are set under names that are not followed", symbol=f"{self.id}.{name}", opaque=True)

    def no_attribute(self, at: Interpreter, name: str) -> Value:
        """What is not seen to be set. Where its constructor is given something of that name, as for ``store_attr()``, that is what it may be."""
        if name == HYPERPARAMETERS and KEPT_BY_BASE in self.fields:
            return self.fields[KEPT_BY_BASE]
        sees_all = self.cls.sees_all_bases(frameworks.PLAIN_BASES | frameworks.MODULE_BASES)
        hidden = DYNAMIC in self.fields or (sees_all and self.cls.is_given(name))
        return at.unknown(f"{self.cls.name} has no attribute {name} that is seen here", symbol=f"{self.id}.{name}", opaque=hidden)

    def store(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        if name.isidentifier() and self.has_setattr():
            self.call_setattr(at, Const(name), after(self.fields.get(name)))
        else:
            self.keep(at, name, value, after)

    def has_setattr(self) -> bool:
        """Whether its class says itself what becomes of an attribute that is set, by a function or as ``dict.__setitem__``."""
        member = self.cls.member("__setattr__")
        return member is not None and isinstance(member[0], (Function, External))

    def call_setattr(self, at: Interpreter, name: Value, value: Value) -> None:
        """Have its class set an attribute."""
        member = self.cls.member("__setattr__")
        if member is not None and isinstance(member[0], External):  # which nothing is bound to
            at.call(member[0], Arguments((self, name, value)))
        else:
            self.special(at, "__setattr__", name, value)

    def keep(self, at: Interpreter, name: str, value: Value, after: Callable[[Value | None], Value]) -> None:
        member = None if name in self.fields else self.cls.member(name)
        if member is not None and isinstance(member[0], Function) and member[0].setter is not None:
            at.call(bind(at, member[0].setter, self), Arguments((after(None),)))
            return
        if name == "__dict__" and value is not self:
            Attributes(self).method(at, "update", Arguments((value,)), None)
            return
        if self.fields.get("__dict__") is self and self.native is not None:  # its attributes are its items
            self.store_item(at, Const(name), after(None))
            return
        stored = after(self.fields.get(name) if member is None else member[0])
        for single in (self, *self.twins()) if value.is_module else (self,):
            at.write(single, name, stored)

    def lose_attribute(self, at: Interpreter, name: str, reason: str, whatever: bool) -> None:
        super().lose_attribute(at, name, reason, whatever)
        if self.has_setattr():  # its attributes may be its items
            self.lose_item(at, name, reason)

    def lose_item(self, at: Interpreter, key: object, reason: str) -> None:
        if isinstance(self.native, Cell):
            self.native.lose_item(at, key, reason)

    def twins(self) -> Sequence[Instance]:
        """Its shallow copies, and what it is one of: of a module torch lets them have one dict of modules."""
        twins = self.fields.get(TWINS)
        return [twin for twin in twins.items if isinstance(twin, Instance)] if isinstance(twins, Tuple) else []

    def has(self, name: str) -> bool | None:
        return self._has(name, self.cls.lends(name))

    def lists(self, name: str) -> bool | None:
        """Whether ``dir()`` names it: what ``__getattr__`` makes, it does not."""
        return self._has(name, self.cls.lists(name))

    def _has(self, name: str, lent: bool | None) -> bool | None:
        if name in self.fields:
            return not self.fields[name].is_raised
        if lent is False and DYNAMIC in self.fields:
            return None
        return lent if self.native is None or lent is not False else self.native.has(name)

    def unset(self, name: str) -> Value | None:
        if name == "training":
            return Const(True)
        member = self.cls.member(name)
        if member is not None:
            return member[0]
        if not name.isidentifier() or self.cls.sees_all_bases(frameworks.PLAIN_BASES | frameworks.MODULE_BASES):
            return Raised(f"{self.cls.name} has no {name}", passing=True, is_unsure=True) if name.isidentifier() else None
        return Unknown(f"a base may set {name}", symbol=f"{self.id}.{name}")

    def item(self, at: Interpreter, index: Any) -> Value:
        own = self.special(at, "__getitem__", _as_argument(at, index))
        if own is not None:
            return own
        return super().item(at, index) if self.native is None else self.native.item(at, index)

    def store_item(self, at: Interpreter, index: Any, value: Value) -> Value | None:
        if self.cls.member("__setitem__") is not None:
            self.special(at, "__setitem__", _as_argument(at, index), value)
        elif self.native is not None:
            for _, single in alternatives(self.native):
                single.store_item(at, index, value)
        return None

    def call(self, at: Interpreter, args: Arguments) -> Value:
        """``model(x)``: its own ``__call__`` or ``forward``, or the layer of torch that its class inherits from."""
        if HOOKED in self.fields:
            return at.unknown(f"{self.cls.name} has a forward hook", self, *args.all())
        for name in ("__call__", "forward"):
            if name in self.fields:
                return at.call(self.fields[name], args)
            member = self.cls.member(name)
            if member is not None:
                found = at.call_declared(self, member[1], args)
                return found or at.call(bind(at, member[0], self), args)
        found = at.call_declared(self, None, args)
        if found is None and self.native is not None:
            return at.call(self.native, args)
        return found or at.unknown(f"{self.cls.name} has no forward that is seen here", self, *args.all())

    def add(self, at: Interpreter, name: Value, value: Value) -> None:
        if isinstance(self.native, Container) and isinstance(name, Const):
            self.native.add(at, name, value)
        else:
            super().add(at, name, value)

    def inside(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        return submodules.method(at, self, self, name, args) if name in submodules.METHODS else None

    def has_own(self, name: str) -> bool:
        return name in self.fields or self.cls.member(name) is not None

    def own_method(self, at: Interpreter, name: str, args: Arguments) -> Value | None:
        if name == "parameters" and self._is_bare():
            return Tuple()
        return self.native.own_method(at, name, args) if isinstance(self.native, Container) else None

    def _is_bare(self) -> bool:
        """Whether it is a module with nothing in it: no layer, no parameter, and nothing in its code that might have put one there."""
        bases = {base.name for base in self.cls.external_bases()}
        plain = all(isinstance(value, (Const, Function)) and name.isidentifier() for name, value in self.fields.items())
        return plain and bases == {"torch.nn.Module"} and not self.cls.has_unknown_base() and all(cls.only_sets_names() for cls in self.cls.mro())

    def note_mode(self, at: Interpreter, training: bool) -> None:
        at.write(self, "training", Const(True) if training else at.unknown("the model may be in evaluation mode", opaque=True))

    def iterate(self, at: Interpreter) -> Items:
        index = at.unknown("an index")
        calling = at if isinstance(at.node, cst.BaseExpression) else at.on(cst.Name("iter"))
        for name, args in (("__iter__", Arguments()), ("__getitem__", Arguments((index,)))):
            member = self.cls.member(name)
            if member is not None:
                result = calling.call(bind(calling, member[0], self), args)
                iterator = at.narrow(result) if name == "__iter__" else None
                if isinstance(iterator, Instance):
                    return Items((), iterator._drawn(calling) or at.unknown(f"what iterating over {self.cls.name} yields"))
                return Items((), result) if iterator is None else iterator.iterate(at)
        if self.native is not None:
            return at.narrow(self.native).iterate(at)
        return Items((), at.unknown(f"what iterating over {self.cls.name} yields"))

    def _drawn(self, at: Interpreter) -> Value | None:
        """What ``__next__`` returns in any round; a field that it changes has another value in each."""
        item: Value | None = None
        for _ in range(2):
            before = dict(self.fields)
            item = self.special(at, "__next__")
            for name, value in list(self.fields.items()):
                if before.get(name) is not value:
                    at.write(self, name, any_of(at, Tuple((before.get(name, value), value))))
        return item

    def mapped(self) -> Value | None:
        return self.native.mapped() if isinstance(self.native, DictCell) else None

    def truth(self) -> bool | None:
        if self.cls.member("__bool__") or self.cls.member("__len__"):
            return None
        if self.native is not None:
            return self.native.truth()
        return None if self.cls.has_unknown_base() or any(may_be_false(base.name) for base in self.cls.external_bases()) else True

    def tested(self, at: Interpreter) -> Value:
        return self.special(at, "__bool__") or self.special(at, "__len__") or self

    def length(self, at: Interpreter) -> Value:
        own = self.special(at, "__len__")
        return own or (super().length(at) if self.native is None else self.native.length(at))

    def is_open(self) -> bool:
        """A base from outside may say when it is equal to something."""
        others = [name for name in (base.name for base in self.cls.external_bases()) if not name.startswith(AS_OBJECTS) or name == NAMED_TUPLE]
        return bool(others) or self.cls.has_unknown_base()

    def is_of_class(self, cls: Value) -> bool | None:
        return self.cls.is_subclass(cls)

    def is_of_library_class(self, name: str) -> bool | None:
        return self.cls.is_subclass_of_library_class(name)

    def type(self) -> Value | None:
        return self.cls


def _as_argument(at: Interpreter, index: Any) -> Value:
    """An index as a method is given it: several are a tuple."""
    if isinstance(index, Value):
        return index
    parts = tuple(part if isinstance(part, Value) else at.unknown("a slice") for part in index)
    return parts[0] if len(parts) == 1 else Tuple(parts)
