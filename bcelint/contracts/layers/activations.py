"""Activations and dropout as layers: each is its function."""

from __future__ import annotations

from bcelint.contracts.layers.rows import is_function, layer
from bcelint.contracts.rows import KEPT, MEASURED
from bcelint.facts import UNIT, Kind

DROPOUT = "p=0.5, inplace=False"
ROWS = (
    is_function("nn.Sigmoid", "", "torch.sigmoid"),
    is_function("nn.Tanh", "", "torch.tanh"),
    is_function("nn.ReLU", "inplace=False", "F.relu"),
    is_function("nn.ReLU6", "inplace=False", "F.relu6"),
    is_function("nn.ELU", "alpha=1.0, inplace=False", "F.elu"),
    is_function("nn.SELU", "inplace=False", "F.selu"),
    is_function("nn.CELU", "alpha=1.0, inplace=False", "F.celu"),
    is_function("nn.GELU", "approximate='none'", "F.gelu"),
    is_function("nn.SiLU", "inplace=False", "F.silu"),
    is_function("nn.Mish", "inplace=False", "F.mish"),
    is_function("nn.Hardswish", "inplace=False", "F.hardswish"),
    is_function("nn.Hardsigmoid", "inplace=False", "F.hardsigmoid"),
    is_function("nn.Hardtanh", "min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None", "F.hardtanh"),
    is_function("nn.LeakyReLU", "negative_slope=0.01, inplace=False", "F.leaky_relu"),
    layer("nn.PReLU", "num_parameters=1, init=0.25, device=None, dtype=None", grad=True),
    is_function("nn.RReLU", "lower=0.125, upper=0.3333333333333333, inplace=False", "F.rrelu"),
    is_function("nn.Softplus", "beta=1.0, threshold=20.0", "F.softplus"),
    is_function("nn.Softsign", "", "F.softsign"),
    is_function("nn.Threshold", "threshold, value, inplace=False", "F.threshold"),
    is_function("nn.Hardshrink", "lambd=0.5", "F.hardshrink"),
    is_function("nn.Softshrink", "lambd=0.5", "F.softshrink"),
    is_function("nn.Tanhshrink", "", "F.tanhshrink"),
    is_function("nn.GLU", "dim=-1", "F.glu"),
    is_function("nn.LogSigmoid", "", "F.logsigmoid"),
    is_function("nn.Softmax", "dim=None", "F.softmax"),
    is_function("nn.Softmin", "dim=None", "F.softmin"),
    is_function("nn.LogSoftmax", "dim=None", "F.log_softmax"),
    layer("nn.Softmax2d", range=UNIT, kind=Kind.PROBABILITIES, axis=-3),
    *(is_function(f"nn.Dropout{n}", DROPOUT, "F.dropout") for n in ("", "1d", "2d", "3d")),
    layer("nn.AlphaDropout nn.FeatureAlphaDropout", DROPOUT),
    layer("nn.Identity", "*args, **kwargs", MEASURED, **KEPT),
)
