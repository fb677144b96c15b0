"""``argparse``: an option is a case of its own, with its default as one known case among others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from bcelint.trace.comparisons import constants_of
from bcelint.trace.conditions import Atom
from bcelint.trace.values import NONE, Cell, Choice, Const, Unknown, Value

if TYPE_CHECKING:
    from bcelint.trace.arguments import Arguments
    from bcelint.trace.frames import Frame
    from bcelint.trace.nodeplace import NodePlace
    from bcelint.trace.run import Run


class Namespace(Cell):
    """What ``parse_args()`` returns."""


class OptionParser(Cell):
    """``argparse.ArgumentParser()``; its fields are the options declared so far."""

    def __init__(self, place: NodePlace) -> None:
        super().__init__()
        self.place = place

    def call(self, run: Run, frame: Frame, node: cst.BaseExpression, name: str, args: Arguments) -> Value:
        if name == "add_argument":
            self._declare(run, frame, node, args)
            return NONE
        if name in ("add_argument_group", "add_mutually_exclusive_group"):
            return self
        if name == "set_defaults":
            for option, value in args.keywords.items():
                run.state.write(self, option, _option(f"args.{option}", value, frame, node))
            return NONE
        if name in ("parse_args", "parse_known_args", "parse_intermixed_args"):
            namespace = Namespace()
            namespace.fields.update(self.fields)
            if name == "parse_known_args":
                from bcelint.trace.values import Tuple

                return Tuple((namespace, run.unknown("the other options", frame, node)))
            return namespace
        return run.unknown(f".{name}() of an option parser is not followed", frame, node)

    def _declare(self, run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> None:
        flags = [v.value for v in args.positional if isinstance(v, Const) and isinstance(v.value, str)]
        destination = args.keywords.get("dest")
        if isinstance(destination, Const):
            name = str(destination.value)
        elif flags:
            name = next((f for f in flags if f.startswith("--")), flags[0]).lstrip("-").replace("-", "_")
        else:
            return
        action = args.keywords.get("action")
        default = args.keywords.get("default")
        if isinstance(action, Const) and action.value in ("store_true", "store_false") and default is None:
            default = Const(action.value == "store_false")
        domain = () if action is not None else _choices(args, default)
        run.state.write(self, name, _option(f"args.{name}", default, frame, node, domain))


def _choices(args: Arguments, default: Value | None) -> tuple[object, ...]:
    """All values of an option with ``choices``, the default among them; nothing where they are not known."""
    choices = constants_of(args.keywords.get("choices", NONE))
    if not isinstance(choices, tuple) or "nargs" in args.keywords or not isinstance(default, (Const, type(None))):
        return ()
    return (*choices, None if default is None else default.value)


def _option(symbol: str, default: Value | None, frame: Frame, node: cst.CSTNode, domain: tuple[object, ...] = ()) -> Value:
    """The option as its default in one case, and as unknown in the other."""
    place = frame.module.place(node)
    number = isinstance(default, Const) and isinstance(default.value, (int, float))
    unknown = Unknown(f"{symbol} is an option of the command line", place, f"{place.path}:{symbol}", is_number=number, domain=domain)
    if not isinstance(default, Const) or default.value is None:
        return unknown
    if isinstance(default.value, (float, bytes)) or default.value is ...:
        return unknown  # a rate or a weight: no misuse hangs on its very value
    atom = Atom(unknown.symbol, "==", default.value, True, lambda: f"{symbol} == {default.value!r}", domain=domain)
    if isinstance(default.value, bool):
        atom = Atom(unknown.symbol, "truth", None, default.value, lambda: symbol)
        return Choice(((frozenset([atom]), default), (frozenset([atom.negated()]), Const(not default.value))))
    return Choice(((frozenset([atom]), default), (frozenset([atom.negated()]), unknown)))
