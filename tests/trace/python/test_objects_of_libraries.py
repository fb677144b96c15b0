"""What a class outside of the project makes is an object of it, whatever else is not known of it."""

from __future__ import annotations

import pytest

from tests.trace.tracing import trace, value_of

PROGRAM = """
from elsewhere import Thing, make
import torch.optim as optim
class Own: pass
made = {made}
out = torch.sigmoid(z) if {test} else z
"""


@pytest.mark.parametrize(
    ("made", "test", "expected"),
    [
        ("nn.MSELoss()", "made is None", "logits"),
        ("nn.MSELoss()", "made is not None", "probabilities"),
        ("nn.MSELoss()", "made", "probabilities"),
        ("nn.MSELoss()", "isinstance(made, nn.MSELoss)", "probabilities"),
        ("nn.MSELoss()", "isinstance(made, nn.CrossEntropyLoss)", "logits"),
        ("nn.MSELoss()", "isinstance(made, (nn.CrossEntropyLoss, nn.MSELoss))", "probabilities"),
        ("nn.MSELoss()", "isinstance(made, nn.Module)", "probabilities"),
        ("nn.MSELoss()", "isinstance(made, Own)", "logits"),
        ("nn.MSELoss()", "isinstance(made, str)", "logits"),
        ("optim.Rprop([p])", "made is None", "logits"),
        ("Thing(3)", "made is None", "logits"),
        ("Thing(3)", "isinstance(made, Thing)", "probabilities"),
    ],
)
def test_what_it_is(made: str, test: str, expected: str) -> None:
    assert value_of(PROGRAM.format(made=made, test=test)) == expected


@pytest.mark.parametrize("method", ["to('cuda')", "cuda()", "cpu()", "to('cpu').cuda()"])
def test_what_has_been_moved_is_something(method: str) -> None:
    program = f"thing = anything.thing\nthing = thing.{method}\nout = torch.sigmoid(z) if thing is not None else z"
    assert value_of(program) == "probabilities"


@pytest.mark.parametrize(("made", "test"), [("Thing(3)", "made"), ("Thing(3)", "isinstance(made, Own)"), ("make(3)", "made is None")])
def test_what_is_not_known(made: str, test: str) -> None:
    assert value_of(PROGRAM.format(made=made, test=test)) not in ("logits", "probabilities")


def test_the_criterion_of_another_call_is_no_case_of_this_one() -> None:
    program = """
def step(model, x, criterion=None):
    if criterion is None:
        criterion = nn.CrossEntropyLoss()
    return model(x) if isinstance(criterion, nn.CrossEntropyLoss) else torch.sigmoid(model(x))
out = step(nn.Linear(3, 1), x, criterion=nn.MSELoss())
"""
    assert value_of(program) == "probabilities"


@pytest.mark.parametrize(
    ("thing", "cls", "expected"),
    [
        *(
            (cls, "nn.Module", "logits")
            for cls in ("nn.CrossEntropyLoss", "nn.Linear", "nn.MSELoss", "Own", "F.cross_entropy", "torch.relu", "function")
        ),
        *((cls, "type", "probabilities") for cls in ("nn.CrossEntropyLoss", "nn.Linear", "nn.MSELoss", "Own")),
        *((cls, "type", "logits") for cls in ("F.cross_entropy", "torch.relu", "function", "nn.MSELoss()", "Own()")),
        *((cls, "str", "logits") for cls in ("nn.CrossEntropyLoss", "Own", "F.cross_entropy", "function")),
        *((cls, "Own", "logits") for cls in ("nn.CrossEntropyLoss", "Own", "F.cross_entropy")),
        ("function", "collections.abc.Callable", "probabilities"),
    ],
)
def test_what_a_class_and_a_function_are_themselves(thing: str, cls: str, expected: str) -> None:
    program = f"import collections.abc\nclass Own: pass\ndef function(): pass\nout = torch.sigmoid(z) if isinstance({thing}, {cls}) else z"
    assert value_of(program) == expected


@pytest.mark.parametrize(("thing", "cls"), [("Own", "Meta"), ("Own", "abc.ABCMeta"), ("function", "types.FunctionType"), ("changed", "nn.Module")])
def test_what_a_class_or_function_may_be_besides(thing: str, cls: str) -> None:
    program = f"""
import abc, types
class Meta(type): pass
class Own(metaclass=Meta): pass
def function(): pass
@somewhere.change
def changed(): pass
out = torch.sigmoid(z) if isinstance({thing}, {cls}) else z
"""
    assert value_of(program) not in ("logits", "probabilities")


def test_a_criterion_that_is_a_class_is_made() -> None:
    program = """
def train(criterion):
    criterion = criterion() if not isinstance(criterion, nn.Module) else criterion
    return criterion(z, y)
train(nn.CrossEntropyLoss)
train(nn.CrossEntropyLoss())
"""
    assert trace(program).codes == []
