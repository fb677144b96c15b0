"""Where a repair claims to keep the numbers, loss and gradient agree; where it claims to let the model learn, it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fix.repairing import HEADER, fix_text

torch = pytest.importorskip("torch")

DATA = """
torch.manual_seed(3)
z = (3 * torch.randn(16, 5, dtype=torch.float64)).requires_grad_()
y = torch.rand(16, 5, dtype=torch.float64)
"""


def run(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(HEADER + text, "program.py", "exec"), names)
    return names


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        pytest.param("loss = F.binary_cross_entropy(torch.sigmoid(z), y)\n", True, id="901 function"),
        pytest.param("loss = nn.BCELoss(reduction='sum')(z.sigmoid().view(-1), y.view(-1))\n", True, id="901 criterion"),
        pytest.param("p = torch.sigmoid(z)\nloss = F.binary_cross_entropy(p, y, y)\n", True, id="901 weight"),
        pytest.param("loss = F.cross_entropy(F.log_softmax(z, dim=1), y.argmax(1))\n", True, id="902"),
    ],
)
def test_advice_keeps_loss_and_gradient(tmp_path: Path, text: str, advice: bool) -> None:
    result = fix_text(tmp_path, DATA + text, advice=advice)
    assert {safety for _, safety, _ in result.titles} == {"safe"}
    before, after = run(DATA + text + "loss.backward()\n"), run(result.text + "loss.backward()\n")
    assert torch.allclose(before["loss"], after["loss"], rtol=0, atol=1e-6)
    assert torch.allclose(before["z"].grad, after["z"].grad, rtol=0, atol=1e-6)


def test_twin_is_the_loss_of_the_sigmoid(tmp_path: Path) -> None:
    """What BCE101 puts in place of BCELoss on logits is BCELoss on their sigmoid."""
    names = "net = nn.Linear(5, 5).double()\nout = net(z.detach())\n"
    result = fix_text(tmp_path, DATA + names + "loss = F.binary_cross_entropy(out, y)\n", unsafe=False)
    assert result.titles
    meant = run(DATA + names + "loss = F.binary_cross_entropy(torch.sigmoid(out), y)\nloss.backward()\n")
    after = run(result.text + "loss.backward()\n")
    assert torch.allclose(meant["loss"], after["loss"], rtol=0, atol=1e-6)
    assert torch.allclose(meant["net"].weight.grad, after["net"].weight.grad, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        pytest.param("nn.Sequential(nn.Linear(5, 5), nn.Softmax(1))", "F.cross_entropy(model(x), y)", id="log of a softmax"),
        pytest.param("nn.Sequential(nn.Linear(5, 5), nn.Sigmoid())", "F.cross_entropy(model(x), y)", id="sigmoid undone"),
    ],
)
def test_what_undoes_an_activation_is_the_loss_of_the_logits(tmp_path: Path, model: str, loss: str) -> None:
    text = f"torch.manual_seed(0)\nmodel = {model}.double()\nx, y = torch.randn(9, 5).double(), torch.randint(0, 5, (9,))\nloss = {loss}\n"
    result = fix_text(tmp_path, text)
    assert result.titles
    meant = run(text.replace("model(x)", "model[0](x)") + "loss.backward()\n")
    after = run(result.text + "loss.backward()\n")
    assert torch.allclose(meant["loss"], after["loss"], rtol=0, atol=1e-6)
    assert torch.allclose(meant["model"][0].weight.grad, after["model"][0].weight.grad, rtol=0, atol=1e-5)


@pytest.mark.parametrize("loss", ["F.cross_entropy(model(x), y)", "F.nll_loss(model(x), y)", "F.kl_div(model(x), x.softmax(1))"])
def test_probabilities_that_are_zero_leave_loss_and_gradient_finite(tmp_path: Path, loss: str) -> None:
    text = (
        "x, y = torch.eye(4, 5), torch.arange(4)\nnet = nn.Linear(5, 5)\nmodel = nn.Sequential(net, nn.Softmax(1))\n"
        f"with torch.no_grad():\n    net.weight.copy_(torch.eye(5).roll(1, 0) * 500)\n    assert (model(x) == 0).any()\nloss = {loss}\n"
    )
    result = fix_text(tmp_path, text)
    assert result.titles
    after = run(result.text + "loss.backward()\n")
    assert after["loss"].isfinite()
    assert after["net"].weight.grad.isfinite().all()


TRAIN = """
torch.manual_seed(0)
x = torch.randn(64, 4)
y = {target}
net = nn.Linear(4, {width})
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
for _ in range(300):
    out = net(x)
    loss = {loss}
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


@pytest.mark.parametrize(
    ("target", "width", "loss", "floor"),
    [
        pytest.param("(x[:, :1] > 0).float()", 1, "F.binary_cross_entropy_with_logits(torch.sigmoid(out), y)", 0.5, id="102"),
        pytest.param("(x[:, 0] > 0).long()", 2, "F.cross_entropy(torch.softmax(out, 1), y)", 0.313, id="103"),
    ],
)
def test_repaired_program_learns_what_the_broken_one_can_not(tmp_path: Path, target: str, width: int, loss: str, floor: float) -> None:
    text = TRAIN.format(target=target, width=width, loss=loss)
    result = fix_text(tmp_path, text, unsafe=False)
    assert result.titles
    assert run(text)["loss"] > floor > 3 * run(result.text)["loss"]
