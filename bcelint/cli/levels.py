"""How grave a finding is, in the words of SARIF: error, warning or note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bcelint.finding import Finding

if TYPE_CHECKING:
    from bcelint.rules.base import Rule


def level(finding: Finding) -> str:
    """A misuse is an error, advice is a note."""
    return "note" if finding.advice else "error"


def level_of(rule: Rule) -> str:
    """The level of what a rule finds."""
    return "note" if rule.advice else "error"
