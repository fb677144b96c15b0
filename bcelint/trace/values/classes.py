"""Classes of the project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst
import libcst.matchers as m

from bcelint.contracts import frameworks, tables
from bcelint.trace.interpreter import Arguments, Interpreter, Items, Value
from bcelint.trace.values.asking import written_index
from bcelint.trace.values.cells import DYNAMIC, Cell
from bcelint.trace.values.constants import Const
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Bound, Function
from bcelint.trace.values.library_classes import OBJECT, has_constructor, is_itself, is_subclass
from bcelint.trace.values.mapped import Mapped, item_under
from bcelint.trace.values.scopes import Scope
from bcelint.trace.values.unknowns import Unknown

_OF_OBJECTS = frozenset([*dir(object), "__dict__", "__module__", "__weakref__"])
"""What any object has."""
_OF_MODULES = frameworks.MODULE_ATTRIBUTES | frameworks.MODULE_FIELDS


class Class(Cell):
    """A class of the project; its fields are the class attributes."""

    noun = "class"
    is_callable = True

    def __init__(self, name: str, scope: Scope, node: cst.ClassDef, bases: tuple[Value, ...]) -> None:
        super().__init__()
        self.name = name
        self.scope = scope
        """The global names of its module."""
        self.node = node
        self.bases = bases
        above = [base for base in bases if not (isinstance(base, External) and base.name == OBJECT)]
        self._order: tuple[Value, ...] = (self, *_merged([*(base._order if isinstance(base, Class) else (base,) for base in above), above]))
        self.is_dataclass = False
        self.members: dict[str, Value] = {}
        """By their names, if it is an enum."""
        self.instances: list[Cell] = []
        self.made_by: Value | None = None
        """Its metaclass, if it names one itself."""

    def mro(self) -> Iterator[Class]:
        """Itself and the project's classes among the bases, in Python's order."""
        return (base for base in self._order if isinstance(base, Class))

    def external_bases(self) -> list[External]:
        """The bases that lie outside of the project."""
        return [base for base in self._order if isinstance(base, External)]

    def has_unknown_base(self) -> bool:
        return any(not isinstance(base, (Class, External)) for base in self._order)

    def sees_all_bases(self, plain: Collection[str]) -> bool:
        """Whether its objects have no attribute from outside of the project, but what those of the ``plain`` bases have."""
        return not self.has_unknown_base() and all(base.name in plain for base in self.external_bases())

    def metaclass(self) -> Class | None:
        """The class of the project, if it is one, that makes its objects."""
        return next((cls.made_by for cls in self.mro() if isinstance(cls.made_by, Class)), None)

    def is_subclass(self, cls: Value) -> bool | None:
        """``issubclass(self, cls)`` for a class of the project."""
        return True if any(base is cls for base in self.mro()) else None if self.has_unknown_base() else False

    def is_subclass_of_library_class(self, name: str) -> bool | None:
        """The same for a class outside of the project, by its name."""
        names = [base.name for base in self.external_bases()]
        answers = [is_subclass(base, name) for base in names]
        if True in answers or name == OBJECT:
            return True
        known = [base for base in map(tables.loss_class, names) if base is not None]
        if known and tables.loss_class(name) is not None:  # losses of torch are no subclasses of one another
            return tables.loss_class(name) in known
        apart = name.startswith("builtins.") and not self.has_unknown_base() and all(answer is False for answer in answers)
        return False if apart else None

    def takes_others(self, cls: Class | None) -> bool:
        """Whether a class that does not inherit from it, ``cls`` if it is one of the project, may count as its subclass all the same."""
        maker = self.metaclass()
        if maker is not None and any(maker.member(name) for name in ("__instancecheck__", "__subclasscheck__")):
            return True
        if self.member("__subclasshook__") or any(base.name.endswith(".Protocol") for base in self.external_bases()):
            return True
        return any(f"{self.name}.register" in each.scope.code.source.text for each in (self, cls) if each is not None)

    def member(self, name: str) -> tuple[Value, Class] | None:
        """The class attribute ``name`` and the class that holds it."""
        for cls in self.mro():
            if name in cls.fields:
                return cls.fields[name], cls
        return None

    def constructor(self, args: Arguments, behind: Class | None = None) -> Value | None:
        """The constructor that Python finds first, or first behind one of its classes; None where that is a library's.

        Where it is not known whether a library's class has one, it has one if it is given something.
        """
        for base in self._order[self._order.index(behind) + 1 if behind in self._order else 0 :]:
            if isinstance(base, Class):
                if "__init__" in base.fields:
                    return base.fields["__init__"]
                continue
            known = has_constructor(base.name) if isinstance(base, External) else None
            if known or (known is None and args.all()):
                return None
        return None

    def is_given(self, name: str) -> bool:
        """Whether one of its constructors has a parameter of that name."""
        constructors = (cls.fields.get("__init__") for cls in self.mro())
        return any(isinstance(each, Function) and each.has_parameter(name) for each in constructors)

    def field_names(self) -> list[str]:
        """What is declared in the bodies of its classes, as dataclasses have it."""
        return list(dict.fromkeys(name for name, _ in self._declared()))

    def _declared(self) -> Iterator[tuple[str, cst.BaseExpression | None]]:
        """The annotated names, with what is assigned to them."""
        lines = [line for cls in reversed(list(self.mro())) for line in cls.node.body.body if isinstance(line, cst.SimpleStatementLine)]
        for small in (small for line in lines for small in line.body):
            if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                yield small.target.value, small.value

    def compared_fields(self) -> list[str] | None:
        """The fields by which its objects are compared with one another, if it is a dataclass."""
        cls = next((cls for cls in self.mro() if cls.is_dataclass), None)
        if cls is None or any(_switches_off(item.decorator, "eq") for item in cls.node.decorators):
            return None
        return [name for name, given in cls._declared() if not _switches_off(given, "compare")]

    def lends(self, name: str) -> bool | None:
        """Whether its objects have an attribute from it, or from a base; None where that is not known."""
        made = any(self.member(special) for special in ("__getattr__", "__getattribute__"))
        found = self.lists(name)
        return None if made and found is False else found

    def lists(self, name: str) -> bool | None:
        """The same without what ``__getattr__`` makes."""
        if self.member(name) is not None or name in _OF_OBJECTS:
            return True
        bases = self.external_bases()
        if name in _OF_MODULES and any(base.name in frameworks.MODULE_BASES for base in bases):
            return True
        is_open = any(DYNAMIC in cls.fields for cls in self.mro()) or not self.sees_all_bases(frameworks.PLAIN_BASES)
        return None if is_open or (bases and name.startswith("__")) else False

    def has(self, name: str) -> bool | None:
        if self.member(name) is not None or name in dir(type):
            return True
        return False if self.lends(name) is False and all(cls.made_by is None for cls in self.mro()) else None

    def only_sets_names(self) -> bool:
        """Whether its constructor does no more than that, and call the one above; so it is where it has none."""
        init = self.fields.get("__init__")
        body = init.node.body if isinstance(init, Function) else None
        above = m.Call(func=m.Attribute(attr=m.Name("__init__")))
        plain = m.SimpleStatementLine(body=[m.AtLeastN(m.Pass() | m.Assign() | m.Expr(m.SimpleString() | above), n=1)])
        return not isinstance(body, cst.IndentedBlock) or all(m.matches(statement, plain) for statement in body.body)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        member = self.member(name)
        if member is None and name == "apply" and any(base.name == "torch.autograd.Function" for base in self.external_bases()):
            function = at.unknown("an operation of the project", symbol=f"#{self.id}.apply")
            return replace(function, is_callable_thing=True) if isinstance(function, Unknown) else function
        if member is None:
            return Const(self.name) if name == "__name__" else None
        value, _ = member
        return Bound(value, self) if isinstance(value, Function) and value.role == "class" else value

    def is_generic(self) -> bool:
        return not self.members

    def item(self, at: Interpreter, index: Any) -> Value:
        """``Kind["a"]``."""
        if not isinstance(index, Value):
            return super().item(at, index)
        return item_under(at, Mapped(self.members), index, written_index(at.node))

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.perform(self, args)

    def iterate(self, at: Interpreter) -> Items:
        if not self.members:
            return super().iterate(at)
        return Items(tuple(member for name, member in self.members.items() if member.constant.name == name))  # the others are aliases

    def is_of_class(self, cls: Value) -> bool | None:
        is_metaclass = cls.is_subclass_of_library_class("builtins.type") if isinstance(cls, Class) else None
        return False if is_metaclass is False else None

    def is_of_library_class(self, name: str) -> bool | None:
        return is_itself(type, name)

    def copied(self, memo: dict[int, Value]) -> Value:
        return self


def _merged(orders: Iterable[Sequence[Value]]) -> list[Value]:
    """The orders of the bases as one, in which each class stands in front of those that it stands in front of in any (C3)."""
    classes = {cls.key(): cls for order in orders for cls in order}
    left = [[cls.key() for cls in order] for order in orders if order]
    merged = []
    while left:
        first = next((order[0] for order in left if not any(order[0] in other[1:] for other in left)), left[0][0])
        merged.append(classes[first])
        left = [rest for rest in ([key for key in order if key != first] for order in left) if rest]
    return merged


def _switches_off(call: cst.BaseExpression | None, keyword: str) -> bool:
    """Whether it is a call with ``keyword=False``."""
    off = m.Arg(keyword=m.Name(keyword), value=m.Name("False"))
    return isinstance(call, cst.Call) and any(m.matches(arg, off) for arg in call.args)
