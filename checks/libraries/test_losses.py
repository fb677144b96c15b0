"""Each loss does to its prediction what its row says, in each of the row's cases.

A loss that applies an activation gives on logits what the reference gives on the activated logits; one that wants probabilities
gives on these what the reference gives. The reference is the loss itself told to apply nothing, where it can be told so, else a
formula of our own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from bcelint.contracts import tables
from bcelint.contracts.declared.rows import DeclaredLoss
from bcelint.contracts.schema import REQUIRED, UNKNOWN, TargetForm
from bcelint.facts import Kind
from checks.libraries.real import by_name, real, rows

LOSSES = {by_name(row): row for row in rows() if isinstance(row, DeclaredLoss)}
Formula = Callable[[Tensor, Tensor], Tensor]
"""A loss as a function of probabilities and target."""
BINARY, CLASSES, CHANNELS = "binary", "classes", "channels"


@dataclass(frozen=True)
class Case:
    """One way to make a loss: ``options``, and the same loss told to apply nothing, or a formula of the probabilities."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    target: str = CHANNELS
    plain: dict[str, Any] | None = None
    formula: Formula | None = None
    flat: bool = False
    """The prediction is (N, C), not (N, C, H, W)."""

    @property
    def row(self) -> DeclaredLoss:
        return LOSSES[self.name]


def focal(gamma: float, positive: float = 1.0, negative: float = 1.0) -> Formula:
    def formula(p: Tensor, t: Tensor) -> Tensor:
        return -(positive * t * (1 - p) ** gamma * p.log() + negative * (1 - t) * p**gamma * (1 - p).log())

    return formula


def focal_of_logits(p: Tensor, t: Tensor) -> Tensor:
    """A focal loss that applies a sigmoid, of the logits (known but for what is the same for all classes, which ``sample`` makes 0)."""
    logits = p.log() - p.log().mean(1, keepdim=True)
    return focal(2)(logits.sigmoid(), t)


def of_class(gamma: float = 0.0) -> Formula:
    """Cross-entropy of class indices, focal where gamma is not 0, one number for each place."""

    def formula(p: Tensor, t: Tensor) -> Tensor:
        right = p.gather(1, t.unsqueeze(1)).squeeze(1)
        return -((1 - right) ** gamma) * right.log()

    return formula


def one_hot(p: Tensor, t: Tensor) -> Tensor:
    return F.one_hot(t, p.shape[1]).movedim(-1, 1).to(p)


def dice(p: Tensor, t: Tensor) -> Tensor:
    """1 - Dice's coefficient over all classes together, for each sample."""
    truth = one_hot(p, t)
    return 1 - 2 * (p * truth).sum((1, 2, 3)) / (p + truth).sum((1, 2, 3))


def tversky(p: Tensor, t: Tensor) -> Tensor:
    """1 - Tversky's index with 0.3 and 0.6, for each sample and class."""
    truth = one_hot(p, t)
    tp, fp, fn = ((a * b).sum((2, 3)) for a, b in ((p, truth), (p, 1 - truth), (1 - p, truth)))
    return 1 - tp / (tp + 0.3 * fp + 0.6 * fn)


def smoothed(eps: float) -> Formula:
    def formula(p: Tensor, t: Tensor) -> Tensor:
        return (1 - eps) * of_class()(p, t) - eps * p.log().mean(1)

    return formula


def asymmetric(p: Tensor, t: Tensor) -> Tensor:
    clipped = (1 - p + 0.05).clamp(max=1)
    return -(t * p.log() * (1 - p) + (1 - t) * clipped.log() * (1 - clipped) ** 4)


def fastai_dice(p: Tensor, t: Tensor) -> Tensor:
    truth = one_hot(p, t)
    return (1 - 2 * (p * truth).sum((2, 3)) / (p + truth).sum((2, 3))).sum()


def jensen_shannon(p: Tensor, t: Tensor) -> Tensor:
    first, second, third = p.chunk(3)
    mean = (first + second + third) / 3
    apart = sum((part * (part / mean).log()).sum(1).mean() for part in (first, second, third)) / 3
    return smoothed(0.1)(first, t.chunk(3)[0]).mean() + 12 * apart


def soft(p: Tensor, t: Tensor) -> Tensor:
    return -(F.one_hot(t, p.shape[1]).to(p) * p.log()).sum(1)


def lovasz(p: Tensor, t: Tensor) -> Tensor:
    """The Lovasz extension of the Jaccard loss over the pixels of the batch, averaged over the classes that are there."""
    found = []
    for each in range(p.shape[1]):
        truth = (t == each).to(p).flatten()
        if truth.sum() == 0:
            continue
        errors, order = (truth - p[:, each].flatten()).abs().sort(descending=True)
        truth = truth[order]
        jaccard = 1 - (truth.sum() - truth.cumsum(0)) / (truth.sum() + (1 - truth).cumsum(0))
        found.append((errors * torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]])).sum())
    return torch.stack(found).mean()


