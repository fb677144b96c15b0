"""Names and what they are bound to."""

from __future__ import annotations

from bcelint.project.code import Code
from bcelint.trace.interpreter import Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.raised import Raised


class Scope(Cell):
    """The names of a module, of a class body or of one call; its fields are the names. A function keeps the one that it was defined in."""

    def __init__(self, code: Code, parent: Scope | None = None) -> None:
        super().__init__()
        self.code = code
        self.parent = parent
        """The scope of the enclosing function or module, for names that are not local."""
        self.globals: Scope = self if parent is None else parent.globals
        self.is_class_body = False

    def unset(self, name: str) -> Value | None:
        """A local name that is not set is an error; in a module or class it may be a name from outside."""
        is_local = self.parent is not None and not self.is_class_body and name.isidentifier()
        return Raised(f"{name} is not set", passing=True, is_unsure=True) if is_local else None

    def find(self, name: str) -> Value | None:
        """The value of ``name`` here, in an enclosing function, or in the module."""
        scope = self.holder(name)
        return None if scope is None else scope.fields[name]

    def holder(self, name: str) -> Scope | None:
        """The scope in which ``name`` is found: this one, that of an enclosing function, or of the module."""
        if name in self.fields:
            return self
        scope = self.parent
        while scope is not None:
            if name in scope.fields and not scope.is_class_body:
                return scope
            scope = scope.parent
        return None
