"""Calls that have but one outcome, though it is not worked out here: no case may be made of what they return."""

from __future__ import annotations

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.criteria import Criterion
from bcelint.trace.values.determined import is_determined
from bcelint.trace.values.externals import External
from bcelint.trace.values.methods import Method

_PURE = tuple(
    "builtins. collections. dataclasses. functools. itertools. json.dumps json.loads math. numpy. operator. packaging. pathlib.Pure re. string. "
    "types. os.path.basename os.path.dirname os.path.join os.path.split distutils.version.".split()
)
"""The beginnings of the names of functions that return the same whenever they are called with the same, and look at nothing else."""
_IMPURE = tuple(
    "builtins.open builtins.input builtins.id builtins.hash builtins.globals builtins.vars builtins.dir builtins.eval builtins.exec builtins.compile "
    "builtins.__import__ numpy.random numpy.load numpy.fromfile numpy.genfromtxt".split()
)
"""Those among them that read files, or look at more than they are given."""
_ON_MODULES = ("builtins.", "inspect.", "itertools.")
"""The beginnings of the names of functions that ask a module what it is made of, or go through that."""


def is_settled(callee: Value, args: Arguments) -> bool:
    """Whether it is a method or a pure function of what is known, or asks what a module is made of: that is as the program has built it."""
    if isinstance(callee, Method):
        return is_determined(callee.receiver) and all(map(is_determined, args.all()))
    if isinstance(callee, External) and callee.name.startswith(_ON_MODULES) and any(map(_is_built, args.all())):
        return True
    pure = isinstance(callee, External) and callee.name.startswith(_PURE) and not callee.name.startswith(_IMPURE)
    return pure and bool(args.all()) and all(map(is_determined, args.all()))


def _is_built(value: Value) -> bool:
    """Whether it is a module, or a criterion, that the program itself has put together."""
    return any(single.is_module or isinstance(single, Criterion) for _, single in alternatives(value))
