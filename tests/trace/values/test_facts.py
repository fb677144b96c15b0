"""What is known of tensors beside range and kind: dtype and shape, through operators and indexing."""

from __future__ import annotations

import pytest

from tests.trace.tracing import out_of

ROWS = "q = nn.Linear(5, 6)(torch.randn(2, 3, 5))\n"


@pytest.mark.parametrize(
    ("text", "shape", "dtype"),
    [
        ("q ** 2", "(2, 3, 6)", "float32"),
        ("2 ** q", "(2, 3, 6)", "float32"),
        ("q ** q", "(2, 3, 6)", "float32"),
        ("q[:, :1]", "(2, 1, 6)", "float32"),
        ("q[..., 2:-1]", "(2, 3, 3)", "float32"),
        ("q[1:, :, ::2]", "(1, 3, 3)", "float32"),
        ("q[:anything.n, :1]", "(N, 1, 6)", "float32"),
        ("q[:, anything.i:anything.i + 1]", "(2, ?, 6)", "float32"),
        ("(q > 0) ** 2", "(2, 3, 6)", "int64"),
    ],
)
def test_shape_and_dtype(text: str, shape: str, dtype: str) -> None:
    facts = out_of(f"{ROWS}out = {text}").facts
    assert (str(facts.value("shape")), facts.value("dtype").value) == (shape, dtype)


def test_power_in_place() -> None:
    facts = out_of(f"{ROWS}q **= 2\nout = q").facts
    assert (str(facts.value("shape")), str(facts.interval)) == ("(2, 3, 6)", "[0, inf)")


@pytest.mark.parametrize(
    ("loader", "shape"),
    [
        ("DataLoader(data, batch_size=8)", "(8, 3)"),
        ("DataLoader(data, 8, shuffle=True)", "(8, 3)"),
        ("DataLoader(data, 99)", "(24, 3)"),
        ("DataLoader(data, 10)", "(N, 3)"),
        ("DataLoader(data, anything.n)", "(N, 3)"),
        ("DataLoader(data)", "(N, 3)"),
        ("DataLoader(data, 8, sampler=anything)", "(N, 3)"),
        ("DataLoader(Subset(data, anything), 8)", "(N, 3)"),
        ("DataLoader(random_split(data, [20, 4])[0], 8)", "(N, 3)"),
        ("DataLoader(TensorDataset(anything.x, torch.rand(24, 3)), 8)", "(N, 3)"),
    ],
)
def test_size_of_a_batch(loader: str, shape: str) -> None:
    """A number where all batches have it; datasets that are parts of others have an unknown length."""
    imports = "from torch.utils.data import DataLoader, Subset, TensorDataset, random_split\n"
    made = f"data = TensorDataset(torch.rand(24, 5), torch.rand(24, 3))\nfor x, out in {loader}: pass"
    assert str(out_of(imports + made).facts.value("shape")) == shape


@pytest.mark.parametrize(
    ("method", "dtypes"),
    [
        ("net.half()", (None, "int64")),
        ("net.to(torch.float64)", (None, "int64")),
        ("net.type(torch.int8)", (None, None)),
        ("net.to('cuda')", ("float32", "int64")),
        ("net.to(device='cuda:0').train()", ("float32", "int64")),
        ("outer.double()", (None, "int64")),
        ("listed.double()", (None, "int64")),
    ],
)
def test_tensors_of_a_module_that_is_cast(method: str, dtypes: tuple[str | None, str | None]) -> None:
    program = f"""
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.rand(3))
            self.register_buffer("kinds", torch.arange(3))
    class Outer(nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net
    net = Net()
    outer, listed = Outer(net), nn.Sequential(net, nn.ReLU())
    {method}
    out = net."""
    found = [out_of(f"{program}{name}").facts.value("dtype") for name in ("w", "kinds")]
    assert tuple(None if dtype is None else dtype.value for dtype in found) == dtypes


def test_a_module_that_is_emptied() -> None:
    made = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = torch.arange(3)\nnet = Net()\n"
    assert str(out_of(f"{made}out = net.w").facts.interval) == "[0, 2]"
    assert out_of(f"{made}net.to_empty(device='cpu')\nout = net.w").facts.interval is None


@pytest.mark.parametrize(
    ("setting", "dtype"),
    [
        ("torch.set_default_dtype(torch.float64)", "floating"),
        ("torch.set_default_dtype(anything.dtype)", "floating"),
        ("torch.set_default_tensor_type('torch.DoubleTensor')", "floating"),
        ("torch.set_default_dtype(torch.float32)", "float32"),
        ("torch.set_default_tensor_type(torch.cuda.FloatTensor)", "float32"),
        ("torch.set_default_device('cuda')", "float32"),
    ],
)
def test_another_default_dtype(setting: str, dtype: str) -> None:
    assert out_of(f"{setting}\nout = torch.rand(3)").facts.value("dtype").value == dtype
    assert out_of(f"{setting}\nout = torch.ones(3).long()").facts.value("dtype").value == "int64"