def both(first: Formula, second: Formula) -> Formula:
    return lambda p, t: first(p, t).mean() + second(p, t).mean()


def monai_dice(p: Tensor, t: Tensor) -> Tensor:
    return 1 - (2 * (p * t).sum((2, 3)) + 1e-5) / ((p + t).sum((2, 3)) + 1e-5)


def monai_general(p: Tensor, t: Tensor) -> Tensor:
    weight = t.sum((2, 3)) ** -2
    return 1 - (2 * (weight * (p * t).sum((2, 3))).sum(1) + 1e-5) / ((weight * (p + t).sum((2, 3))).sum(1) + 1e-5)


def wasserstein(p: Tensor, t: Tensor) -> Tensor:
    """With distance 1 between any two classes, where class 0 is the background."""
    far = (1 - p.gather(1, t)).flatten(1)
    true = ((t.flatten(1) != 0) * (1 - far)).sum(1)
    return 1 - (2 * true + 1e-5) / (2 * true + far.sum(1) + 1e-5)


def cross_entropy(p: Tensor, t: Tensor) -> Tensor:
    return -(t * p.log()).sum(1)


MONAI, SMP, KORNIA, FASTAI, TIMM = "monai.losses.", "segmentation_models_pytorch.losses.", "kornia.losses.", "fastai.losses.", "timm.loss."
OVERLAPS = (
    "DiceLoss MaskedDiceLoss GeneralizedDiceLoss TverskyLoss HausdorffDTLoss LogHausdorffDTLoss SoftclDiceLoss SoftDiceclDiceLoss MCCLoss"
).split()
NOTHING = {"sigmoid": False, "softmax": False}
CASES = [
    *(Case(MONAI + name, {word: True}, plain=NOTHING) for name in OVERLAPS for word in NOTHING),
    *(Case(MONAI + name, plain={}) for name in OVERLAPS),
    Case(MONAI + "DiceLoss", formula=monai_dice),
    Case(MONAI + "DiceCELoss", {"softmax": True}, formula=both(monai_dice, cross_entropy)),
    Case(MONAI + "DiceCELoss", {"sigmoid": True}, BINARY, formula=both(monai_dice, focal(0))),
    Case(MONAI + "DiceFocalLoss", {"sigmoid": True}, formula=both(monai_dice, focal(2))),
    Case(MONAI + "DiceFocalLoss", {"softmax": True}, formula=both(monai_dice, focal_of_logits)),
    Case(MONAI + "GeneralizedDiceFocalLoss", {"sigmoid": True}, formula=both(monai_general, focal(2))),
    Case(MONAI + "GeneralizedDiceFocalLoss", {"softmax": True}, formula=both(monai_general, focal_of_logits)),
    Case(MONAI + "FocalLoss", {}, formula=focal(2)),
    Case(MONAI + "FocalLoss", {"use_softmax": True, "gamma": 2.0}, formula=lambda p, t: -t * (1 - p) ** 2 * p.log()),
    Case(MONAI + "GeneralizedWassersteinDiceLoss", {"dist_matrix": 1 - torch.eye(3)}, CLASSES, formula=wasserstein),
    *(
        Case(SMP + name, {"mode": mode}, target, plain={"mode": mode, "from_logits": False})
        for name in "DiceLoss JaccardLoss TverskyLoss".split()
        for mode, target in (("binary", BINARY), ("multilabel", CHANNELS), ("multiclass", CLASSES))
    ),
    *(
        Case(SMP + name, {"mode": "multiclass", "from_logits": False}, CLASSES, plain={"mode": "multiclass", "from_logits": False})
        for name in "DiceLoss JaccardLoss TverskyLoss FocalLoss".split()
    ),
    Case(SMP + "FocalLoss", {"mode": "binary"}, BINARY, formula=focal(2)),
    Case(SMP + "FocalLoss", {"mode": "multilabel"}, formula=focal(2)),
    Case(SMP + "FocalLoss", {"mode": "multiclass"}, CLASSES, formula=lambda p, t: focal(2)(p, one_hot(p, t))),
    Case(SMP + "FocalLoss", {"mode": "binary", "from_logits": False}, BINARY, formula=focal(2)),
    Case(SMP + "LovaszLoss", {"mode": "multiclass"}, CLASSES, formula=lovasz),
    Case(SMP + "SoftBCEWithLogitsLoss", formula=focal(0)),
    Case(SMP + "SoftCrossEntropyLoss", {"smooth_factor": 0.1}, CLASSES, formula=smoothed(0.1)),
    Case(KORNIA + "FocalLoss", {"alpha": None, "reduction": "sum"}, CLASSES, formula=lambda p, t: of_class(2)(p, t).sum()),
    Case(KORNIA + "focal_loss", {"alpha": None, "reduction": "sum"}, CLASSES, formula=lambda p, t: of_class(2)(p, t).sum()),
    Case(KORNIA + "BinaryFocalLossWithLogits", {"alpha": 0.25, "reduction": "mean"}, formula=focal(2, 0.25, 0.75)),
    Case(KORNIA + "binary_focal_loss_with_logits", {"alpha": 0.25, "reduction": "mean"}, formula=focal(2, 0.25, 0.75)),
    Case(KORNIA + "DiceLoss", {}, CLASSES, formula=dice),
    Case(KORNIA + "dice_loss", {}, CLASSES, formula=dice),
    Case(KORNIA + "TverskyLoss", {"alpha": 0.3, "beta": 0.6}, CLASSES, formula=tversky),
    Case(KORNIA + "tversky_loss", {"alpha": 0.3, "beta": 0.6}, CLASSES, formula=tversky),
    Case(KORNIA + "LovaszSoftmaxLoss", {}, CLASSES, formula=lambda p, t: sum(lovasz(a[None], b[None]) for a, b in zip(p, t)) / len(p)),
    Case(KORNIA + "lovasz_softmax_loss", {}, CLASSES, formula=lambda p, t: sum(lovasz(a[None], b[None]) for a, b in zip(p, t)) / len(p)),
    Case(FASTAI + "BCEWithLogitsLossFlat", formula=focal(0)),
    Case(FASTAI + "BCELossFlat", formula=focal(0)),
    Case(FASTAI + "CrossEntropyLossFlat", {}, CLASSES, formula=of_class(), flat=True),
    Case(FASTAI + "LabelSmoothingCrossEntropyFlat", {}, CLASSES, formula=smoothed(0.1), flat=True),
    Case(FASTAI + "LabelSmoothingCrossEntropy", {}, CLASSES, formula=smoothed(0.1), flat=True),
    Case(FASTAI + "FocalLossFlat", {}, CLASSES, formula=of_class(2), flat=True),
    Case(FASTAI + "FocalLoss", {}, CLASSES, formula=of_class(2), flat=True),
    Case(FASTAI + "DiceLoss", {}, CLASSES, formula=fastai_dice),
    Case(TIMM + "BinaryCrossEntropy", {"smoothing": 0.0}, formula=focal(0), flat=True),
    Case(TIMM + "AsymmetricLossMultiLabel", {"reduction": "mean"}, formula=asymmetric, flat=True),
    Case(TIMM + "AsymmetricLossSingleLabel", {"gamma_pos": 0, "gamma_neg": 0, "eps": 0.0}, CLASSES, formula=of_class(), flat=True),
    Case(TIMM + "LabelSmoothingCrossEntropy", {}, CLASSES, formula=smoothed(0.1), flat=True),
    Case(TIMM + "SoftTargetCrossEntropy", {}, "distribution", formula=cross_entropy, flat=True),
    Case(TIMM + "JsdCrossEntropy", {}, CLASSES, formula=jensen_shannon, flat=True),
]
OLD_SMP = "segmentation_models_pytorch.utils.losses."
CASES += [Case(OLD_SMP + name, {"activation": given}, plain={}) for name in ("DiceLoss", "JaccardLoss") for given in (None, "sigmoid", "softmax2d")]
CASES += [Case(SMP + "MCCLoss", {}, BINARY, plain={})]
APPLY_NOTHING = {"kornia.losses.LovaszHingeLoss", "kornia.losses.lovasz_hinge_loss"}
"""They want logits, and take them as they are."""


