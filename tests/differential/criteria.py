"""The ways in which a loss is built and called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import Callable

from tests.differential.oracle import FUNCTIONS


@dataclass(frozen=True)
class Named:
    """A loss with its options and, for CTC, the lengths that every call needs; ``name`` tells it from others in the program."""

    name: str
    loss: str
    options: str = ""
    more: str = ""

    @property
    def built(self) -> str:
        return f"nn.{self.loss}({self.options})"

    @property
    def function(self) -> str:
        return f"F.{FUNCTIONS[self.loss]}"

    @property
    def call(self) -> str:
        """How a criterion that is torch's own is called."""
        return "{c}({a}, {b}" + self.more + ")"

    def direct(self, prediction: str, target: str) -> str:
        tail = f", {self.options}" if self.options else ""
        return f"{self.function}({prediction}, {target}{self.more}{tail})"


@dataclass(frozen=True)
class Criterion:
    """``defs`` are its definitions, ``make`` an expression for the callable, ``call`` the call of ``{c}`` with ``{a}`` and ``{b}``.

    Where ``make`` is None, the call stands for itself.
    """

    make: str | None
    call: str
    defs: str = ""


def built(n: Named) -> Criterion:
    return Criterion(n.built, n.call)


def inline(n: Named) -> Criterion:
    return Criterion(None, n.built + "({a}, {b}" + n.more + ")")


def functional(n: Named) -> Criterion:
    return Criterion(None, n.direct("{a}", "{b}"))


def by_keyword(n: Named) -> Criterion:
    if n.more:
        return inline(n)
    return Criterion(None, f"{n.function}(target={{b}}, input={{a}}{', ' + n.options if n.options else ''})")


def criterion_by_keyword(n: Named) -> Criterion:
    return built(n) if n.more else Criterion(n.built, "{c}(input={a}, target={b})")


def forward(n: Named) -> Criterion:
    return Criterion(n.built, "{c}.forward({a}, {b}" + n.more + ")")


def moved(n: Named) -> Criterion:
    return Criterion(f"{n.built}.to('cpu')", n.call)


def function_object(n: Named) -> Criterion:
    return Criterion(n.function, "{c}({a}, {b}" + n.more + (f", {n.options}" if n.options else "") + ")")


def partial(n: Named) -> Criterion:
    return Criterion(f"functools.partial({n.function}, {n.options or 'reduction=' + repr('mean')})", n.call)


def anonymous(n: Named) -> Criterion:
    return Criterion(f"lambda a, b: {n.direct('a', 'b')}", "{c}({a}, {b})")


def wrapper_class(n: Named) -> Criterion:
    defs = f"""
    class {n.name}Loss(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = {n.built}

        def forward(self, prediction, target):
            return self.inner(prediction, target{n.more})
    """
    return Criterion(f"{n.name}Loss()", "{c}({a}, {b})", dedent(defs))


def weighted_class(n: Named) -> Criterion:
    defs = f"""
    class {n.name}Loss(nn.Module):
        def __init__(self, factor=0.5):
            super().__init__()
            self.factor = factor

        def forward(self, prediction, target):
            value = {n.direct("prediction", "target")}
            return self.factor * value
    """
    return Criterion(f"{n.name}Loss(factor=2.0)", "{c}({a}, {b})", dedent(defs))


def wrapper_function(n: Named) -> Criterion:
    defs = f"""
    def {n.name}_loss(prediction, target):
        return {n.direct("prediction", "target")} * 2
    """
    return Criterion(None, f"{n.name}_loss({{a}}, {{b}})", dedent(defs))


def wrapper_as_object(n: Named) -> Criterion:
    return Criterion(f"{n.name}_loss", "{c}({a}, {b})", wrapper_function(n).defs)


def target_first(n: Named) -> Criterion:
    defs = f"""
    def {n.name}_loss(labels, scores):
        return {n.direct("scores", "labels")}
    """
    return Criterion(None, f"{n.name}_loss({{b}}, {{a}})", dedent(defs))


def factory(n: Named) -> Criterion:
    defs = f"""
    def make_{n.name}(kind):
        if kind == "wanted":
            return {n.built}
        if kind == "other":
            return nn.MSELoss()
        raise ValueError(kind)
    """
    return Criterion(f"make_{n.name}('wanted')", n.call, dedent(defs))


def table(n: Named) -> Criterion:
    defs = f"{n.name.upper()}_LOSSES = {{'other': nn.MSELoss(), 'wanted': {n.built}}}\n"
    return Criterion(f"{n.name.upper()}_LOSSES['wanted']", n.call, defs)


def table_of_classes(n: Named) -> Criterion:
    defs = f"{n.name.upper()}_LOSSES = {{'other': nn.MSELoss, 'wanted': nn.{n.loss}}}\n"
    return Criterion(f"{n.name.upper()}_LOSSES['wanted']({n.options})", n.call, defs)


def conditional(n: Named) -> Criterion:
    return Criterion(f"{n.built} if {n.name.upper()}_FLAG else nn.MSELoss()", n.call, f"{n.name.upper()}_FLAG = True\n")


def if_else(n: Named) -> Criterion:
    defs = f"""
    {n.name.upper()}_KIND = "wanted"
    if {n.name.upper()}_KIND == "other":
        {n.name}_criterion = nn.L1Loss()
    else:
        {n.name}_criterion = {n.built}
    """
    return Criterion(f"{n.name}_criterion", n.call, dedent(defs))


def subclass(n: Named) -> Criterion:
    return Criterion(f"{n.name}Loss({n.options})", n.call, f"class {n.name}Loss(nn.{n.loss}):\n    pass\n")


CRITERIA: Mapping[str, Callable[[Named], Criterion]] = {
    "built": built,
    "inline": inline,
    "functional": functional,
    "keywords": by_keyword,
    "criterion with keywords": criterion_by_keyword,
    ".forward": forward,
    ".to": moved,
    "function object": function_object,
    "partial": partial,
    "lambda": anonymous,
    "wrapper class": wrapper_class,
    "weighted wrapper class": weighted_class,
    "wrapper function": wrapper_function,
    "wrapper as an object": wrapper_as_object,
    "target first": target_first,
    "factory": factory,
    "table": table,
    "table of classes": table_of_classes,
    "conditional": conditional,
    "if and else": if_else,
    "subclass": subclass,
}
