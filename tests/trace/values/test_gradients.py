"""Which tensors require a gradient after they were changed, cast or written over, recorded or not: as torch has it."""

from __future__ import annotations

import pytest

from tests.trace.tracing import out_of

OFF = "with torch.no_grad():\n    "
WEIGHT = "w = nn.Parameter(torch.rand(2, 3))\n"
PROGRAMS = [
    f"{WEIGHT}{OFF}w.uniform_()\nout = w",
    f"{WEIGHT}{OFF}w.mul_(2)\nout = w",
    f"{WEIGHT}{OFF}w += 1\nout = w",
    f"{WEIGHT}{OFF}w.erfinv_()\nout = w",
    f"{WEIGHT}{OFF}w.data.clamp_(0, 1)\nout = w",
    f"{WEIGHT}{OFF}w[0] = 1\nout = w",
    f"{WEIGHT}{OFF}out = w * 2",
    f"{WEIGHT}{OFF}out = nn.Parameter(w * 2)",
    f"{WEIGHT}{OFF}out = nn.Parameter(w * 2, requires_grad=False)",
    f"{WEIGHT}{OFF}out = w.double()",
    f"{WEIGHT}x = torch.zeros(2, 3)\n{OFF}x.add_(w)\nout = x",
    f"{WEIGHT}x = torch.zeros(2, 3)\nx.add_(w)\nout = x",
    f"{WEIGHT}x = w * 2\nx[0] = 0.\nout = x",
    f"{WEIGHT}x = w * 2\nx[0] = torch.zeros(3)\nout = x",
    f"{WEIGHT}x = torch.zeros(2, 3)\nx[0] = w[0]\nout = x",
    "x = torch.zeros(2, 3)\nx[0] = 1\nout = x",
    "x = torch.zeros(2, 3)\nx[0] = torch.ones(3)\nout = x",
    "out = torch.rand(2, 3).requires_grad_().detach_()",
    f"{WEIGHT}w.requires_grad_(False)\nout = w",
    f"{WEIGHT}w.requires_grad = False\nout = w",
    "out = torch.rand(2, 3).requires_grad_().requires_grad_(False)",
    f"{WEIGHT}out = w.detach()\n{OFF}w.mul_(2)",
    f"x = torch.zeros(2, 3)\n{OFF}x.copy_(nn.Linear(3, 3)(torch.rand(2, 3)))\nout = x",
]
NOT_KNOWN = [
    pytest.param(f"{WEIGHT}{OFF}out = w.float()", id="it is the same tensor where there is nothing to cast"),
    pytest.param(f"{WEIGHT}{OFF}out = w.to('cuda')", id="the same where there is nothing to move"),
    pytest.param(f"{WEIGHT}x = torch.zeros(2, 3)\ny = x\ny.add_(w)\nout = x * 1", id="another name has brought one"),
    pytest.param(f"{OFF}out = list(anything.parameters())[0]", id="nothing is computed"),
    pytest.param(f"{WEIGHT}w.requires_grad_(bool(anything))\nout = w", id="it is not known whether it is wanted"),
    pytest.param(f"{OFF}out = anything.weight()", id="an accessor"),
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_as_torch_has_it(program: str) -> None:
    torch = pytest.importorskip("torch")
    names = {"torch": torch, "nn": torch.nn}
    exec(program, names)
    assert out_of(program).facts.value("grad") is names["out"].requires_grad


@pytest.mark.parametrize("program", NOT_KNOWN)
def test_not_known(program: str) -> None:
    assert out_of(program).facts.value("grad") is not False


def test_a_model_that_is_not_followed_computes() -> None:
    assert out_of(f"{OFF}out = anything(z)").facts.value("grad") is False
