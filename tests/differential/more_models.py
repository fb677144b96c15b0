"""More ways in which a model is written: containers that are changed, values that travel, calls that are not plain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable

from tests.differential.models import Model, Parts, module, one_class


def subclassed_sequential(p: Parts) -> Model:
    layers = ", ".join([*p.layers, p.layer])
    defs = f"class {p.name}(nn.Sequential):\n    def __init__(self):\n        super().__init__({layers})\n"
    return Model(defs, f"{p.name}()", p.final("{m}({x})"))


def loop_of_layers(p: Parts) -> Model:
    first, *rest = p.layers
    init = f"stack = [{first}]\nfor layer in ({', '.join(rest)}, {p.layer}):\n    stack += [layer]\nself.net = nn.Sequential(*stack)"
    return one_class(p, init, f"return {p.final('self.net(x)')}")


def popped(p: Parts) -> Model:
    init = f"stack = [{', '.join([*p.layers, p.layer])}]\nstack.pop()\nself.net = nn.Sequential(*stack)"
    return one_class(p, init, f"return {p.final('self.net(x)')}", applied=False)


def sliced(p: Parts) -> Model:
    return one_class(p, f"self.net = {p.whole}", f"return {p.final('self.net[:-1](x)')}", applied=False)


def without_last_child(p: Parts) -> Model:
    init = f"whole = {p.whole}\nself.net = nn.Sequential(*list(whole.children())[:-1])"
    return one_class(p, init, f"return {p.final('self.net(x)')}", applied=False)


def extended(p: Parts) -> Model:
    init = f"self.net = nn.Sequential({p.body}, {p.layer})"
    return one_class(p, init, f"return {p.final('self.net(x)')}")


def last_replaced(p: Parts) -> Model:
    init = f"self.net = {p.whole}\nself.net[-1] = nn.Identity()"
    return one_class(p, init, f"return {p.final('self.net(x)')}", applied=False)


def attribute_replaced(p: Parts) -> Model:
    defs = module(p.name, f"self.body = {p.body}\nself.act = nn.Identity()", f"return {p.final('self.act(self.body(x))')}")
    make = f"def make_{p.name}():\n    model = {p.name}()\n    model.act = {p.layer}\n    return model\n"
    return Model(f"{defs}\n\n{make}", f"make_{p.name}()")


def replaced_among_modules(p: Parts) -> Model:
    init = f"self.body = {p.body}\nself.act = {p.layer}\nself._modules['act'] = nn.Identity()"
    return one_class(p, init, f"return {p.final('self.act(self.body(x))')}", applied=False)


def module_dict(p: Parts) -> Model:
    init = f"self.parts = nn.ModuleDict({{'body': {p.body}, 'act': {p.layer}}})"
    applied = "self.parts['act'](self.parts['body'](x))"
    return one_class(p, init, f"return {p.final(applied)}")


def looked_up_layer(p: Parts) -> Model:
    cls, _, arguments = p.layer.removeprefix("nn.").partition("(")
    init = f"self.body = {p.body}\nself.act = getattr(torch.nn, '{cls}')({arguments}"
    return one_class(p, init, f"return {p.final('self.act(self.body(x))')}")


def nested_class(p: Parts) -> Model:
    inner = module(p.name, f"self.body = {p.body}\nself.act = {p.layer}", f"return {p.final('self.act(self.body(x))')}")
    lines = "".join(f"    {line}\n" if line else "\n" for line in inner.splitlines())
    return Model(f"def make_{p.name}():\n{lines}\n    return {p.name}()\n", f"make_{p.name}()")


def from_config(p: Parts) -> Model:
    config = f"CONFIG_{p.name} = {{'use_act': True, 'scale': 1}}\n\n\n"
    init = f"self.body = {p.body}\nself.act = {p.layer} if use_act else None"
    forward = f"z = self.body(x)\nif self.act is not None:\n    z = self.act(z)\nreturn {p.final('z')}"
    return Model(config + module(p.name, init, forward, ", scale=2, use_act=False"), f"{p.name}(**CONFIG_{p.name})")


def any_arguments(p: Parts) -> Model:
    init = f"self.body = {p.body}\nself.act = kwargs.get('act', nn.Identity())"
    return Model(module(p.name, init, f"return {p.final('self.act(self.body(x))')}", ", *args, **kwargs"), f"{p.name}(1, act={p.layer})")


def copied(p: Parts) -> Model:
    defs = module(p.name, f"self.net = {p.whole}", f"return {p.final('self.net(x)')}")
    return Model(defs, f"nn.DataParallel({p.name}())")


def mixed_in(p: Parts) -> Model:
    mixin = f"class {p.name}Mixin:\n    def finish(self, z):\n        return {p.apply('z')}\n"
    forward = f"z = self.finish(self.body(x))\nreturn {p.final('z')}"
    return Model(f"{mixin}\n\n{module(p.name, f'self.body = {p.body}', forward, base=f'{p.name}Mixin, nn.Module')}", f"{p.name}()")


def function_attribute(p: Parts) -> Model:
    init = f"self.body = {p.body}\nself.act = lambda z: {p.apply('z')}"
    return one_class(p, init, f"return {p.final('self.act(self.body(x))')}")


def function_argument(p: Parts) -> Model:
    function = f"def finish_{p.name}(z):\n    return {p.apply('z')}\n"
    defs = module(p.name, f"self.body = {p.body}\nself.act = act", f"return {p.final('self.act(self.body(x))')}", ", act=None")
    return Model(f"{function}\n\n{defs}", f"{p.name}(finish_{p.name})")


def asked_for(raw: bool) -> Callable[[Parts], Model]:
    """``forward`` takes a flag for raw output."""

    def build(p: Parts) -> Model:
        init = f"self.body = {p.body}"
        defs = module(p.name, init, f"z = self.body(x)\nif raw:\n    return {p.final('z')}\nreturn {p.final(p.apply('z'))}")
        return Model(
            defs.replace("def forward(self, x):", "def forward(self, x, raw=False):"),
            f"{p.name}()",
            "{m}({x}, raw=True)" if raw else "{m}({x})",
            not raw,
        )

    return build


def conditional_expression(value: bool) -> Callable[[Parts], Model]:
    def build(p: Parts) -> Model:
        forward = f"z = self.body(x)\nz = {p.apply('z')} if self.finish else z\nreturn {p.final('z')}"
        return one_class(p, f"self.body = {p.body}\nself.finish = {value}", forward, applied=value)

    return build


def named_tuple(applied: bool) -> Callable[[Parts], Model]:
    def build(p: Parts) -> Model:
        record = f"{p.name}Out = collections.namedtuple('{p.name}Out', ['raw', 'done'])\n\n\n"
        defs = module(p.name, f"self.body = {p.body}", f"z = self.body(x)\nreturn {p.name}Out(raw={p.final('z')}, done={p.final(p.apply('z'))})")
        return Model(record + defs, f"{p.name}()", "{m}({x})" + (".done" if applied else ".raw"), applied)

    return build


def list_of_outputs(p: Parts) -> Model:
    forward = f"outs = []\nfor body in self.bodies:\n    z = body(x)\n    outs.append({p.final(p.apply('z'))})\nreturn outs"
    defs = module(p.name, f"self.bodies = nn.ModuleList([{p.body}, {p.body}])", forward)
    return Model(defs, f"{p.name}()", "{m}({x})[0]")


def mean_of_list(p: Parts) -> Model:
    forward = f"outs = [{p.apply('z')} for z in [body(x) for body in self.bodies]]\nout = outs[-1]\nreturn {p.final('out')}"
    return one_class(p, f"self.bodies = nn.ModuleList([{p.body}, {p.body}])", forward)


def starred(p: Parts) -> Model:
    defs = module(p.name, f"self.body = {p.body}", f"z = self.body(x)\nreturn {p.final(p.apply('z'))}, z, x")
    return Model(defs, f"{p.name}()", "first", statements=("first, *others = {m}({x})",))


def next_network(p: Parts) -> Model:
    head = p.layers[-1]
    width = "nn.LazyConv2d" if "Conv" in head else "nn.LazyLinear"
    size = head.split(", ")[1].rstrip(")")
    second = f"{width}({size}, 1)" if "Conv" in head else f"{width}({size})"
    forward = f"z = {p.apply('self.body(x)')}\nout = self.second(z)\nreturn {p.final('out')}"
    return one_class(p, f"self.body = {p.body}\nself.second = {second}", forward, applied=False, far=False)


def evaluated_separately(p: Parts) -> Model:
    more = f"@torch.no_grad()\ndef predict(self, x):\n    self.eval()\n    return {p.apply('self(x)')}"
    return one_class(p, f"self.body = {p.body}", f"return {p.final('self.body(x)')}", more=more, applied=False)


def through_a_property(p: Parts) -> Model:
    more = f"@property\ndef act(self):\n    return {p.layer}"
    return one_class(p, f"self.body = {p.body}", f"return {p.final('self.act(self.body(x))')}", more=more)


def early_return(p: Parts) -> Model:
    forward = f"""
    z = self.body(x)
    if x.dim() < 1:
        raise ValueError("empty")
    try:
        z = {p.apply("z")}
    finally:
        self.calls += 1
    return {p.final("z")}"""
    return one_class(p, f"self.body = {p.body}\nself.calls = 0", forward)


def decorated(p: Parts) -> Model:
    decorator = f"""def finished_{p.name}(forward):
    @functools.wraps(forward)
    def inner(self, x):
        z = forward(self, x)
        return {p.final(p.apply("z"))}

    return inner


