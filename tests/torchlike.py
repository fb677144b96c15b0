"""Random programs over tensors, layers, containers and losses: always valid syntax, seldom sense."""

from __future__ import annotations

import random
from typing import Callable

NAMES = ["x", "y", "logits", "net", "criterion", "items", "table", "flag", "n", "fn", "Net", "self"]
METHODS = [
    "view(-1)", "squeeze()", "squeeze(1)", "float()", "long()", "detach()", "item()", "sigmoid()", "softmax(-1)", "argmax(1)", "mean()",
    "unsqueeze(0)", "backward()", "size(0)", "shape", "T", "append(x)", "items()", "get('a')", "to('cpu')", "train()", "parameters()",
    "extend(items)", "pop()", "update(table)", "chunk(2)", "split(1, 1)", "reshape(2, -1)", "permute(1, 0)", "clamp(0, 1)", "forward(x)",
    "type_as(y)", "masked_fill(flag, n)", "expand(-1, 3)", "keys()", "values()", "setdefault('a', x)", "unbind(1)", "dim()", "eval()",
]  # fmt: skip
MAKERS = [
    "torch.randn(4, 3)", "torch.rand(4, 1)", "torch.zeros(4)", "torch.randint(0, 2, (4,))", "torch.tensor([0, 1])", "torch.tensor(n)",
    "torch.tensor([[0.5], [2.0]])", "nn.Linear(3, 1)", "nn.Linear(n, n)", "nn.Sigmoid()", "nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())",
    "nn.Sequential(*items)", "nn.ModuleList(items)", "nn.ModuleDict(table)", "nn.LSTM(3, 3)", "nn.BCELoss()", "nn.BCEWithLogitsLoss()",
    "nn.CrossEntropyLoss(weight=x)", "nn.BCELoss(x, y)", "nn.KLDivLoss(reduction=n)", "nn.NLLLoss(**table)", "nn.CTCLoss()",
    "nn.Conv2d(1, 1, 3)", "nn.Softmax(dim=n)", "F.one_hot(x, n)", "torch.arange(n)", "Net()", "Net(1, n=2)", "[]", "{}", "None", "object()",
]  # fmt: skip
FUNCTIONS = [
    "torch.sigmoid", "torch.softmax", "F.log_softmax", "torch.cat", "torch.stack", "torch.where", "F.binary_cross_entropy",
    "F.cross_entropy", "F.binary_cross_entropy_with_logits", "F.nll_loss", "F.kl_div", "F.ctc_loss", "torch.max", "torch.compile",
    "nn.DataParallel", "len", "range", "zip", "enumerate", "isinstance", "getattr", "setattr", "list", "dict", "tuple", "sum",
    "map", "partial", "print", "super", "type", "sorted", "min", "abs", "torch.einsum", "torch.matmul", "F.interpolate",
    "torch.no_grad", "Variable", "hasattr", "int", "float", "str", "iter", "next", "reversed", "filter",
]  # fmt: skip
CONSTANTS = ["0", "1", "-1", "0.5", "10**99", "1e400", "'mean'", "'a'", "None", "True", "...", "b'x'", "1j", "f'{n}'", "()", "float('nan')"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^", "<", ">=", "==", "!=", "in", "not in", "is", "and", "or"]

Rng = random.Random


def expression(rng: Rng, depth: int = 3) -> str:
    if depth <= 0:
        return rng.choice([rng.choice(NAMES), rng.choice(CONSTANTS), rng.choice(MAKERS)])
    return rng.choice(EXPRESSIONS)(rng, depth - 1)


def arguments(rng: Rng, depth: int) -> str:
    parts = [expression(rng, depth) for _ in range(rng.randrange(4))]
    if rng.random() < 0.2:
        parts.append("*items")
    if rng.random() < 0.3:
        parts.append(f"{rng.choice(['input', 'target', 'dim', 'reduction', 'weight', 'n'])}={expression(rng, depth)}")
    if rng.random() < 0.1:
        parts.append("**table")
    return ", ".join(parts)


def subscript(rng: Rng, depth: int) -> str:
    part = rng.choice(["0", "-1", ":", "::2", "...", "None", ":, 0", "..., None, 1:", "'a'", "flag", "n", "10**30", expression(rng, depth)])
    return f"({expression(rng, depth)})[{part}]"


EXPRESSIONS: list[Callable[[Rng, int], str]] = [
    lambda rng, d: rng.choice(NAMES),
    lambda rng, d: rng.choice(MAKERS),
    lambda rng, d: rng.choice(CONSTANTS),
    lambda rng, d: f"({expression(rng, d)}).{rng.choice(METHODS)}",
    lambda rng, d: f"{rng.choice(NAMES)}.{rng.choice(METHODS)}",
    lambda rng, d: f"{rng.choice(FUNCTIONS)}({arguments(rng, d)})",
    lambda rng, d: f"{rng.choice(FUNCTIONS)}({rng.choice(NAMES)}, {expression(rng, d)})",
    lambda rng, d: f"{rng.choice(NAMES)}({arguments(rng, d)})",
    lambda rng, d: f"({expression(rng, d)} {rng.choice(OPERATORS)} {expression(rng, d)})",
    lambda rng, d: f"({rng.choice(['-', '~', 'not '])}{expression(rng, d)})",
    lambda rng, d: f"({expression(rng, d)} if {expression(rng, d)} else {expression(rng, d)})",
    subscript,
    lambda rng, d: f"[{expression(rng, d)}, *{rng.choice(NAMES)}]",
    lambda rng, d: f"({expression(rng, d)}, {expression(rng, d)})",
    lambda rng, d: f"{{'a': {expression(rng, d)}, **{rng.choice(NAMES)}, {rng.choice(NAMES)}: {expression(rng, d)}}}",
    lambda rng, d: f"{{{expression(rng, d)}, {expression(rng, d)}}}",
    lambda rng, d: f"[{expression(rng, d)} for x in {expression(rng, d)} if {expression(rng, d)}]",
    lambda rng, d: f"{{k: v for k, v in {expression(rng, d)}}}",
    lambda rng, d: f"next({expression(rng, d)} for x, *y in {expression(rng, d)})",
    lambda rng, d: f"(lambda x, *y, n=1, **k: {expression(rng, d)})",
    lambda rng, d: f"(lambda x: {expression(rng, d)})({expression(rng, d)})",
]


def target(rng: Rng) -> str:
    name = rng.choice(NAMES[:-2])
    return rng.choice(
        [name, name, name, f"{name}.a", f"{name}['a']", f"{name}[0]", f"{name}[:, 1:]", "x, y", "x, *items", "(x, [y, n])", "net.forward"]
    )


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def block(rng: Rng, depth: int) -> list[str]:
    return indented([line for _ in range(rng.randrange(1, 4)) for line in statement(rng, depth - 1)])


def compound(rng: Rng, depth: int) -> list[str]:
    value = expression(rng, 2)
    heads = [f"if {value}:", f"while {value}:", f"for {target(rng)} in {value}:", f"with {value} as x:", "with torch.no_grad():"]
    kind = rng.randrange(len(heads) + 4)
    if kind < len(heads):
        otherwise = ["else:", *block(rng, depth)] if kind < 3 and rng.random() < 0.5 else []
        return [heads[kind], *block(rng, depth), *otherwise]
    if kind == len(heads):
        return ["try:", *block(rng, depth), "except (ValueError, x) as flag:", *block(rng, depth), "finally:", *block(rng, depth)]
    if kind == len(heads) + 1:
        decorator = rng.choice([[], [], ["@fn"], ["@torch.no_grad()"], ["@staticmethod"], ["@property"]])
        head = rng.choice(["def fn(x, y=n, *items, flag=None, **table):", "def fn(x, /, y):", "async def fn(self):", "def net(x):"])
        return [*decorator, head, *block(rng, depth), *indented([rng.choice(["return ", "yield "]) + expression(rng, 2)])]
    bases = rng.choice(["nn.Module", "Net", "dict", "nn.Module, object", "nn.BCELoss", "Unseen", "nn.Sequential", "metaclass=type"])
    setup = ["super().__init__()", f"self.a = {expression(rng, 2)}", *statement(rng, 0)]
    init = ["def __init__(self, n=1, *items, **table):", *indented(setup)]
    result = rng.choice(["self.a(x)", "self.a", expression(rng, 2)])
    forward = ["def forward(self, x, y=None):", *block(rng, depth), *indented([f"return {result}"])]
    return [f"class Net({bases}):", *indented([f"b = {expression(rng, 1)}", *init, *forward])]


def statement(rng: Rng, depth: int) -> list[str]:
    if depth > 0 and rng.random() < 0.35:
        return compound(rng, depth)
    value = expression(rng, 3)
    simple = [
        f"{target(rng)} = {value}",
        f"{target(rng)} = {value}",
        f"{rng.choice(NAMES[:-2])} {rng.choice(['+=', '*=', '@=', '|=', '-='])} {value}",
        value,
        f"loss = criterion(net(x), {value})",
        f"F.binary_cross_entropy({value}, y).backward()",
        f"assert {value}",
        f"del {rng.choice(NAMES[:-2])}",
        f"x: torch.Tensor = {value}",
        f"y = (n := {value})",
        f"net.{rng.choice(['a', 'forward', 'training'])} = {value}",
    ]
    return [rng.choice(simple)]


def program(rng: Rng) -> str:
    """A program of some 10 to 60 lines."""
    head = [
        "import torch",
        "import torch.nn.functional as F",
        "from functools import partial",
        "from torch import nn",
        "from torch.autograd import Variable",
        *(f"{name} = {expression(rng, 1)}" for name in ("n", "flag", "table", "items", "x", "y", "criterion", "net")),
    ]
    return "\n".join([*head, *(line for _ in range(rng.randrange(4, 12)) for line in statement(rng, 3))]) + "\n"
