"""Every fixture through the codemod: its repaired text lies beside it, has no finding, changes no more, and runs clean under the watcher."""

from __future__ import annotations

from pathlib import Path

import pytest

from bcelint.analysis import session
from bcelint.fix.engine import fixes
from tests.fix.repairing import codes_for, repaired, texts, with_expectations_met
from tests.fixture_lines import Fixture, fixtures

ORIGINALS = [fixture for fixture in fixtures() if not fixture.is_repaired]
BY_NAME = [pytest.param(fixture, id=fixture.name) for fixture in ORIGINALS if fixture.folder != "look_alikes"]
BY_HAND = {
    "bce101-missing-sigmoid/cosine_similarity.py",
    "bce101-missing-sigmoid/logsigmoid_output.py",
    "bce101-missing-sigmoid/loss_by_option.py",
    "bce101-missing-sigmoid/relativistic_gan.py",
    "bce101-missing-sigmoid/tanh_output.py",
    "bce102-double-sigmoid/models_by_key.py",
    "bce103-double-softmax/package",
    "bce107-constant-softmax/learning.py",
    "bce107-constant-softmax/of_a_last_state.py",
    "bce107-constant-softmax/softmax_over_one_column.py",
    "bce202-target-range/anchors.py",
    "bce202-target-range/class_numbers.py",
    "bce202-target-range/learning.py",
    "bce202-target-range/masks_of_255.py",
    "bce202-target-range/plus_minus_one.py",
    "bce202-target-range/rounded_noise.py",
    "bce202-target-range/signs_for_a_restored_model.py",
    "bce203-target-shape/channel_lost.py",
    "bce203-target-shape/signs_of_columns.py",
    "bce203-target-shape/smaller_mask.py",
    "bce204-class-index-dtype/soft_targets_into_nll.py",
    "bce301-single-logit-cross-entropy/one_channel_segmentation.py",
    "bce303-no-gradient-prediction/argmax_in_the_loss.py",
    "bce303-no-gradient-prediction/distillation.py",
    "bce303-no-gradient-prediction/learning.py",
    "bce303-no-gradient-prediction/rounded_prediction.py",
    "bce303-no-gradient-prediction/threshold.py",
    "bce304-class-weight/positive_and_negative.py",
    "bce304-class-weight/two_weights_one_column.py",
    "bce306-autocast-unsafe-bce/decorated_step.py",
    "bce307-invalid-loss-argument/unknown_keyword.py",
    "bce901-prefer-bce-with-logits/sigmoid_then_bce.py",
}
"""Fixtures of which something is left to a person."""


def twin(fixture: Fixture) -> Path:
    return fixture.path.with_name(fixture.path.stem + ".fixed" + fixture.path.suffix)


@pytest.mark.parametrize("fixture", BY_NAME)
def test_repaired_text_is_the_one_beside_the_fixture(fixture: Fixture, tmp_path: Path) -> None:
    copy, found = repaired(fixture, tmp_path)
    left = {(each.finding.code, each.finding.position.line) for each in found.left}
    reported = {(each.code, each.position.line) for each in session.analyse([str(copy)], codes_for(fixture.folder), jobs=1).findings}
    assert reported == left
    assert (fixture.name in BY_HAND) == bool(found.left)
    assert all(each.why for each in found.left)
    again = fixes([str(copy)], codes_for(fixture.folder), unsafe=True, jobs=1)
    assert not again.before
    if found.fixed and not found.left:
        assert {name: with_expectations_met(text) for name, text in texts(copy).items()} == texts(twin(fixture))
    elif not found.fixed:
        assert texts(copy) == texts(fixture.path)


@pytest.mark.parametrize("fixture", [pytest.param(fixture, id=fixture.name) for fixture in ORIGINALS if fixture.folder == "look_alikes"])
def test_nothing_is_done_to_right_programs(fixture: Fixture) -> None:
    assert not fixes([str(fixture.path)], session.choose_rules(), unsafe=True, jobs=1).before


@pytest.mark.parametrize("fixture", [each for each in BY_NAME if twin(each.values[0]).exists()])  # type: ignore[arg-type]
def test_repaired_program_runs_clean_under_the_watcher(fixture: Fixture) -> None:
    pytest.importorskip("torch")
    import sys

    from tests.runtime.watching import run_file
    from tests.test_fixtures import forget_modules_below

    before = set(sys.modules)
    try:
        watched = run_file(Fixture(twin(fixture)).entry)
    finally:
        forget_modules_below(twin(fixture).parent, before)
    assert watched.error is None
    assert watched.report.calls or fixture.name.startswith("bce305")
    assert not watched.codes
