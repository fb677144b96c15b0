"""Functions of the standard library, and of what is much like it, that are followed: partial functions, parsers, modules imported by name."""

from __future__ import annotations

import argparse
import collections
import functools
import types
from dataclasses import replace

import libcst as cst

from bcelint.trace.conditions.atoms import Guard
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python import enums, named_tuples, sequences
from bcelint.trace.python.registry import Handler
from bcelint.trace.state.site import Site
from bcelint.trace.values.asking import condition
from bcelint.trace.values.cells import TWINS, Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.contents import CONTENT, any_of
from bcelint.trace.values.dicts import DictCell
from bcelint.trace.values.externals import External
from bcelint.trace.values.fields import FieldOfDataclass
from bcelint.trace.values.functions import Partial
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.lists import ListCell
from bcelint.trace.values.modules import Module
from bcelint.trace.values.options import OptionParser
from bcelint.trace.values.plain import constants_of
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.tuples import Tuple, join_sequences, sequence_of
from bcelint.trace.values.unknowns import Unknown


def _partial(at: Site, args: Arguments) -> Value:
    if not args.positional:
        return at.unknown("functools.partial without a function")
    return Partial(args.positional[0], args.positional[1:], dict(args.keywords), args.open_positional, args.open_keywords, args.trailing)


def _dict_of(kind: type, is_exact: bool = True) -> Handler:
    """What makes a dict of another class, or something whose attributes are followed like the items of one."""

    def make(at: Site, args: Arguments) -> Value:
        return _as_kind(sequences.builtin["dict"](at, args), kind, is_exact)

    return make


def _as_kind(made: Value, kind: type, is_exact: bool = True) -> Value:
    for _, single in alternatives(made):
        if isinstance(single, DictCell):
            single.kind, single.is_exact = kind, is_exact
    return made


def _parser(at: Site, args: Arguments) -> Value:
    return OptionParser()


def _same_decorator(at: Site, args: Arguments) -> Value:
    return Partial(External("builtins.<identity>"), (), {})


def _import_module(at: Site, args: Arguments) -> Value:
    """``importlib.import_module("models." + name)``: where the name is not known, each module of the package is a case."""
    given = args.positional[0] if args.positional else args.keywords.get("name", NONE)
    node = at.node
    written = node.args[0].value if isinstance(node, cst.Call) and node.args else None

    def one(name: Value) -> Value:
        if isinstance(name, Const) and isinstance(name.value, str):
            dotted = name.value.lstrip(".")
            return at.run.modules.imported(at.frame.code.path, dotted, len(name.value) - len(dotted))
        return at.unknown("the name of an imported module is not known", name)

    if isinstance(given, Unknown) and isinstance(written, cst.BinaryOperation) and isinstance(written.operator, cst.Add):
        package, last = (at.evaluate(side) for side in (written.left, written.right))
        if isinstance(package, Const) and isinstance(package.value, str) and package.value.endswith(".") and isinstance(last, Unknown):
            return _some_module(at.on(written.right), package.value[:-1], last) or one(given)
    return at.lift(one, given)


def _some_module(at: Site, package: str, last: Unknown) -> Value | None:
    dotted = package.lstrip(".")
    parent = at.run.modules.imported(at.frame.code.path, dotted, len(package) - len(dotted))
    if not isinstance(parent, Module):
        return None
    options: list[tuple[Guard, Value]] = []
    for name in at.run.project.children(parent.path):
        child = at.run.project.child(parent.path, name)
        if child is not None:
            atom = condition(at, last, "==", name)
            shown = functools.partial(str, f"{at.text(at.node)} == {name!r}")
            options.append((frozenset([replace(atom, text=shown)]), Module(child)))
    return at.choice(options) if options else None


def _deepcopy(at: Site, args: Arguments) -> Value:
    return at.lift(lambda value: value.copied({}), args.positional[0]) if args.positional else at.unknown("a copy of nothing")


def _copy(at: Site, args: Arguments) -> Value:
    """The same items and attributes in another container or object."""
    if not args.positional:
        return at.unknown("a copy of nothing")
    return at.lift_call(lambda single: _shallow(at, single), args.positional[0])