def sample(case: Case) -> tuple[Tensor, Tensor]:
    """Logits that are 0 on average at each place, and a target, of 6 samples."""
    torch.manual_seed(0)
    channels = 1 if case.target == BINARY else 3
    size = (6, channels) if case.flat else (6, channels, 8, 8)
    logits = 2 * torch.randn(size)
    logits -= logits.mean(1, keepdim=True) if channels > 1 else 0
    labels = torch.randint(0, 3, (6, *size[2:]))
    if case.target == CLASSES:
        target = labels.unsqueeze(1) if case.name.endswith("WassersteinDiceLoss") else labels
    elif case.target == BINARY:
        target = torch.randint(0, 2, size).float()
    elif case.target == "distribution" or "DiceCE" in case.name or "use_softmax" in case.options:
        target = F.one_hot(labels, 3).movedim(-1, 1).float()
    else:
        target = torch.randint(0, 2, size).float()
    return logits, target


def contract(case: Case) -> DeclaredLoss:
    """What the row says of this case."""
    row = case.row
    given = {param.name: UNKNOWN if param.default is REQUIRED else param.default for param in (*row.init.params, *row.call.params)}
    given.update(case.options)
    chosen = row.cases.choose(row, lambda name: given.get(name, UNKNOWN))
    assert chosen is not None
    return chosen


