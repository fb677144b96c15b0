"""What Lightning's save_hyperparameters keeps of the arguments of a constructor."""

from __future__ import annotations

import pytest

from tests.trace.tracing import value_of

PROGRAM = """
import pytorch_lightning as pl
from argparse import Namespace

class Module(pl.LightningModule):
    def __init__({parameters}):
        super().__init__()
        {save}
    def out(self, v):
        return torch.sigmoid(v) if {test} else v

out = Module({arguments}).out(z)
"""
CASES = {
    "all": ("self, squash, width=3", "self.save_hyperparameters()", "self.hparams.squash"),
    "by key": ("self, squash, width=3", "self.save_hyperparameters()", 'self.hparams["squash"]'),
    "by get": ("self, squash, width=3", "self.save_hyperparameters()", 'self.hparams.get("squash")'),
    "named": ("self, squash, width=3", 'self.save_hyperparameters("squash")', "self.hparams.squash"),
    "two named": ("self, squash, width=3", 'self.save_hyperparameters("width", "squash")', "self.hparams.squash"),
    "all but": ("self, squash, width=3", 'self.save_hyperparameters(ignore=["width"])', "self.hparams.squash"),
    "all but one": ("self, squash, width=3", 'self.save_hyperparameters(ignore="width")', "self.hparams.squash"),
    "keyword only": ("self, *, squash, width=3", "self.save_hyperparameters()", "self.hparams.squash"),
    "in kwargs": ("self, width=3, **kwargs", "self.save_hyperparameters()", "self.hparams.squash"),
    "twice": (
        "self, squash, width=3",
        'self.save_hyperparameters("squash"); self.save_hyperparameters("width")',
        "self.hparams.squash and self.hparams.width",
    ),
    "a dict": ("self, squash", 'self.save_hyperparameters({"squash": squash})', "self.hparams.squash"),
    "a namespace": ("self, squash", "self.save_hyperparameters(Namespace(squash=squash))", "self.hparams.squash"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("given", "expected"), [("True", "probabilities"), ("False", "logits")])
def test_what_the_constructor_is_given(case: str, given: str, expected: str) -> None:
    parameters, save, test = CASES[case]
    assert value_of(PROGRAM.format(parameters=parameters, save=save, test=test, arguments=f"squash={given}")) == expected


@pytest.mark.parametrize(("given", "expected"), [("", "probabilities"), ("squash=False", "logits")])
def test_a_default(given: str, expected: str) -> None:
    program = PROGRAM.format(parameters="self, squash=True", save="self.save_hyperparameters()", test="self.hparams.squash", arguments=given)
    assert value_of(program) == expected


@pytest.mark.parametrize("given", ["True", "False"])
def test_a_subclass_gives_it_to_its_base(given: str) -> None:
    program = f"""
import lightning
class Base(lightning.LightningModule):
    def __init__(self, width):
        super().__init__()
        self.save_hyperparameters()
class Module(Base):
    def __init__(self, squash, width=3):
        super().__init__(width)
    def out(self, v):
        return torch.sigmoid(v) if self.hparams.squash and self.hparams.width == 3 else v
out = Module({given}).out(z)
"""
    assert value_of(program) == ("probabilities" if given == "True" else "logits")


@pytest.mark.parametrize(
    ("parameters", "save"),
    [
        ("self, squash, width=3", 'self.save_hyperparameters(ignore=["squash"])'),
        ("self, squash, width=3", 'self.save_hyperparameters("width")'),
        ("self, squash", "self.save_hyperparameters(anything)"),
        ("self, squash", "pass"),
    ],
)
def test_what_is_not_kept_is_not_known(parameters: str, save: str) -> None:
    program = PROGRAM.format(parameters=parameters, save=save, test="self.hparams.squash", arguments="squash=True")
    assert value_of(program) not in ("probabilities", "logits")


def test_another_object_is_made_meanwhile() -> None:
    program = """
import lightning
class Module(lightning.LightningModule):
    def __init__(self, squash=False):
        super().__init__()
        self.save_hyperparameters()
    def out(self, v):
        return torch.sigmoid(v) if self.hparams.squash else v
class Experiment:
    def __init__(self, squash=True):
        self.module = Module(squash=False)
out = Experiment().module.out(z)
"""
    assert value_of(program) == "logits"


def test_a_helper_keeps_them() -> None:
    program = PROGRAM.format(parameters="self, squash", save="self.keep()", test="self.hparams.squash", arguments="False").replace(
        "    def out", "    def keep(self):\n        self.save_hyperparameters()\n    def out"
    )
    assert value_of(program) == "logits"


def test_of_a_thing_nothing_is_left_out() -> None:
    save = 'self.save_hyperparameters({"squash": squash}, ignore=["squash"])'
    assert value_of(PROGRAM.format(parameters="self, squash", save=save, test="self.hparams.squash", arguments="False")) == "logits"


def test_a_method_of_its_own_is_no_such_thing() -> None:
    program = """
class Module(nn.Module):
    def __init__(self, squash):
        super().__init__()
        self.hparams = {"squash": False}
        self.save_hyperparameters()
    def save_hyperparameters(self):
        pass
    def out(self, v):
        return torch.sigmoid(v) if self.hparams["squash"] else v
out = Module(True).out(z)
"""
    assert value_of(program) == "logits"


@pytest.mark.parametrize("given", ["True", "False"])
@pytest.mark.parametrize("read", ["self.hparams.squash", 'self.hparams["squash"]', 'self.hparams.get("squash")'])
def test_a_base_that_is_not_seen_may_keep_them(given: str, read: str) -> None:
    program = f"""
from elsewhere import BaseTask
class Task(BaseTask):
    def __init__(self, squash, width=3):
        super().__init__()
    def out(self, v):
        return torch.sigmoid(v) if {read} else v
out = Task({given}).out(z)
"""
    assert value_of(program) == ("probabilities" if given == "True" else "logits")


def test_what_else_such_a_base_keeps_is_not_known() -> None:
    program = """
from elsewhere import BaseTask
class Task(BaseTask):
    def __init__(self, width=3):
        super().__init__()
    def out(self, v):
        return torch.sigmoid(v) if self.hparams.squash or hasattr(self, "hparams") else v
out = Task().out(z)
"""
    assert value_of(program) not in ("probabilities", "logits")
