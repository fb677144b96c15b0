"""What the old constructors make of a ``torch.Size``: a tensor of that shape; of a tuple or a list they make one of its numbers."""

from __future__ import annotations

import pytest
import torch

from tests.trace.tracing import out_of

SIZES = [
    "p.size()", "p.shape", "p.shape[:1]", "p.size()[1:] + (2,)", "p.shape + p.shape", "p.shape * 2", "p.shape[::-1]", "torch.Size([2, 5])",
    "torch.Size(list(p.shape))", "torch.Size()",
]  # fmt: skip
NUMBERS = ["tuple(p.size())", "list(p.shape)", "(4, 3)", "[*p.shape]", "(*p.size(), 1)", "sorted(p.shape)", "[n for n in p.shape]"]


@pytest.mark.parametrize("argument", [*SIZES, *NUMBERS])
@pytest.mark.parametrize("name", ["Tensor", "FloatTensor", "LongTensor"])
def test_as_torch_does(name: str, argument: str) -> None:
    made = eval(f"torch.{name}({argument})", {"torch": torch, "p": torch.rand(4, 3)})
    shape = out_of(f"out = torch.{name}({argument})").facts.value("shape")
    assert shape is not None
    assert shape.dims == tuple(made.shape)
    assert not shape.open


@pytest.mark.parametrize(
    "argument",
    ["(2,) + p.shape", "p.numpy().shape", "anything.shape", "anything.size()", "p.numpy().shape + (1,)"],
)
def test_nothing_is_said_of_what_may_be_either(argument: str) -> None:
    """Before 2.8 a tuple and a size made a tuple, and the shape of an array is one."""
    facts = out_of(f"out = torch.Tensor({argument})").facts
    assert (facts.shape, facts.range) == (None, None)
