"""Every rule shows on its page what a run of its mistake brings: an error, or a plot of the very programs that lie in its folder."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.dom import minidom

import pytest

from bcelint.rules.base import Rule
from bcelint.rules.registry import ALL_RULES
from tests.transcripts import ROOT

sys.path.append(str(ROOT / "docs"))
import plots
import rule_pages

UNSHOWN = {"BCE306", "BCE902"}
"""Without a GPU torch leaves CUDA autocast off; and BCE902 makes the same number, in one needless step."""

PLOTTED = [pytest.param(rule, id=rule.code) for rule in plots.plotted()]


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.code) for rule in ALL_RULES if rule.code not in UNSHOWN])
def test_each_harm_is_shown(rule: Rule) -> None:
    program = rule_pages.program_of(rule)
    assert program is not None
    assert rule_pages.raises(program) != (rule_pages.PLOTS / f"{rule.code}.svg").exists()


def test_no_plot_is_left_over() -> None:
    assert {path.name for path in rule_pages.PLOTS.iterdir()} == {f"{rule.code}.svg" for rule in plots.plotted()}


@pytest.mark.parametrize("rule", PLOTTED)
def test_plots_are_small_and_legible_on_light_and_dark(rule: Rule) -> None:
    text = (rule_pages.PLOTS / f"{rule.code}.svg").read_text(encoding="utf-8")
    assert len(text.encode()) < 15_000
    root = minidom.parseString(text).documentElement
    assert root.getAttribute("fill") == "currentColor"
    assert not root.getElementsByTagName("style"), "it would hold for the whole page"
    assert "#000" not in text
    assert all(colour in text for colour, _ in plots.STYLES.values())
    assert "\n\n" not in text, "a blank line ends HTML in Markdown"


@pytest.mark.parametrize("rule", PLOTTED)
def test_plots_are_of_the_programs_as_they_are(rule: Rule) -> None:
    root = minidom.parse(str(rule_pages.PLOTS / f"{rule.code}.svg")).documentElement
    assert root.getAttribute("data-programs") == plots.digest(rule), "run docs/plots.py"


def test_a_plot_can_be_drawn_again() -> None:
    """The numbers in its caption come out of a new run."""
    pytest.importorskip("torch")
    rule = next(rule for rule in plots.plotted() if rule.code == "BCE107")
    title = minidom.parse(str(rule_pages.PLOTS / f"{rule.code}.svg")).getElementsByTagName("title")[0].firstChild
    assert title is not None
    assert _numbers(plots.caption(plots.runs_of(rule))) == pytest.approx(_numbers(title.nodeValue or ""), rel=0.05)


def _numbers(text: str) -> list[float]:
    words = [word.rstrip(";,.") for word in text.split()]
    return [float(word) for word in words if word.replace(".", "").replace("-", "").isdigit()]


def test_what_is_no_point_is_refused() -> None:
    with pytest.raises(ValueError, match=r"x\.py prints 'loss nan', which is no point"):
        plots._point(Path("x.py"), "loss nan")


def test_a_code_without_a_plot_is_named() -> None:
    with pytest.raises(SystemExit, match=r"no rule with a fixture learning\.py has the code BCE999"):
        plots.main(["BCE107", "BCE999"])
