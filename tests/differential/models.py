"""The ways in which a model is written around its last activation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent, indent
from typing import Any, Callable

from tests.differential.endings import Ending


@dataclass(frozen=True)
class Parts:
    """What a model is made of: its layers without the last activation, that, how to write it (around ``{}``), and ``post``, which
    reshapes the output."""

    name: str
    layers: tuple[str, ...]
    ending: Ending
    call: str
    post: str = ""

    def apply(self, text: str) -> str:
        return self.call.format(text)

    def final(self, text: str) -> str:
        """``text`` reshaped."""
        return f"({text}){self.post}" if self.post else text

    @property
    def body(self) -> str:
        return f"nn.Sequential({', '.join(self.layers)})"

    @property
    def whole(self) -> str:
        return f"nn.Sequential({', '.join([*self.layers, self.layer])})"

    @property
    def layer(self) -> str:
        assert self.ending.layer is not None
        return self.ending.layer


@dataclass(frozen=True)
class Model:
    """``defs`` are its definitions, ``make`` an expression for an instance, ``out`` the output for ``{m}`` and ``{x}``; ``statements`` come
    before the loss call, after it ``after``. ``applied`` says whether the last activation is between the model's layers and the loss,
    ``far`` whether raw scores then lie far from [0, 1]: those of a layer behind the activation may happen to lie inside."""

    defs: str
    make: str
    out: str = "{m}({x})"
    applied: bool = True
    statements: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    far: bool = True


def module(name: str, init: str, forward: str, parameters: str = "", base: str = "nn.Module", more: str = "") -> str:
    """A class with these bodies."""
    lines = [
        f"class {name}({base}):",
        f"    def __init__(self{parameters}):",
        "        super().__init__()",
        indent(dedent(init).strip(), " " * 8),
        "",
    ]
    if forward:
        lines += ["    def forward(self, x):", indent(dedent(forward).strip(), " " * 8), ""]
    if more:
        lines += [indent(dedent(more).strip(), " " * 4), ""]
    return "\n".join(lines) + "\n"


def one_class(p: Parts, init: str, forward: str, parameters: str = "", more: str = "", **about: Any) -> Model:
    """A model that is one class with these bodies; what is said ``about`` it are fields of ``Model``."""
    return Model(module(p.name, init, forward, parameters, more=more), f"{p.name}()", **about)


def functional(p: Parts) -> Model:
    return one_class(p, f"self.body = {p.body}", f"z = self.body(x)\nreturn {p.final(p.apply('z'))}")


def attribute(p: Parts) -> Model:
    return one_class(p, f"self.body = {p.body}\nself.act = {p.layer}", f"return {p.final('self.act(self.body(x))')}")


def rebound(p: Parts) -> Model:
    layers = "\n".join(f"self.l{i} = {layer}" for i, layer in enumerate(p.layers))
    calls = "\n".join(f"x = self.l{i}(x)" for i in range(len(p.layers)))
    return one_class(p, layers, f"{calls}\nx = {p.apply('x')}\nx = {p.final('x')}\nreturn x")


def sequential(p: Parts) -> Model:
    return Model(f"def make_{p.name}():\n    return {p.whole}\n", f"make_{p.name}()", p.final("{m}({x})"))


def sequential_inside(p: Parts) -> Model:
    return one_class(p, f"self.net = {p.whole}", f"return {p.final('self.net(x)')}")


def add_module(p: Parts) -> Model:
    lines = "\n".join(f"    net.add_module('m{i}', {layer})" for i, layer in enumerate([*p.layers, p.layer]))
    return Model(f"def make_{p.name}():\n    net = nn.Sequential()\n{lines}\n    return net\n", f"make_{p.name}()", p.final("{m}({x})"))


def ordered_dict(p: Parts) -> Model:
    pairs = ", ".join(f"('m{i}', {layer})" for i, layer in enumerate([*p.layers, p.layer]))
    defs = module(p.name, f"self.net = nn.Sequential(collections.OrderedDict([{pairs}]))", f"return {p.final('self.net(x)')}")
    return Model(defs, f"{p.name}()")


def filled_dict(p: Parts) -> Model:
    lines = "\n".join(f"layers['m{i}'] = {layer}" for i, layer in enumerate([*p.layers, p.layer]))
    init = f"layers = collections.OrderedDict()\n{lines}\nself.net = nn.Sequential(layers)"
    return one_class(p, init, f"return {p.final('self.net(x)')}")


def star_layers(p: Parts) -> Model:
    init = f"layers = [{', '.join(p.layers)}]\nif last:\n    layers.append({p.layer})\nself.net = nn.Sequential(*layers)"
    return one_class(p, init, f"return {p.final('self.net(x)')}", ", last=True")


def module_list(p: Parts) -> Model:
    init = f"self.layers = nn.ModuleList([{', '.join([*p.layers, p.layer])}])"
    return one_class(p, init, f"for layer in self.layers:\n    x = layer(x)\nreturn {p.final('x')}")


def flag(value: bool, passed: bool, stored: bool) -> Callable[[Parts], Model]:
    """A constructor's flag, by default or passed, chooses the layer, or is stored and asked in ``forward``."""

    def build(p: Parts) -> Model:
        if stored:
            init = f"self.body = {p.body}\nself.use_act = use_act"
            forward = f"z = self.body(x)\nif self.use_act:\n    z = {p.apply('z')}\nreturn {p.final('z')}"
        else:
            init = f"self.body = {p.body}\nself.act = {p.ending.layer or 'nn.Identity()'} if use_act else nn.Identity()"
            forward = f"return {p.final('self.act(self.body(x))')}"
        defs = module(p.name, init, forward, f", use_act={not value if passed else value}")
        return Model(defs, f"{p.name}(use_act={value})" if passed else f"{p.name}()", applied=value)

    return build