"""
    defs = module(p.name, f"self.body = {p.body}", "return self.body(x)").replace("    def forward", f"    @finished_{p.name}\n    def forward")
    return Model(decorator + defs, f"{p.name}()")


def masked(p: Parts) -> Model:
    raw = module(
        p.name, f"self.body = {p.body}", f"z = self.body(x)\nz = {p.apply('z')}\nout = z.masked_select(z == z).view(z.shape)\nreturn {p.final('out')}"
    )
    return Model(raw, f"{p.name}()")


def method_forward(p: Parts) -> Model:
    return one_class(p, f"self.net = {p.whole}", f"return {p.final('self.net.forward(x)')}", out="{m}.forward({x})")


WITH_LAYER: Mapping[str, Callable[[Parts], Model]] = {
    "subclassed Sequential": subclassed_sequential,
    "loop of layers": loop_of_layers,
    "popped": popped,
    "sliced": sliced,
    "without the last child": without_last_child,
    "Sequential in Sequential": extended,
    "last layer replaced": last_replaced,
    "attribute replaced": attribute_replaced,
    "replaced among _modules": replaced_among_modules,
    "ModuleDict": module_dict,
    "getattr": looked_up_layer,
    "nested class": nested_class,
    "from a config": from_config,
    "**kwargs": any_arguments,
    "DataParallel": copied,
    "property": through_a_property,
    ".forward": method_forward,
}
WITH_CALL: Mapping[str, Callable[[Parts], Model]] = {
    "mixin": mixed_in,
    "lambda attribute": function_attribute,
    "function argument": function_argument,
    "asked for raw": asked_for(True),
    "not asked for raw": asked_for(False),
    "conditional expression": conditional_expression(True),
    "conditional expression, false": conditional_expression(False),
    "named tuple, activated": named_tuple(True),
    "named tuple, raw": named_tuple(False),
    "list of outputs": list_of_outputs,
    "comprehension": mean_of_list,
    "starred": starred,
    "next network": next_network,
    "predict beside forward": evaluated_separately,
    "try and raise": early_return,
    "decorated": decorated,
    "masked": masked,
}
