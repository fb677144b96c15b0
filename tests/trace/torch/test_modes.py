"""A layer that refuses in training what it takes in evaluation."""

from __future__ import annotations

import pytest

from tests.trace.tracing import value_of

PROGRAM = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(nn.Linear(8, 4), nn.{norm})
    def forward(self, x):
        return self.head(x)
net = Net()
out = torch.sigmoid(z)
try:
    {mode}
    net({shape})
except ValueError:
    out = z
"""
ONE = "torch.randn(1, 8)"


@pytest.mark.parametrize("norm", ["BatchNorm1d(4)", "BatchNorm1d(4, track_running_stats=False)"])
@pytest.mark.parametrize("mode", ["pass", "net.train()", "net.train(True)", "net = net.cuda().train()"])
def test_one_sample_is_refused_in_training(norm: str, mode: str) -> None:
    assert value_of(PROGRAM.format(norm=norm, mode=mode, shape=ONE)) == "logits"


@pytest.mark.parametrize("mode", ["net.eval()", "net.train(False)", "net.head.eval()", "net.head[1].eval()", "net.eval().cuda()"])
def test_and_taken_in_evaluation(mode: str) -> None:
    assert value_of(PROGRAM.format(norm="BatchNorm1d(4)", mode=mode, shape=ONE)) != "logits"


@pytest.mark.parametrize("shape", ["torch.randn(2, 8)", "torch.randn(n, 8)", "torch.randn(1, 4, 8)", "torch.randn(n, m).view(-1, 8)"])
def test_several_samples_are_taken(shape: str) -> None:
    assert value_of(PROGRAM.format(norm="BatchNorm1d(4)", mode="pass", shape=shape)) != "logits"


def test_another_layer_takes_one_sample() -> None:
    assert value_of(PROGRAM.format(norm="LayerNorm(4)", mode="pass", shape=ONE)) == "probabilities"


@pytest.mark.parametrize(
    "mode",
    [
        "net.eval(); net.train()",
        "for part in net.modules(): part.eval()",
        "net.apply(lambda part: part.eval())",
        "for part in net.children(): part.training = False",
        "nn.Module.eval(net)",
        "other = Net().eval(); net.train()",
    ],
)
def test_where_the_file_speaks_of_evaluation_nothing_is_said(mode: str) -> None:
    assert value_of(PROGRAM.format(norm="BatchNorm1d(4)", mode=mode, shape=ONE)) != "logits"


def test_a_pooled_picture_of_one_sample() -> None:
    norm = "Unflatten(1, (4, 1, 1)), nn.BatchNorm2d(4)"
    assert value_of(PROGRAM.format(norm=norm, mode="pass", shape=ONE)) == "logits"
