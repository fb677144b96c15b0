"""``argparse``: an option is a case of its own, with its default as one known case among others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bcelint.trace.conditions.atoms import Atom, Guard, Literal
from bcelint.trace.conditions.joining import either, opposite
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import Choice, alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.enums import Member
from bcelint.trace.values.externals import External
from bcelint.trace.values.methods import Method
from bcelint.trace.values.names import Names
from bcelint.trace.values.plain import constants_of
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import Unknown

SUPPRESS = "argparse.SUPPRESS"
_PARSED = re.compile(r"(?m)^[ \t]*([A-Za-z_][\w.]*)(?:\s*,\s*\w+)?\s*=\s*[\w.]+(?:\([^()\n]*\))?\.parse_(?:known_|intermixed_)?args\(")


@lru_cache(maxsize=64)
def namespace_in(text: str) -> str:
    """What a file calls its options, as far as it says so; else ``args``."""
    found = _PARSED.search(text)
    return found[1] if found else "args"


class Namespace(Cell):
    """What ``parse_args()`` returns."""

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Names(self) if name == "__dict__" else self.fields.get(name)

    def unset(self, name: str) -> Value | None:
        return Raised(f"there is no option {name}", passing=True, is_unsure=True) if name.isidentifier() else None

    def item(self, at: Interpreter, index: Any) -> Value:
        return Raised("a namespace has no items")


class OptionParser(Cell):
    """``argparse.ArgumentParser()``; its fields are the options declared so far."""

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Method(self, name)

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        if name == "add_argument":
            self.declare(at, args)
            return at.unknown("an action of an option parser")
        if name == "add_mutually_exclusive_group":
            return ExclusiveGroup(self, args.keywords.get("required", NONE).constant is True)
        if name == "add_argument_group":
            return self
        if name == "set_defaults":
            for option, value in args.keywords.items():
                known = self.fields.get(option)
                domain = () if known is None else tuple(each for each in _domain(known) if each is not None)
                domain = (*domain, value.value) if domain and isinstance(value, Const) else ()
                at.write(self, option, value if known is None else _option(at, f"args.{option}", value, domain))
            return NONE
        if name in ("parse_args", "parse_known_args", "parse_intermixed_args"):
            namespace = Namespace()
            written = args.all()[0] if args.all() else NONE
            line = "" if written.constant is None or (isinstance(written, External) and written.name == "sys.argv") else f"@{fresh()}"
            namespace.fields.update({name: _of_line(option, line) for name, option in self.fields.items()} if line else self.fields)
            return Tuple((namespace, at.unknown("the other options"))) if name == "parse_known_args" else namespace
        if name in ("error", "exit"):
            return Raised("the option parser ends the program")
        return at.unknown(f".{name}() of an option parser is not followed")

    def declare(self, at: Interpreter, args: Arguments) -> str:
        """Declare an option; its name, or "" where that is not known."""
        flags = [v.constant for v in args.positional if isinstance(v.constant, str)]
        destination = args.keywords.get("dest")
        if isinstance(destination, Const):
            name = str(destination.value)
        elif flags:
            name = next((f for f in flags if f.startswith("--")), flags[0]).lstrip("-").replace("-", "_")
        else:
            return ""
        action = args.keywords.get("action")
        default = args.keywords.get("default")
        if action is not None and action.constant in ("store_true", "store_false") and default is None:
            default = Const(action.constant == "store_false")
        kind = args.keywords.get("type")
        if isinstance(kind, Class) and isinstance(default, Const):  # of a text argparse makes what it makes of one in the command line
            default = next(
                (member for member in kind.members.values() if isinstance(member, Member) and member.given.constant == default.value), default
            )
        is_given = args.keywords.get("required", NONE).constant is True or not all(flag.startswith("-") for flag in flags)
        domain = () if action is not None else _choices(args, default, is_given)
        const = args.keywords.get("const")
        if action is not None and action.constant == "store_const" and isinstance(const, Const):  # several flags may set one option
            others = _domain(self.fields[name]) if name in self.fields else (None if default is None else default.constant,)
            domain = (*others, const.value)
        option = _option(at, f"args.{name}", default, domain)
        at.write(self, name, _if_given(at, name, option) if isinstance(default, External) and default.name == SUPPRESS else option)
        return name


class ExclusiveGroup(Cell):
    """``add_mutually_exclusive_group()``: of its flags one is set at most, and one at least where the group is required."""

    def __init__(self, parser: OptionParser, required: bool) -> None:
        super().__init__()
        self.parser = parser
        self.required = required
        self.flags: list[tuple[str, Guard]] = []
        """The flags declared so far, each with the condition under which it is set."""

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        return Method(self, name)

    def method(self, at: Interpreter, name: str, args: Arguments, assign: Callable[[Value], None] | None) -> Value:
        if name != "add_argument":
            return self.parser.method(at, name, args, assign)
        option = self.parser.declare(at, args)
        cases = {single.constant: guard for guard, single in alternatives(self.parser.fields.get(option, NONE))}
        if cases.keys() == {True, False}:
            self._exclude(at, option, cases[True], cases[False])
        return at.unknown("an action of an option parser")

    def _exclude(self, at: Interpreter, option: str, on: Guard, off: Guard) -> None:
        """The flag is not set together with an earlier one. Where one has to be, it is the last flag that is, if no other."""
        others = [guard for _, guard in self.flags]
        if self.required and others:
            before, guard = self.flags[-1]
            at.write(self.parser, before, self._flag(at, guard, opposite(guard), others[:-1]))
            off |= either(others)
        at.write(self.parser, option, self._flag(at, on, off, others))
        self.flags.append((option, on))

    def _flag(self, at: Interpreter, on: Guard, off: Guard, others: list[Guard]) -> Value:
        return at.choice([(on.union(*map(opposite, others)), Const(True)), (off, Const(False))])


def _domain(option: Value) -> tuple[Any, ...]:
    """All values of an option, where they are known."""
    return next((single.domain for _, single in alternatives(option) if isinstance(single, Unknown)), ())


def _of_line(option: Value, line: str) -> Value:
    """The option as it is in a command line of its own, which the program writes itself: what is asked of another one says nothing of it."""
    if isinstance(option, Unknown):
        return replace(option, symbol=f"{option.symbol}{line}")
    if not isinstance(option, Choice):
        return option
    return Choice(tuple((frozenset(_about_line(x, line) for x in guard), _of_line(single, line)) for guard, single in option.alternatives))


def _about_line(literal: Literal, line: str) -> Literal:
    return replace(literal, symbol=f"{literal.symbol}{line}") if isinstance(literal, Atom) else literal


def _choices(args: Arguments, default: Value | None, is_given: bool) -> tuple[Any, ...]:
    """All values of an option with ``choices`` or of an enum, the default among them where it need not be given; nothing where they are not known."""
    kind = args.keywords.get("type")
    members = tuple(member.constant for member in kind.members.values()) if isinstance(kind, Class) else ()
    choices = members or constants_of(args.keywords.get("choices", NONE))
    if not isinstance(choices, tuple) or "nargs" in args.keywords or not isinstance(default, (Const, type(None))):
        return ()
    return choices if is_given else (*choices, None if default is None else default.value)


def _if_given(at: Interpreter, name: str, option: Value) -> Value:
    """An option that is an attribute only where it is given."""
    space = namespace_in(at.place.code.source.text)
    given = Atom(f"{at.place.path}:hasattr(args, {name})", "truth", None, True, lambda: f"hasattr({space}, {name!r})")
    missing = Raised(f"there is no option {name}", passing=True, is_unsure=True)
    return at.choice([(frozenset([given]), option), (frozenset([given.negated()]), missing)])


def _option(at: Interpreter, symbol: str, default: Value | None, domain: tuple[Any, ...] = ()) -> Value:
    """The option as its default in one case, and as unknown in the other."""
    place = at.place
    shown = symbol.replace("args", namespace_in(place.code.source.text), 1)
    number = isinstance(default, Const) and isinstance(default.value, (int, float))
    unknown = Unknown(f"{shown} is an option of the command line", place, f"{place.path}:{symbol}", is_number=number, domain=domain)
    if not isinstance(default, Const) or default.value is None:
        return unknown
    if isinstance(default.value, (float, bytes)) or default.value is ...:
        return unknown  # a rate or a weight: no misuse hangs on its very value
    atom = Atom(unknown.symbol, "==", default.value, True, lambda: f"{shown} == {default.value!r}", domain=domain)
    if isinstance(default.value, bool):
        atom = Atom(unknown.symbol, "truth", None, default.value, lambda: shown)
        return Choice(((frozenset([atom]), default), (frozenset([atom.negated()]), Const(not default.value))))
    return Choice(((frozenset([atom]), default), (frozenset([atom.negated()]), unknown)))
