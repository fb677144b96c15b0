"""The site: its pages are made from the rules, its links lead somewhere, and every page can be found."""

from __future__ import annotations

import sys

import pytest

from bcelint.rules.base import Documented
from bcelint.rules.registry import EVERY_CODE, UNUSED_NOQA
from tests.transcripts import ROOT

sys.path.append(str(ROOT / "docs"))
import rule_pages


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.code) for rule in EVERY_CODE])
def test_the_page_of_a_rule_has_its_docs_and_its_finding(rule: Documented, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_pages, "_error", lambda program: "an error\n")  # torch is not asked here
    text = rule_pages.page_of_rule(rule)
    for part in rule.docs().split("\n## "):
        assert part.strip() in text
    assert rule is UNUSED_NOQA or f": {rule.code} " in text
    assert "{_" not in text


def test_the_list_of_rules_leads_to_each() -> None:
    assert all(f"[{rule.code}]({rule.code}.md) | {rule.name} |" in rule_pages.index_of_rules() for rule in EVERY_CODE)


def test_a_rule_without_a_group_is_no_silent_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(rule_pages.GROUPS, "BCE0")
    with pytest.raises(ValueError, match=r"has a place for BCE001$"):
        rule_pages.index_of_rules()
