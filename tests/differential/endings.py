"""What a model can end in: how it is written, and what values come out."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass


class Values(enum.Enum):
    """What comes out of an ending, in the words of the losses' docs."""

    LOGITS = "logits"
    SIGMOID = "probabilities of a sigmoid"
    SOFTMAX = "probabilities of a softmax"
    LOG_SOFTMAX = "log-probabilities of a softmax"
    LOG_SIGMOID = "log-probabilities of a sigmoid"
    OTHER = "no more than their range is known"


@dataclass(frozen=True)
class Ending:
    """``calls`` are ways to write it, around ``{}``; ``layer`` the module, where there is one. ``[low, high]`` holds all values.

    ``always_leaves`` says that any handful of random logits leaves [0, 1] behind it, also one of which all are positive.
    """

    name: str
    values: Values
    low: float
    high: float
    calls: tuple[str, ...]
    layer: str | None = None
    always_leaves: bool = True

    @property
    def of_classes(self) -> bool:
        """It runs over the dimension of the classes."""
        return self.values in (Values.SOFTMAX, Values.LOG_SOFTMAX) or "softmax" in self.calls[0]

    @property
    def in_unit(self) -> bool:
        return self.low >= 0 and self.high <= 1

    @property
    def is_probability(self) -> bool:
        return self.values in (Values.SIGMOID, Values.SOFTMAX)


INF = math.inf
LOGITS = Ending("none", Values.LOGITS, -INF, INF, ("{}",), "nn.Identity()")
ENDINGS = (
    LOGITS,
    Ending("sigmoid", Values.SIGMOID, 0, 1, ("torch.sigmoid({})", "F.sigmoid({})", "{}.sigmoid()", "nn.Sigmoid()({})"), "nn.Sigmoid()"),
    Ending(
        "softmax",
        Values.SOFTMAX,
        0,
        1,
        ("torch.softmax({}, dim=1)", "F.softmax({}, 1)", "{}.softmax(dim=1)", "nn.Softmax(dim=1)({})"),
        "nn.Softmax(dim=1)",
    ),
    Ending(
        "log_softmax",
        Values.LOG_SOFTMAX,
        -INF,
        0,
        ("torch.log_softmax({}, dim=1)", "F.log_softmax({}, 1)", "{}.log_softmax(1)", "nn.LogSoftmax(dim=1)({})", "torch.log(F.softmax({}, dim=1))"),
        "nn.LogSoftmax(dim=1)",
    ),
    Ending("log_of_softmax", Values.LOG_SOFTMAX, -INF, 0, ("torch.log(torch.softmax({}, dim=1) + 1e-8)", "(F.softmax({}, dim=1) + 1e-6).log()")),
    Ending("logsigmoid", Values.LOG_SIGMOID, -INF, 0, ("F.logsigmoid({})", "torch.log(torch.sigmoid({}))"), "nn.LogSigmoid()"),
    Ending("tanh", Values.OTHER, -1, 1, ("torch.tanh({})", "{}.tanh()", "F.tanh({})"), "nn.Tanh()", False),
    Ending("relu", Values.OTHER, 0, INF, ("F.relu({})", "torch.relu({})", "{}.relu()", "{}.clamp(min=0)"), "nn.ReLU()", False),
    Ending("relu in place", Values.OTHER, 0, INF, ("F.relu({} + 0, inplace=True)",), "nn.ReLU(inplace=True)", False),
    Ending("softplus", Values.OTHER, 0, INF, ("F.softplus({})",), "nn.Softplus()", False),
    Ending("exp", Values.OTHER, 0, INF, ("torch.exp({})", "{}.exp()"), None, False),
    Ending("square", Values.OTHER, 0, INF, ("({}) ** 2", "torch.pow({}, 2)", "{}.pow(2)", "torch.square({})"), None, False),
    Ending("sigmoid of a square", Values.SIGMOID, 0, 1, ("torch.sigmoid({} ** 2)", "({} ** 2).sigmoid()")),
    Ending("elu", Values.OTHER, -1, INF, ("F.elu({})",), "nn.ELU()"),
    Ending("gelu", Values.OTHER, -0.2, INF, ("F.gelu({})",), "nn.GELU()"),
    Ending("silu", Values.OTHER, -0.3, INF, ("F.silu({})", "torch.sigmoid({0}) * {0}"), "nn.SiLU()"),
    Ending("mish", Values.OTHER, -0.4, INF, ("F.mish({})",), "nn.Mish()"),
    Ending("leaky relu", Values.OTHER, -INF, INF, ("F.leaky_relu({}, 0.1)",), "nn.LeakyReLU(0.1)"),
    Ending("selu", Values.OTHER, -2, INF, ("F.selu({})",), "nn.SELU()"),
    Ending("relu6", Values.OTHER, 0, 6, ("F.relu6({})", "{}.clamp(0, 6)"), "nn.ReLU6()", False),
    Ending("softsign", Values.OTHER, -1, 1, ("F.softsign({})", "{0} / (1 + {0}.abs())"), "nn.Softsign()", False),
    Ending("hardtanh", Values.OTHER, -1, 1, ("F.hardtanh({})", "{}.clamp(-1, 1)"), "nn.Hardtanh()", False),
    Ending("hardsigmoid", Values.OTHER, 0, 1, ("F.hardsigmoid({})",), "nn.Hardsigmoid()"),
    Ending("shifted tanh", Values.OTHER, 0, 1, ("(torch.tanh({}) + 1) / 2", "0.5 * (1 + torch.tanh({}))")),
    Ending("clamp", Values.OTHER, 0, 1, ("{}.clamp(0, 1)", "torch.clamp({}, min=0.0, max=1.0)", "torch.clip({}, 0, 1)")),
    Ending("one minus sigmoid", Values.OTHER, 0, 1, ("1 - torch.sigmoid({})", "1.0 - {}.sigmoid()", "torch.sigmoid({}).neg().add(1)")),
    Ending("sigmoid by hand", Values.OTHER, 0, 1, ("1 / (1 + torch.exp(-{}))", "(1 + (-{}).exp()).reciprocal()")),
    Ending("clamped sigmoid", Values.SIGMOID, 0, 1, ("torch.sigmoid({}).clamp(1e-6, 1 - 1e-6)", "torch.clamp(F.sigmoid({}), 1e-7, 1.0)")),
    Ending("exp of log_softmax", Values.OTHER, 0, 1, ("F.log_softmax({}, dim=1).exp()", "torch.exp(F.log_softmax({}, 1))")),
    Ending("dropout", Values.LOGITS, -INF, INF, ("F.dropout({}, 0.1)",), "nn.Dropout(0.1)"),
    Ending("scaled", Values.LOGITS, -INF, INF, ("{} / 2.0", "3 * {}", "{} - 1")),
)
"""A softmax is written for the second dimension. The simplest come first: examples shrink towards them."""
