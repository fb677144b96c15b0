"""An index that a tensor refuses ends the case, and only such a one: held against torch."""

from __future__ import annotations

import itertools

import pytest
import torch

from tests.trace.tracing import value_of

TENSORS = ["torch.ones(2, dtype=torch.bool)", "torch.ones(3, dtype=torch.bool)", "torch.tensor([0, 1])"]
PARTS = ["0", "-1", "2", "-3", "5", ":", "1:", "None", "...", *TENSORS]
SHAPES = ["(3,)", "(2, 3)", "(2, 3, 4)"]
PAIRS = [f"{one}, {other}" for one, other in itertools.product(PARTS, PARTS) if "torch" not in one or "torch" not in other]
INDICES = [*PARTS, *PAIRS, "0, 0, 0, 0", "..., 0, 0, 0", ":, 0, ..., 1"]
INDICES += ["torch.ones(2, 3, dtype=torch.bool)", "torch.ones(3, 2, dtype=torch.bool)", "0, torch.ones(3, dtype=torch.bool), 1"]


@pytest.mark.parametrize("shape", SHAPES)
def test_torch_refuses_it(shape: str) -> None:
    lines, refused = [], []
    for number, index in enumerate(INDICES):
        lines += ["try:", f"    a[{index}]", f"    r{number} = 0", "except IndexError:", f"    r{number} = 1"]
        try:
            eval(f"a[{index}]", {"a": torch.zeros(eval(shape)), "torch": torch})
            refused.append(0)
        except IndexError:
            refused.append(1)
    told = " and ".join(f"r{number} == {wanted}" for number, wanted in enumerate(refused))
    program = "\n".join([f"a = torch.zeros({shape})", *lines, f"out = z if {told} else torch.sigmoid(z)"])
    assert 10 < sum(refused) < len(refused) - 10
    assert value_of(program) == "logits"


@pytest.mark.parametrize("index", ["anything", "0, anything", "anything, anything, anything, anything", "[0, 1]", "True", "torch.zeros(2)"])
def test_of_what_is_not_known_nothing_is_said(index: str) -> None:
    program = f"a = torch.zeros(2, 3)\nout = torch.sigmoid(z)\ntry:\n    a[{index}]\nexcept IndexError:\n    out = z"
    assert value_of(program) != "logits"


RESHAPED = """
a = torch.zeros(2, 3)
b = a
def turn(t):
    t.{method}
{use}
out = torch.sigmoid(z)
try:
    b[{index}]
except IndexError:
    out = z
"""


@pytest.mark.parametrize(
    ("method", "index"), [("unsqueeze_(0)", "0, 1, 2"), ("t_()", "2, 1"), ("transpose_(0, 1)", "2, 1"), ("swapaxes_(0, 1)", "2, 1")]
)
@pytest.mark.parametrize("use", ["a.{method}", "turn(a)", "c = {{'a': a}}; c['a'].{method}"])
def test_the_shape_that_another_name_has_changed_is_not_known(method: str, index: str, use: str) -> None:
    assert value_of(RESHAPED.format(method=method, index=index, use=use.format(method=method))) != "logits"
    assert value_of(RESHAPED.format(method=method, index=index, use="pass")) == "logits"


def test_what_is_written_into_an_empty_tensor_gives_it_its_shape() -> None:
    program = "a = torch.empty(0)\ntorch.add(torch.zeros(2, 3), 1, out=a)\nout = torch.sigmoid(z)\ntry:\n    a[1, 2]\nexcept IndexError:\n    out = z"
    assert value_of(program) != "logits"