def inherited(p: Parts) -> Model:
    base = module(f"{p.name}Base", f"self.body = {p.body}\nself.act = nn.Identity()", f"return {p.final('self.act(self.body(x))')}")
    return Model(base + "\n\n" + module(p.name, f"self.act = {p.layer}", "", base=f"{p.name}Base"), f"{p.name}()")


def super_forward(p: Parts) -> Model:
    base = module(f"{p.name}Base", f"self.body = {p.body}", "return self.body(x)")
    derived = module(p.name, "self.calls = 0", f"z = super().forward(x)\nreturn {p.final(p.apply('z'))}", base=f"{p.name}Base")
    return Model(base + "\n\n" + derived, f"{p.name}()")


def overridden(p: Parts) -> Model:
    base = module(
        f"{p.name}Base", f"self.body = {p.body}", f"return {p.final('self.finish(self.body(x))')}", more="def finish(self, z):\n    return z"
    )
    more = f"class {p.name}({p.name}Base):\n    def finish(self, z):\n        return {p.apply('z')}\n"
    return Model(base + "\n\n" + more, f"{p.name}()")


def raw_in_training(p: Parts) -> Model:
    forward = f"z = self.body(x)\nif self.training:\n    return {p.final('z')}\nreturn {p.final(p.apply('z'))}"
    return one_class(p, f"self.body = {p.body}", forward, applied=False)


def raw_in_evaluation(p: Parts) -> Model:
    forward = f"z = self.body(x)\nif not self.training:\n    return {p.final('z')}\nreturn {p.final(p.apply('z'))}"
    return one_class(p, f"self.body = {p.body}", forward)


def several(kind: str, applied: bool) -> Callable[[Parts], Model]:
    """Both the raw and the activated output are returned, in a tuple or a dict, and one of them is used."""

    def build(p: Parts) -> Model:
        raw, done = p.final("z"), p.final(p.apply("z"))
        key = {"index": f"[{int(applied)}]", "unpack": "", "dict": "['probs']" if applied else "['logits']"}[kind]
        result = f"{{'logits': {raw}, 'probs': {done}}}" if kind == "dict" else f"{raw}, {done}"
        defs = module(p.name, f"self.body = {p.body}", f"z = self.body(x)\nreturn {result}")
        if kind == "unpack":
            return Model(defs, f"{p.name}()", "done" if applied else "raw", applied, ("raw, done = {m}({x})",))
        return Model(defs, f"{p.name}()", "{m}({x})" + key, applied)

    return build


def declared_only(p: Parts) -> Model:
    return one_class(p, f"self.body = {p.body}\nself.act = {p.layer}", f"return {p.final('self.body(x)')}", applied=False)


def indexed(p: Parts) -> Model:
    defs = module(p.name, f"self.head = nn.Sequential({p.body}, {p.layer})", f"return {p.final('self.head[0](x)')}")
    return Model(defs, f"{p.name}()", applied=False)


