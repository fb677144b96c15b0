"""What a class outside of the project makes is an object of it, whatever else is not known of it."""

from __future__ import annotations

import pytest

from tests.trace.tracing import value_of

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
