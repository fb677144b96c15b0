"""The ways in which model, data and loss come together: the code around the loss call.

The line of the loss call is marked; where a function does no more than pass its parameters on to the loss, the mark is on its outermost call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import indent
from typing import Callable

from tests.differential.criteria import Criterion
from tests.differential.models import Model


@dataclass(frozen=True)
class Pieces:
    """What is to be wired: ``x`` and ``y`` are expressions of the data, ``y_use`` the target as the loss takes it (``y.float()``), ``cut`` what is
    behind the prediction, around ``{}``; ``line`` the statement around the loss call, ``{}``; ``end`` what follows it (``backward``)."""

    name: str
    model: Model
    criterion: Criterion
    x: str
    y: str
    y_use: str
    cut: str
    line: str
    end: tuple[str, ...]
    swapped: bool

    @property
    def mark(self) -> str:
        return f"  # loss {self.name}"

    def prediction(self, m: str, x: str) -> str:
        out = self.model.out.format(m=m, x=x)
        return self.cut.format(out) if self.cut else out

    def call(self, c: str, a: str, b: str) -> str:
        return self.criterion.call.format(c=c, a=b if self.swapped else a, b=a if self.swapped else b)

    def step(self, m: str, c: str, x: str = "x", y: str = "y") -> list[str]:
        """The statements from the model's call to the last use of the loss."""
        call = self.call(c, self.prediction(m, x), self.y_use.replace("y", y, 1))
        return [*self._before(m, x), self.line.format(call) + self.mark, *self.model.after, *self._end(m)]

    def passed_step(self, function: str, m: str, *more: str) -> list[str]:
        """The same where the loss is called in ``function(…, prediction, target)``."""
        call = f"{function}({', '.join([*more, self.prediction(m, 'x'), self.y_use])})"
        return [*self._before(m, "x"), self.line.format(call) + self.mark, *self.model.after, *self._end(m)]

    def _before(self, m: str, x: str) -> list[str]:
        return [statement.format(m=m, x=x) for statement in self.model.statements]

    def _end(self, m: str) -> list[str]:
        return [statement.replace("{m}", m) for statement in self.end]

    def batch(self) -> str:
        return f"({self.x}, {self.y})"

    def makes(self) -> list[str]:
        """The arguments for the model and, where there is one, the criterion."""
        return [self.model.make, *([self.criterion.make] if self.criterion.make else [])]

    def parameters(self) -> list[str]:
        return ["model", *(["criterion"] if self.criterion.make else [])]


@dataclass(frozen=True)
class Wired:
    """Definitions for the engine's module, and statements for the main one."""

    engine: str
    main: str


def block(lines: list[str], depth: int) -> str:
    return indent("\n".join(lines), " " * 4 * depth) + "\n"


def flat(p: Pieces) -> Wired:
    n = p.name
    lines = [f"model_{n} = {p.model.make}"]
    if p.criterion.make:
        lines.append(f"criterion_{n} = {p.criterion.make}")
    lines += [f"x_{n} = {p.x}", f"y_{n} = {p.y}", *p.step(f"model_{n}", f"criterion_{n}", f"x_{n}", f"y_{n}")]
    return Wired("", block(lines, 0))


def function(p: Pieces) -> Wired:
    head = f"def train_{p.name}({', '.join([*p.parameters(), 'batches'])}):\n    for x, y in batches:\n"
    return Wired(head + block(p.step("model", "criterion"), 2), f"train_{p.name}({', '.join([*p.makes(), f'[{p.batch()}]'])})\n")


def with_loader(p: Pieces) -> Wired:
    lines = [
        f"data_{p.name} = torch.utils.data.TensorDataset({p.x}, {p.y})",
        f"loader_{p.name} = torch.utils.data.DataLoader(data_{p.name}, batch_size=24)",
    ]
    head = f"def train_{p.name}({', '.join([*p.parameters(), 'loader'])}):\n    model.train()\n    for step, (x, y) in enumerate(loader):\n"
    call = f"train_{p.name}({', '.join([*p.makes(), f'loader_{p.name}'])})"
    return Wired(head + block(p.step("model", "criterion"), 2), block([*lines, call], 0))


def default_argument(p: Pieces) -> Wired:
    default = f", criterion={p.criterion.make}" if p.criterion.make else ""
    head = f"def train_{p.name}(model, x, y{default}):\n"
    return Wired(head + block(p.step("model", "criterion"), 1), f"train_{p.name}({p.model.make}, {p.x}, {p.y})\n")


def of_the_module(p: Pieces) -> Wired:
    made = f"CRITERION_{p.name.upper()} = {p.criterion.make}\n\n\n" if p.criterion.make else ""
    head = f"{made}def train_{p.name}(model, x, y):\n"
    return Wired(head + block(p.step("model", f"CRITERION_{p.name.upper()}"), 1), f"train_{p.name}({p.model.make}, {p.x}, {p.y})\n")


