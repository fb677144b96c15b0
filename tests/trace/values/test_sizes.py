"""What the old constructors make of a ``torch.Size``: a tensor of that shape; of a tuple or a list they make one of its numbers."""

from __future__ import annotations

import pytest
import torch

from tests.trace.tracing import out_of, trace

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
    """The shape of an array is a tuple; what a tuple and a size make hangs on whether the size adds itself, as that of torch 2.13 does."""
    facts = out_of(f"out = torch.Tensor({argument})").facts
    assert (facts.shape, facts.range) == (None, None)


ASKED = ["out.shape[-1] == 3", "out.size(-1) == 3", "out.dim() == 2 and out.shape[1] == 3", "len(out.shape) == 2 and out.size(1) == 3",
         "out.ndim == 4 and out.shape[3] == 3", "out.size()[-1] == 3"]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_a_width_is_known_whatever_the_rank_is(asked: str) -> None:
    """Behind a Linear the last size is known, and the second one where the program has asked for two dimensions."""
    program = f"""
    def f(data):
        net = nn.Linear(4, {{width}})
        out = net(data)
        if {asked}:
            return F.binary_cross_entropy(net(data), torch.ones(4, {{width}}))
    """
    assert trace(program.format(width=3)).codes == [(6, "BCE101")]
    assert trace(program.format(width=2)).codes == []


@pytest.mark.parametrize(
    "asked", ["out.dim() == 3 and out.shape[1] == 3", "out.shape[1] == 3", "out.shape[0] == 3", "len(out) == 3", "out.size(1) == 3"]
)
def test_other_sizes_are_not(asked: str) -> None:
    program = f"""
    def f(data):
        net = nn.Linear(4, 2)
        out = net(data)
        if {asked}:
            return F.binary_cross_entropy(net(data).view(-1, 2), torch.ones(4, 2))
    """
    assert trace(program).codes == [(6, "BCE101")]


@pytest.mark.parametrize("asked", ["out.dim() != 2", "len(out.shape) > 2", "out.dim() == 3", "not out.ndim == 2"])
def test_what_stands_behind_a_question_for_the_rank_is_judged(asked: str) -> None:
    program = f"""
    def f(data):
        out = nn.Linear(4, 3)(data)
        if {asked}:
            return F.binary_cross_entropy(out, torch.ones(2, 4, 3))
    """
    assert trace(program).codes == [(5, "BCE101")]
