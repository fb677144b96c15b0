"""A configuration that says of torch what our own tables say changes nothing: the rules go by contracts, not by names."""

from __future__ import annotations

from pathlib import Path

import pytest

from bcelint.analysis import session
from bcelint.analysis.result import Result
from bcelint.config import Settings
from bcelint.contracts import tables
from bcelint.contracts.schema import REQUIRED, Loss, Param, Target, TargetForm
from bcelint.facts import UNIT
from bcelint.fix.marks import mark

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FORMS = {
    TargetForm.PER_ELEMENT: "per-element",
    TargetForm.CLASSES: "classes",
    TargetForm.CLASS_INDICES: "class-indices",
    TargetForm.DISTRIBUTION: "distribution",
    TargetForm.SEQUENCES: "sequences",
}


def written(params: tuple[Param, ...]) -> str:
    parts = []
    for param in params:
        if param.keyword_only and "*" not in parts:
            parts.append("*")
        parts.append(param.name if param.default is REQUIRED else f"{param.name}={param.default!r}")
    return ", ".join(parts)


def target(form: Target) -> str:
    parts = [f'form = "{FORMS[form.form]}"']
    if form.range is not None:
        parts.append(f"range = [{form.range.low}, {form.range.high}]")
    if form.form is TargetForm.PER_ELEMENT and form.range == UNIT and form.same_shape:
        parts.append('dtype = "floating"')
    if form.form is TargetForm.CLASS_INDICES or form.form is TargetForm.CLASSES:
        parts.append('dtype = "any"')
    parts += [f"{name} = true" for name, said in (("same-shape", form.same_shape), ("broadcasts", form.broadcasts)) if said]
    return "{" + ", ".join(parts) + "}"


def declared(row: Loss) -> str:
    """The row as a user would write it: its class, and its function."""
    common = [
        f'prediction = "{"any" if row.wants is None else row.wants.value}"',
        f"range = [{row.range.low}, {row.range.high}]",
        f"target = {target(row.targets)}",
        f'prediction-parameter = "{row.prediction}"',
        f'target-parameter = "{row.target}"',
    ]
    if row.wants is not None and row.wants.value == "logits":
        common.append(f'applies = "{row.applies or "nothing"}"')
    text = ""
    if row.cls:
        text += "\n".join([f'[losses."{row.cls}"]', f'init = "{written(row.init)}"', f'call = "{written(row.call)}"', *common, ""])
    if row.function:
        text += "\n".join([f'[losses."{row.function}"]', f'call = "{written(row.func)}"', "function = true", *common, ""])
    return text


ACTIVATIONS = """
[calls."torch.sigmoid"]
init = "input, *, out=None"
returns = {kind = "probabilities", keeps = "input"}
[calls."torch.nn.Sigmoid"]
init = ""
call = "input"
returns = {kind = "probabilities", keeps = "input"}
"""
UNLIKE = {"BCE204", "BCE307", "BCE901"}
"""Of these rules, some of what they know of torch's own losses can't be declared: which widths of integers, the names of reductions.

Nor that BCELoss takes no float64 beside a float32, of which BCE201 speaks.
"""


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("known") / "known.toml"
    path.write_text("".join(map(declared, tables.losses())) + ACTIVATIONS)
    return str(path)


@pytest.mark.parametrize("folder", ["bce101-missing-sigmoid", "bce102-double-sigmoid", "bce103-double-softmax", "bce104-nll-without-log-softmax",
                                    "bce106-ctc-without-log-softmax", "bce201-integer-target", "bce203-target-shape",
                                    "bce301-single-logit-cross-entropy", "bce302-swapped-arguments"])  # fmt: skip
def test_declaring_what_is_known_changes_no_finding(configuration: str, folder: str) -> None:
    plain = session.analyse([str(FIXTURES / folder)], Settings(isolated=True), jobs=1)
    told = session.analyse([str(FIXTURES / folder)], Settings(config=configuration), jobs=1)

    def places(result: Result) -> list[tuple[str, int, str]]:
        findings = [each for each in result.findings if each.code not in UNLIKE and "float64 target" not in each.message]
        return [(each.position.path, each.position.line, each.code) for each in findings]

    assert places(plain)
    assert places(told) == places(plain)
    assert mark(told) == {}