def computed(case: Case, options: dict[str, Any], prediction: Tensor, target: Tensor) -> Tensor:
    found = real(case.name)
    value = found(prediction, target, **options) if case.row.function else found(**options)(prediction, target)
    return torch.as_tensor(value).float().mean()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.name}-{case.options}") for case in CASES])
def test_what_it_applies(case: Case) -> None:
    logits, target = sample(case)
    said = contract(case).loss
    assert not contract(case).unclear
    if said.wants is Kind.PROBABILITIES:
        given = activated = logits.sigmoid() if case.target != CLASSES else logits.softmax(1)
    else:
        assert said.wants is Kind.LOGITS
        given, activated = logits, logits.sigmoid() if said.applies == "sigmoid" else logits.softmax(1)
    found = computed(case, case.options, given, target)
    if case.plain is not None:
        options = {key: value for key, value in case.options.items() if key not in ("sigmoid", "softmax", "activation", "from_logits")}
        expected = computed(case, {**options, **case.plain}, activated, target)
    else:
        assert case.formula is not None
        expected = case.formula(activated, target).mean()
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    assert raises_or_differs(case, activated if given is logits else logits, target, found)


def raises_or_differs(case: Case, prediction: Tensor, target: Tensor, found: Tensor) -> bool:
    try:
        return not torch.isclose(found, computed(case, case.options, prediction, target), rtol=1e-3).item()
    except RuntimeError:
        return True


@pytest.mark.parametrize("name", sorted(APPLY_NOTHING))
def test_a_hinge_takes_logits_as_they_are(name: str) -> None:
    """It is 0 where every logit is at least 1 on its own side, whatever its size: an activation would leave it above 0."""
    assert LOSSES[name].loss.applies is None
    assert LOSSES[name].loss.wants is Kind.LOGITS
    target = torch.randint(0, 2, (2, 4, 4))
    logits = torch.where(target == 1, 1.0, -1.0).unsqueeze(1)
    found = real(name)
    value = found(logits, target) if LOSSES[name].function else found()(logits, target)
    assert value.item() == 0


def test_a_binary_lovasz_loss_is_such_a_hinge() -> None:
    case = Case(SMP + "LovaszLoss", {"mode": "binary"})
    assert contract(case).loss.applies is None
    target = torch.randint(0, 2, (2, 1, 4, 4))
    assert real(case.name)(mode="binary")(torch.where(target == 1, 1.0, -1.0), target).item() == 0


def test_every_loss_is_computed() -> None:
    seen = {case.name for case in CASES} | APPLY_NOTHING
    assert seen == set(LOSSES)


def test_every_case_is_computed() -> None:
    """Every contract that a row holds is one that a case reaches, but for those that are said to be unclear."""
    reached = {id(contract(case)) for case in CASES} | {id(contract(Case(SMP + "LovaszLoss", {"mode": "binary"})))}
    for name, row in LOSSES.items():
        for chosen in (row, *(option for _, option in row.cases.options)):
            assert chosen.unclear or id(chosen) in reached or name in APPLY_NOTHING, (name, chosen.loss.wants, chosen.loss.applies)


INDICES = [case for case in CASES if case.row.loss.targets.form is TargetForm.CLASS_INDICES]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in INDICES])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bool])
def test_class_indices_of_another_dtype_raise(case: Case, dtype: torch.dtype) -> None:
    logits, target = sample(case)
    errors: tuple[type[Exception], ...] = (RuntimeError, TypeError, ValueError, IndexError)
    if case.name.startswith(KORNIA):
        errors += (real("kornia.core.exceptions.BaseError"),)
    with pytest.raises(errors):
        computed(case, case.options, logits, target.to(dtype))


def test_the_focal_loss_of_torchvision() -> None:
    """Its row stands among torch's losses."""
    row = tables.loss_function("torchvision.ops.sigmoid_focal_loss")
    assert row is not None
    found = real("torchvision.ops.sigmoid_focal_loss")
    theirs = [(parameter.name, parameter.default) for parameter in inspect.signature(found).parameters.values()]
    assert [name for name, _ in theirs] == [param.name for param in row.func]
    assert [default for _, default in theirs[2:]] == [param.default for param in row.func[2:]]
    logits, target = torch.randn(6, 3), torch.randint(0, 2, (6, 3)).float()
    torch.testing.assert_close(found(logits, target), focal(2, 0.25, 0.75)(logits.sigmoid(), target))
    with pytest.raises(RuntimeError, match="Long"):
        found(logits, target.long())
