"""The hypothesis strategy that draws programs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tests.differential import more_criteria, more_models, wiring
from tests.differential.criteria import CRITERIA as FEW_CRITERIA
from tests.differential.criteria import Named
from tests.differential.endings import ENDINGS, LOGITS, Ending, Values
from tests.differential.models import WITH_CALL, WITH_LAYER, Model, Parts
from tests.differential.oracle import BCE, FUNCTIONS, OF_CLASSES, Expected, Facts, expected
from tests.differential.program import LAYOUTS, SPELLINGS, Program, Sections, assemble
from tests.differential.targets import CLASSES, DISTRIBUTIONS, PER_ELEMENT, SEQUENCES, Target

NEED_LAYER = {**WITH_LAYER, **more_models.WITH_LAYER}
"""The forms of a model that take the last activation as a layer."""
FORMS = {**NEED_LAYER, **WITH_CALL, **more_models.WITH_CALL}
CRITERIA = {**FEW_CRITERIA, **more_criteria.CRITERIA}
LOSSES = ("BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", *FUNCTIONS, "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss")
"""The commonest more often."""
FLAT_BATCH = {"n": "24,", "first": "24", "rest": ""}
IMAGE_BATCH = {"n": "4, 5, 5", "first": "4", "rest": ", 5, 5"}
IMAGES = (
    (5, ("nn.Conv2d(3, 16, 3, padding=1)", "{}")),
    (5, ("nn.Conv2d(3, 16, kernel_size=5, padding='same')", "{}")),
    (7, ("nn.Conv2d(3, 16, 3)", "{}")),
    (9, ("nn.Conv2d(3, 16, 3, stride=2, padding=1)", "{}")),
    (10, ("nn.Conv2d(3, 16, (1, 1))", "{}", "nn.MaxPool2d(2)")),
    (3, ("nn.ConvTranspose2d(3, 16, 3)", "{}")),
)
"""The size of an image, and layers that bring it to 5."""
CROPPED = ((5, ("nn.Conv2d(3, 16, 3)", "{}")), (8, ("nn.Conv2d(3, 16, 3, padding=1)", "{}", "nn.AvgPool2d(2)")))
"""The same with layers that leave another size."""
SQUEEZES = {False: (".squeeze(1)", ".squeeze(-1)", ".squeeze()", ".view(-1)", "[:, 0]", ".flatten()"), True: (".squeeze(1)", "[:, 0]")}
SIBLING = """\
class Sibling(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(5, 1)
        self.act = nn.Sigmoid()

    def forward(self, x):
        return self.act(self.body(x))
"""
DECOYS = ("", SIBLING, "def unused(z):\n    return torch.softmax(z, dim=1)\n")
THRESHOLDED = Ending("threshold", Values.OTHER, 0, 1, ("{}",))
NEAR = replace(LOGITS, always_leaves=False)
CUTS = {"detach": "({}).detach()", "data": "({}).data", "round": "torch.round({})", "threshold": "(({}) > 0.5).float()"}


@st.composite
def programs(draw: Any) -> Program:
    """Programs with one or two loss calls. What raises comes last, and at most one does."""
    parts = [draw(units(name)) for name in ("a", "b")[: draw(st.integers(1, 2))]]
    parts.sort(key=lambda part: bool(part[1].raises - {""}))
    if len(parts) == 2 and all(part[1].raises - {""} for part in parts):
        parts = parts[:1]
    layout, spelling = draw(st.sampled_from(LAYOUTS)), draw(st.sampled_from(list(SPELLINGS)))
    files = assemble([part[0] for part in parts], layout, spelling, draw(st.booleans()), draw(st.integers(0, 3)))
    return Program(files, {part[3]: part[1] for part in parts}, "; ".join(part[2] for part in parts))


@st.composite
def units(draw: Any, name: str) -> tuple[Sections, Expected, str, str]:
    """One loss call with all that belongs to it, and what is expected of it."""
    loss = draw(st.sampled_from(LOSSES))
    spatial = loss in ("BCELoss", "BCEWithLogitsLoss", *OF_CLASSES) and draw(st.integers(0, 4)) == 4
    shape = draw(st.sampled_from(_shapes(loss)))
    classes = 1 if shape != "NC" else draw(st.sampled_from((3, 2, 10)))
    # More columns than are used, of which some are cut out; CTC has its classes elsewhere.
    spare = 0 if shape == "N" or loss == "CTCLoss" else draw(st.sampled_from((0, 0, 0, 2)))
    facts, form, cut = _choices(draw, loss, spatial, shape, classes + spare)
    cropped = spatial and loss in BCE and not facts.swapped and draw(st.integers(0, 5)) == 5
    facts = replace(facts, cropped=cropped)
    holds = expected(facts)
    assert holds is not None
    steps = loss == "CTCLoss"
    ending = _along_last(form[1]) if steps else form[1]
    batch = {"n": "4,", "first": "4", "rest": ""} if steps else IMAGE_BATCH if spatial else FLAT_BATCH
    post = draw(st.sampled_from(SQUEEZES[spatial])) if shape == "N" else draw(st.sampled_from(("", ".clone()", ".float()", ".contiguous()")))
    if spare:
        post = draw(st.sampled_from((f"[:, :{classes}]", f"[:, {spare}:]", f"[:, 1:{classes + 1}]")))
    side, body = draw(st.sampled_from(CROPPED if cropped else IMAGES))
    layers = (*body, f"nn.Conv2d(16, {classes + spare}, 1)") if spatial else ("nn.Linear(5, 16)", "{}", f"nn.Linear(16, {classes + spare})")
    # Bounded features may give scores that happen to lie in [0, 1].
    hidden = "nn.ReLU()" if loss == "BCELoss" else draw(st.sampled_from(("nn.ReLU()", "nn.Sigmoid()", "nn.Tanh()")))
    x = f"torch.randn(4, 3, {side}, {side}) * 20" if spatial else "torch.randn(7, 4, 5)" if steps else "torch.randn(24, 5) * 20"
    call = draw(st.sampled_from(ending.calls))
    parts = Parts(f"Net{name.upper()}", tuple(layer.format(hidden) for layer in layers), ending, call, post)
    model = FORMS[form[0]](parts)
    options = ["log_target=True"] if facts.log_target else []
    options += draw(st.sampled_from(([], [], ["reduction='sum'"], ["reduction='mean'"])))
    named = Named(f"my_{name}", loss, ", ".join(options), ", (7, 7, 7, 7), (2, 2, 2, 2)" if steps else "")
    criterion = draw(st.sampled_from(list(CRITERIA)))
    target = facts.target
    text = target.text.format(c=classes, **batch)
    late = bool(target.cast) and draw(st.booleans())
    term = "0 * sum(p.sum() for p in {m}.parameters())"
    end = () if not facts.trained else (f"(loss + {term}).backward()",) if facts.cut else ("loss.backward()",)
    pieces = wiring.Pieces(
        name,
        model,
        CRITERIA[criterion](named),
        x,
        text if late else text + target.cast,
        "y" + target.cast if late else "y",
        CUTS[cut] if cut else "",
        draw(st.sampled_from(wiring.LINES)),
        end,
        facts.swapped,
    )
    wired = draw(st.sampled_from([way for way in wiring.WIRINGS if not (steps and way == "loader")]))
    sibling = draw(st.sampled_from(DECOYS)) if name == "a" else ""
    sections = Sections("\n\n".join(text for text in (model.defs, sibling) if text), pieces.criterion.defs, wiring.WIRINGS[wired](pieces))
    plan = f"{loss}: {shape}, {form[1].name} ({form[0]}), {criterion}, {wired}, {target.holds} {target.dtype} {target.shape}, {cut or 'no cut'}"
    return sections, holds, plan, name


def _shapes(loss: str) -> list[str]:
    if loss in ("NLLLoss", "KLDivLoss", "CTCLoss"):
        return ["NC"]
    return {"CrossEntropyLoss": ["NC", "NC", "N1"], "MultiLabelSoftMarginLoss": ["NC", "N1"]}.get(loss, ["N1", "N", "NC"])


def _choices(draw: Any, loss: str, spatial: bool, shape: str, classes: int) -> tuple[Facts, tuple[str, Ending], str]:
    """An ending in a form of model, a target and the rest, such that the oracle decides; the form's name with the written ending; the cut."""
    form = draw(st.sampled_from(list(FORMS)))
    written = [ending for ending in ENDINGS if ending.layer or form not in NEED_LAYER]
    sample = _sample(form)
    one_column = classes == 1
    targets = [target for target in _targets(loss, shape) if _can_be_written(target, shape, spatial)]

    def facts(ending: Ending, target: Target, **more: bool) -> Facts:
        went_through = ending if sample.applied else LOGITS if sample.far else NEAR
        return Facts(loss, went_through, shape, target, spatial, one_column=one_column, **more)

    log_target = loss == "KLDivLoss" and draw(st.booleans())
    decided = [e for e in written if any(expected(facts(e, t, log_target=log_target)) is not None for t in targets)]
    ending = draw(st.sampled_from(decided))
    fitting = [t for t in targets if expected(facts(ending, t, log_target=log_target)) is not None]
    right = [t for t in fitting if not _target_codes(facts(ending, t, log_target=log_target))]
    target = draw(st.sampled_from(right if right and draw(st.integers(0, 2)) < 2 else fitting))
    whole = facts(ending, target, log_target=log_target, trained=draw(st.booleans()))
    kind = draw(st.integers(0, 9))
    if kind == 9 and expected(replace(whole, swapped=True)) is not None:
        return replace(whole, swapped=True), (form, ending), ""
    if kind == 8:
        cut = draw(st.sampled_from(list(CUTS)))
        changed = replace(whole, cut=True, ending=THRESHOLDED if cut in ("round", "threshold") else whole.ending)
        # Rounded logits are logits still; of what else is cut and no probability the docs say nothing.
        decided_cut = whole.ending.is_probability if cut == "round" else True
        if (
            decided_cut
            and not (cut in ("round", "threshold") and (loss != "BCELoss" or (one_column and whole.ending.of_classes)))
            and expected(changed) is not None
        ):
            return changed, (form, ending), cut
    return whole, (form, ending), ""


def _can_be_written(target: Target, shape: str, spatial: bool) -> bool:
    """Rows of one class are a column, and one_hot puts the classes last, which is wrong for images."""
    return (target.shape != "NC" or shape == "NC") and not (spatial and ("one_hot" in target.text or "eye" in target.text))


def _target_codes(facts: Facts) -> frozenset[str]:
    """The codes that are there for the target: those that hold whatever the prediction."""
    found = expected(facts)
    return frozenset() if found is None else frozenset(code for code in found.codes if code.startswith("BCE2"))


def _targets(loss: str, shape: str) -> tuple[Target, ...]:
    if loss in OF_CLASSES:
        return CLASSES if shape == "NC" else (*CLASSES, *PER_ELEMENT)
    return {"KLDivLoss": DISTRIBUTIONS, "CTCLoss": SEQUENCES}.get(loss, PER_ELEMENT)


def _sample(form: str) -> Model:
    """Any model of this form."""
    return FORMS[form](Parts("Net", ("nn.Linear(1, 1)",), ENDINGS[1], "torch.sigmoid({})"))


def _along_last(ending: Ending) -> Ending:
    """A softmax over the third dimension, where the classes of a sequence are."""
    if not ending.of_classes:
        return ending
    changed = [re.sub(r"dim=1|(?<=, )1(?=\))|(?<=softmax\()1(?=\))", lambda m: m.group().replace("1", "2"), call) for call in ending.calls]
    return replace(ending, calls=tuple(changed), layer=ending.layer and ending.layer.replace("dim=1", "dim=2"))
