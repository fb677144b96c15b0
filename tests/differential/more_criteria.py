"""More ways in which a loss is built and called: looked up, decorated, handed through, chosen by settings."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Callable

from tests.differential.criteria import Criterion, Named, function_object
from tests.differential.oracle import FUNCTIONS


def looked_up_class(n: Named) -> Criterion:
    return Criterion(f"getattr(torch.nn, '{n.loss}')({n.options})", n.call)


def looked_up_function(n: Named) -> Criterion:
    return Criterion(f"getattr(torch.nn.functional, '{FUNCTIONS[n.loss]}')", function_object(n).call)


def static_method(n: Named) -> Criterion:
    defs = f"""
    class {n.name}Losses:
        @staticmethod
        def wanted(prediction, target):
            return {n.direct("prediction", "target")}
    """
    return Criterion(None, f"{n.name}Losses.wanted({{a}}, {{b}})", dedent(defs))


def any_arguments(n: Named) -> Criterion:
    defs = f"""
    def {n.name}_loss(*args, **kwargs):
        return {n.function}(*args{n.more}, **kwargs)
    """
    return Criterion(None, f"{n.name}_loss({{a}}, {{b}}{', ' + n.options if n.options else ''})", dedent(defs))


def decorated(n: Named) -> Criterion:
    defs = f"""
    def {n.name}_scaled(function):
        @functools.wraps(function)
        def inner(prediction, target):
            return 2 * function(prediction, target)

        return inner


    @{n.name}_scaled
    def {n.name}_loss(prediction, target):
        return {n.direct("prediction", "target")}
    """
    return Criterion(None, f"{n.name}_loss({{a}}, {{b}})", dedent(defs))


def closure(n: Named) -> Criterion:
    defs = f"""
    def {n.name}_weighted(weight):
        def inner(prediction, target):
            return weight * {n.direct("prediction", "target")}

        return inner
    """
    return Criterion(f"{n.name}_weighted(0.3)", "{c}({a}, {b})", dedent(defs))


def call_method(n: Named) -> Criterion:
    defs = f"""
    class {n.name}Loss:
        def __init__(self, **options):
            self.loss = nn.{n.loss}(**options)

        def __call__(self, prediction, target):
            return self.loss(prediction, target{n.more})
    """
    return Criterion(f"{n.name}Loss({n.options})", "{c}({a}, {b})", dedent(defs))


def with_another_term(n: Named) -> Criterion:
    defs = f"""
    class {n.name}Loss(nn.Module):
        def __init__(self, other_weight=0.0):
            super().__init__()
            self.parts = nn.ModuleDict({{"main": {n.built}}})
            self.other_weight = other_weight

        def forward(self, prediction, target):
            value = self.parts["main"](prediction, target{n.more})
            if self.other_weight > 0:
                value = value + self.other_weight * prediction.abs().mean()
            return value
    """
    return Criterion(f"{n.name}Loss(0.1)", "{c}({a}, {b})", dedent(defs))


def from_base_class(n: Named) -> Criterion:
    defs = f"""
    class {n.name}Base(nn.Module):
        kind = None

        def __init__(self):
            super().__init__()
            self.criterion = self.build()

        def build(self):
            raise NotImplementedError

        def forward(self, prediction, target):
            return self.criterion(prediction, target{n.more})


    class {n.name}Loss({n.name}Base):
        def build(self):
            return {n.built}
    """
    return Criterion(f"{n.name}Loss()", "{c}({a}, {b})", dedent(defs))


def by_setting(n: Named) -> Criterion:
    defs = f"""
    class {n.name}Settings:
        loss = "wanted"
        weight = 1.0


    def make_{n.name}(settings):
        if settings.loss == "other":
            return nn.SmoothL1Loss()
        elif settings.loss == "wanted":
            return {n.built}
        raise NotImplementedError(settings.loss)
    """
    return Criterion(f"make_{n.name}({n.name}Settings())", n.call, dedent(defs))


def rebound(n: Named) -> Criterion:
    defs = f"{n.name}_criterion = nn.MSELoss()\n{n.name}_criterion = {n.built}\n"
    return Criterion(f"{n.name}_criterion", n.call, defs)


def partial_class(n: Named) -> Criterion:
    defs = f"{n.name}_factory = functools.partial(nn.{n.loss}{', ' + n.options if n.options else ''})\n"
    return Criterion(f"{n.name}_factory()", n.call, defs)


def sliced(n: Named) -> Criterion:
    defs = f"""
    def {n.name}_loss(prediction, target):
        prediction = prediction.contiguous()
        target = target.contiguous()
        half = {n.direct("prediction", "target")}
        return half.mean()
    """
    return Criterion(None, f"{n.name}_loss({{a}}, target={{b}})", dedent(defs))


def loop(n: Named) -> Criterion:
    return Criterion(f"[{n.built}]", "sum(each({a}, {b}" + n.more + ").mean() for each in {c})")


def setter(n: Named) -> Criterion:
    defs = f"""
    class {n.name}Loss:
        def __init__(self):
            self.inner = None

        def use(self, inner):
            self.inner = inner
            return self

        def __call__(self, prediction, target):
            return self.inner(prediction, target{n.more})
    """
    return Criterion(f"{n.name}Loss().use({n.built})", "{c}({a}, {b})", dedent(defs))


CRITERIA: Mapping[str, Callable[[Named], Criterion]] = {
    "getattr": looked_up_class,
    "getattr of a function": looked_up_function,
    "static method": static_method,
    "*args": any_arguments,
    "decorated": decorated,
    "closure": closure,
    "__call__": call_method,
    "with another term": with_another_term,
    "from a base class": from_base_class,
    "by a setting": by_setting,
    "rebound": rebound,
    "partial class": partial_class,
    "reshaping wrapper": sliced,
    "loop over criteria": loop,
    "setter": setter,
}