def trainer(p: Pieces) -> Wired:
    lines = [f"class Trainer_{p.name}:", f"    def __init__(self, {', '.join(p.parameters())}):"]
    lines += [f"        self.{name} = {name}" for name in p.parameters()]
    lines += ["", "    def fit(self, batches):", "        for x, y in batches:", "            self.step(x, y)", "", "    def step(self, x, y):"]
    engine = block(lines, 0) + block(p.step("self.model", "self.criterion"), 2)
    return Wired(engine, f"trainer_{p.name} = Trainer_{p.name}({', '.join(p.makes())})\ntrainer_{p.name}.fit([{p.batch()}])\n")


def owns_criterion(p: Pieces) -> Wired:
    made = [f"        self.loss_fn = {p.criterion.make}"] if p.criterion.make else []
    lines = [f"class Trainer_{p.name}:", "    def __init__(self, model):", "        self.model = model", *made, "", "    def step(self, batch):"]
    engine = block(lines, 0) + block(["x, y = batch", *p.step("self.model", "self.loss_fn")], 2)
    return Wired(engine, f"Trainer_{p.name}({p.model.make}).step({p.batch()})\n")


def task(p: Pieces) -> Wired:
    """A module that holds model and criterion, and calls itself in its step."""
    made = [f"        self.criterion = {p.criterion.make}"] if p.criterion.make else []
    lines = [
        f"class Task_{p.name}(nn.Module):",
        "    def __init__(self, model):",
        "        super().__init__()",
        "        self.model = model",
        *made,
        "",
    ]
    lines += [
        "    def forward(self, *args, **kwargs):",
        "        return self.model(*args, **kwargs)",
        "",
        "    def training_step(self, batch, index):",
        "        x, y = batch",
    ]
    engine = block(lines, 0) + block(p.step("self", "self.criterion"), 2)
    return Wired(engine, f"Task_{p.name}({p.model.make}).training_step({p.batch()}, 0)\n")


def deep(p: Pieces) -> Wired:
    names = ", ".join(p.parameters())
    engine = f"def epoch_{p.name}({names}, x, y):\n" + block(p.step("model", "criterion"), 1)
    engine += f"\n\ndef run_{p.name}({names}, batches):\n    for x, y in batches:\n        epoch_{p.name}({names}, x, y)\n"
    main = f"def main_{p.name}():\n    run_{p.name}({', '.join([*p.makes(), f'[{p.batch()}]'])})\n\n\nmain_{p.name}()\n"
    return Wired(engine, main)


def passed_on(p: Pieces) -> Wired:
    extra = ["criterion"] if p.criterion.make else []
    engine = f"def loss_of_{p.name}({', '.join([*extra, 'a', 'b'])}):\n    return {p.call('criterion', 'a', 'b')}\n\n\n"
    engine += f"def train_{p.name}({', '.join([*p.parameters(), 'x', 'y'])}):\n" + block(p.passed_step(f"loss_of_{p.name}", "model", *extra), 1)
    return Wired(engine, f"train_{p.name}({', '.join([*p.makes(), p.x, p.y])})\n")


def nested(p: Pieces) -> Wired:
    inner = [f"def compute(a, b):\n    return {p.call('criterion', 'a', 'b')}", *p.passed_step("compute", "model")]
    engine = f"def train_{p.name}({', '.join([*p.parameters(), 'x', 'y'])}):\n" + block(inner, 1)
    return Wired(engine, f"train_{p.name}({', '.join([*p.makes(), p.x, p.y])})\n")


def keyword_arguments(p: Pieces) -> Wired:
    makes = [f"{name}={make}" for name, make in zip(p.parameters(), p.makes())]
    engine = f"def train_{p.name}(*, {', '.join(['y', 'x', *p.parameters()])}):\n" + block(p.step("model", "criterion"), 1)
    return Wired(engine, f"train_{p.name}({', '.join([*makes, f'x={p.x}', f'y={p.y}'])})\n")


def batch_of_a_dict(p: Pieces) -> Wired:
    engine = f"def train_{p.name}({', '.join([*p.parameters(), 'batch'])}):\n" + block(
        p.step("model", "criterion", "batch['image']", "batch['label']"), 1
    )
    return Wired(engine, f"train_{p.name}({', '.join([*p.makes(), f'{{{chr(39)}image{chr(39)}: {p.x}, {chr(39)}label{chr(39)}: {p.y}}}'])})\n")


WIRINGS: Mapping[str, Callable[[Pieces], Wired]] = {
    "flat": flat,
    "function": function,
    "loader": with_loader,
    "default argument": default_argument,
    "of the module": of_the_module,
    "trainer": trainer,
    "trainer owns the criterion": owns_criterion,
    "task": task,
    "deep": deep,
    "passed on": passed_on,
    "nested": nested,
    "keyword arguments": keyword_arguments,
    "batch of a dict": batch_of_a_dict,
}
LINES = ("loss = {}", "loss = 0.5 * {} + 0", "loss = ({}).mean()", "terms = [{}]; loss = sum(terms)")
