"""Each loss of the contract tables as its plain definition, in float64.

They say what a loss computes, for whoever wants to check what is claimed of it: slow, readable, built of torch's arithmetic and never of
torch's own loss functions. Names, arguments and defaults are those of ``torch.nn.functional`` without the deprecated ``size_average`` and
``reduce``. Arguments of any dtype are taken and computed in float64 (so there is no dtype error here), and autograd goes through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable

from torch import Tensor

from bcelint.runtime.reference.binary import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    multilabel_soft_margin_loss,
    sigmoid_focal_loss,
    soft_margin_loss,
)
from bcelint.runtime.reference.classes import cross_entropy, nll_loss
from bcelint.runtime.reference.ctc import ctc_loss
from bcelint.runtime.reference.densities import gaussian_nll_loss, kl_div, poisson_nll_loss

REFERENCE: Mapping[str, Callable[..., Tensor]] = {
    "BCELoss": binary_cross_entropy,
    "BCEWithLogitsLoss": binary_cross_entropy_with_logits,
    "CrossEntropyLoss": cross_entropy,
    "NLLLoss": nll_loss,
    "NLLLoss2d": nll_loss,
    "KLDivLoss": kl_div,
    "CTCLoss": ctc_loss,
    "MultiLabelSoftMarginLoss": multilabel_soft_margin_loss,
    "SoftMarginLoss": soft_margin_loss,
    "PoissonNLLLoss": poisson_nll_loss,
    "GaussianNLLLoss": gaussian_nll_loss,
    "sigmoid_focal_loss": sigmoid_focal_loss,
}
"""The definitions by the names of ``bcelint/contracts/losses.py``."""
