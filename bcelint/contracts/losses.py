"""The losses: what each wants of its prediction and target. Signatures are those of torch 2.13."""

from __future__ import annotations

from typing import Any

from bcelint.contracts.rows import page, signature
from bcelint.contracts.schema import Loss, Target, TargetForm
from bcelint.facts import NON_POSITIVE, UNIT, Interval, Kind

REDUCE = "size_average=None, reduce=None, reduction='mean'"


def loss(
    name: str, function: str | None, wants: Kind | None, init: str, func: str, targets: Target, call: str = "input, target", **more: Any
) -> Loss:
    cls = f"torch.nn.{name}"
    full = None if function is None else f"torch.nn.functional.{function}"
    return Loss(name, cls, full, wants, page(cls), signature(init), signature(call), signature(func), targets=targets, **more)


PER_ELEMENT = Target(TargetForm.PER_ELEMENT, UNIT, same_shape=True)
SIGNS = Interval(-1.0, 1.0)
CLASSES = "weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'"
FOCAL = "torchvision.ops.sigmoid_focal_loss"

ROWS = (
    loss(
        "BCELoss",
        "binary_cross_entropy",
        Kind.PROBABILITIES,
        f"weight=None, {REDUCE}",
        f"input, target, weight=None, {REDUCE}",
        PER_ELEMENT,
        range=UNIT,
        autocasts=False,
    ),
    loss(
        "BCEWithLogitsLoss",
        "binary_cross_entropy_with_logits",
        Kind.LOGITS,
        f"weight=None, {REDUCE}, pos_weight=None",
        f"input, target, weight=None, {REDUCE}, pos_weight=None",
        PER_ELEMENT,
        applies="sigmoid",
    ),
    loss(
        "CrossEntropyLoss",
        "cross_entropy",
        Kind.LOGITS,
        f"{CLASSES}, label_smoothing=0.0",
        f"input, target, {CLASSES}, label_smoothing=0.0",
        Target(TargetForm.CLASSES),
        applies="softmax",
    ),
    loss(
        "NLLLoss",
        "nll_loss",
        Kind.LOG_PROBABILITIES,
        CLASSES,
        f"input, target, {CLASSES}",
        Target(TargetForm.CLASS_INDICES),
        range=NON_POSITIVE,
    ),
    loss(
        "NLLLoss2d",
        None,
        Kind.LOG_PROBABILITIES,
        CLASSES,
        "",
        Target(TargetForm.CLASS_INDICES),
        range=NON_POSITIVE,
    ),
    loss(
        "KLDivLoss",
        "kl_div",
        Kind.LOG_PROBABILITIES,
        f"{REDUCE}, log_target=False",
        f"input, target, {REDUCE}, log_target=False",
        Target(TargetForm.DISTRIBUTION, broadcasts=True),
        range=NON_POSITIVE,
    ),
    loss(
        "CTCLoss",
        "ctc_loss",
        Kind.LOG_PROBABILITIES,
        "blank=0, reduction='mean', zero_infinity=False",
        "log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean', zero_infinity=False",
        Target(TargetForm.SEQUENCES),
        call="log_probs, targets, input_lengths, target_lengths",
        range=NON_POSITIVE,
        prediction="log_probs",
        target="targets",
    ),
    loss(
        "MultiLabelSoftMarginLoss",
        "multilabel_soft_margin_loss",
        Kind.LOGITS,
        f"weight=None, {REDUCE}",
        f"input, target, weight=None, {REDUCE}",
        Target(TargetForm.PER_ELEMENT, UNIT, broadcasts=True),
        applies="sigmoid",
    ),
    loss(
        "SoftMarginLoss",
        "soft_margin_loss",
        Kind.LOGITS,
        REDUCE,
        f"input, target, {REDUCE}",
        Target(TargetForm.PER_ELEMENT, SIGNS, same_shape=True, broadcasts=True),
        applies="sigmoid",
    ),
    loss(
        "PoissonNLLLoss",
        "poisson_nll_loss",
        None,
        "log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean'",
        "input, target, log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean'",
        Target(TargetForm.PER_ELEMENT, broadcasts=True),
        call="log_input, target",
        prediction="log_input",
    ),
    loss(
        "GaussianNLLLoss",
        "gaussian_nll_loss",
        None,
        "*, full=False, eps=1e-06, reduction='mean'",
        "input, target, var, full=False, eps=1e-06, reduction='mean'",
        Target(TargetForm.PER_ELEMENT, broadcasts=True),
        call="input, target, var",
    ),
    Loss(
        "sigmoid_focal_loss",
        "",
        FOCAL,
        Kind.LOGITS,
        "docs.pytorch.org/vision/stable/generated/torchvision.ops.sigmoid_focal_loss.html",
        func=signature("inputs, targets, alpha=0.25, gamma=2, reduction='none'"),
        call=signature("inputs, targets"),
        applies="sigmoid",
        targets=PER_ELEMENT,
        prediction="inputs",
        target="targets",
    ),
)