def of_two_modules(p: Parts) -> Model:
    body = module(f"{p.name}Body", f"self.layers = {p.body}", "return self.layers(x)")
    head = module(f"{p.name}Head", "self.calls = 0", f"return {p.apply('x')}")
    init = f"self.body = {p.name}Body()\nself.head = {p.name}Head()"
    return Model("\n\n".join([body, head, module(p.name, init, f"return {p.final('self.head(self.body(x))')}")]), f"{p.name}()")


def passed_layer(p: Parts) -> Model:
    defs = module(p.name, f"self.body = {p.body}\nself.act = act", f"return {p.final('self.act(self.body(x))')}", ", act")
    return Model(defs, f"{p.name}(act={p.layer})")


def from_table(p: Parts) -> Model:
    table = f"ACTS_{p.name} = {{'none': nn.Identity(), 'last': {p.layer}}}\n\n\n"
    defs = module(p.name, f"self.body = {p.body}\nself.act = ACTS_{p.name}[act]", f"return {p.final('self.act(self.body(x))')}", ", act='last'")
    return Model(table + defs, f"{p.name}()")


def helper_method(p: Parts) -> Model:
    more = f"@staticmethod\ndef _finish(z):\n    return {p.apply('z')}"
    return one_class(p, f"self.body = {p.body}", f"return {p.final('self._finish(self.body(x))')}", more=more)


def at_the_caller(p: Parts) -> Model:
    raw = module(p.name, f"self.body = {p.body}", "return self.body(x)")
    return Model(raw, f"{p.name}()", "out", statements=("out = {m}({x})", f"out = {p.apply('out')}", f"out = {p.final('out')}"))


def in_the_call(p: Parts) -> Model:
    raw = module(p.name, f"self.body = {p.body}", "return self.body(x)")
    return Model(raw, f"{p.name}()", p.final(p.apply("out")), statements=("out = {m}({x})",))


def layer_at_the_caller(p: Parts) -> Model:
    raw = module(p.name, f"self.body = {p.body}", "return self.body(x)")
    return Model(raw, f"{p.name}()", p.final("act({m}({x}))"), statements=(f"act = {p.layer}",))


def beside_the_loss(p: Parts) -> Model:
    raw = module(p.name, f"self.body = {p.body}", f"return {p.final('self.body(x)')}")
    return Model(raw, f"{p.name}()", "out", False, ("out = {m}({x})", f"shown = {metric(p)}.mean()"))


def rebound_after(p: Parts) -> Model:
    raw = module(p.name, f"self.body = {p.body}", f"return {p.final('self.body(x)')}")
    return Model(raw, f"{p.name}()", "out", False, ("out = {m}({x})",), (f"out = {metric(p)}",))


def metric(p: Parts) -> str:
    """The activation on an output that ``post`` may have left without a dimension for the classes."""
    return f"({'torch.sigmoid(out)' if p.ending.of_classes and p.post else p.apply('out')})"


# Forms that need the activation as a layer, and those that need only an expression.
WITH_LAYER: Mapping[str, Callable[[Parts], Model]] = {
    "attribute": attribute,
    "sequential": sequential,
    "sequential inside": sequential_inside,
    "add_module": add_module,
    "OrderedDict": ordered_dict,
    "filled OrderedDict": filled_dict,
    "*layers": star_layers,
    "ModuleList": module_list,
    "layer by flag": flag(True, True, False),
    "layer by default flag": flag(True, False, False),
    "layer by false flag": flag(False, True, False),
    "layer by default false flag": flag(False, False, False),
    "inherited": inherited,
    "declared only": declared_only,
    "indexed": indexed,
    "passed layer": passed_layer,
    "from a table": from_table,
    "layer at the caller": layer_at_the_caller,
}
WITH_CALL: Mapping[str, Callable[[Parts], Model]] = {
    "functional": functional,
    "rebound": rebound,
    "super().forward": super_forward,
    "overridden method": overridden,
    "flag": flag(True, True, True),
    "default flag": flag(True, False, True),
    "false flag": flag(False, True, True),
    "default false flag": flag(False, False, True),
    "raw in training": raw_in_training,
    "raw in evaluation": raw_in_evaluation,
    "tuple, activated by index": several("index", True),
    "tuple, raw by index": several("index", False),
    "tuple, activated unpacked": several("unpack", True),
    "tuple, raw unpacked": several("unpack", False),
    "dict, activated": several("dict", True),
    "dict, raw": several("dict", False),
    "two modules": of_two_modules,
    "helper method": helper_method,
    "at the caller": at_the_caller,
    "in the call": in_the_call,
    "beside the loss": beside_the_loss,
    "rebound after the loss": rebound_after,
}