def _shallow(at: Site, value: Value) -> Value:
    """Another object with the same attributes, and with items of its own where it inherits from a container of Python."""
    if not isinstance(value, Cell) or isinstance(value, Class):
        return value
    made = value.copy()
    native = made.fields.get(CONTENT)
    if isinstance(native, (DictCell, ListCell)):
        made.fields[CONTENT] = native.copy()
    if isinstance(value, Instance) and value.is_of_library_class("torch.nn.Module"):
        twins = value.twins()
        made.fields[TWINS] = Tuple((*twins, value))
        for twin in (value, *twins):
            at.write(twin, TWINS, Tuple((*twin.twins(), made)))
    return made


def _default_dict(at: Site, args: Arguments) -> Value:
    made = sequences.builtin["dict"](at, Arguments(args.positional[1:], args.keywords))
    if isinstance(made, DictCell):
        made.kind = collections.defaultdict
        made.grows = True
        made.factory = args.positional[0] if args.positional and args.positional[0].constant is not None else None
    return made


def _shuffle(at: Site, args: Arguments) -> Value:
    """The same items, in another order."""
    for value in args.positional[:1]:
        if isinstance(value, ListCell):
            value.open_up(at, any_of(at, sequence_of(at, value)))
    return NONE


def _field(at: Site, args: Arguments) -> Value:
    """``field(default_factory=list)``; of pydantic also ``Field(0)``, where an ellipsis stands for no default."""
    default = args.positional[0] if args.positional else args.keywords.get("default")
    return FieldOfDataclass(None if default is None or default.constant is ... else default, args.keywords.get("default_factory"))


def _one_of(at: Site, args: Arguments) -> Value:
    """``random.choice(("a", "b"))``; with a size numpy draws an array."""
    options = constants_of(args.positional[0]) if len(args.all()) == 1 and args.positional else None
    some = at.unknown("it is drawn at random", *args.all())
    return replace(some, domain=options) if isinstance(options, tuple) and options and isinstance(some, Unknown) else some


def _chain(at: Site, args: Arguments) -> Value:
    """``itertools.chain``: the items of one container after the other's."""
    if args.open_positional:
        return Tuple((), at.unknown("an item of containers that are not followed", *args.all()))
    return functools.reduce(join_sequences, (sequence_of(at, value) for value in args.positional), Tuple())


def _chain_of(at: Site, args: Arguments) -> Value:
    """``itertools.chain.from_iterable``."""
    content = sequence_of(at, args.positional[0]) if args.positional else Tuple()
    return _chain(at, Arguments(content.items, open_positional=content.rest is not None))


def _ends(at: Site, args: Arguments) -> Value:
    return Raised("the program ends here")


HANDLERS: dict[str, Handler] = {
    "argparse.ArgumentParser": _parser,
    "argparse.Namespace": _dict_of(argparse.Namespace),
    "builtins.<identity>": lambda at, args: args.positional[0],
    "collections.OrderedDict": _dict_of(collections.OrderedDict),
    "collections.defaultdict": _default_dict,
    "collections.namedtuple": named_tuples.namedtuple,
    "copy.copy": _copy,
    "copy.deepcopy": _deepcopy,
    "easydict.EasyDict": _dict_of(dict, is_exact=False),
    **dict.fromkeys(("dataclasses.field", "pydantic.Field"), _field),
    "enum.auto": lambda at, args: External(enums.AUTO),
    "functools.partial": _partial,
    "functools.wraps": _same_decorator,
    "importlib.import_module": _import_module,
    **dict.fromkeys(("random.choice", "numpy.random.choice"), _one_of),
    "random.shuffle": _shuffle,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_of,
    named_tuples.MAKER: named_tuples.make,
    "types.SimpleNamespace": _dict_of(types.SimpleNamespace),
    **dict.fromkeys(("builtins.exit", "builtins.quit", "os._exit", "os.abort", "sys.exit"), _ends),
}
