"""BCE001, on texts and findings made by hand: which ``# noqa`` comments silence nothing."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from bcelint.finding import Finding, Position
from bcelint.rules.registry import EVERY_CODE, selected
from bcelint.silence.noqa import Noqa
from bcelint.silence.unused_noqa import unused_in

DEFAULT = frozenset(rule.code for rule in selected(unused_noqa=True))
KNOWN = [rule.code for rule in EVERY_CODE]


def said(
    text: str, found: dict[int, str] | None = None, unknown: Collection[int] = (), codes: Collection[str] = DEFAULT
) -> list[tuple[int, int, int, str]]:
    findings = [Finding(code, "name", "message", Position("a.py", line, 1, line, 2)) for line, code in (found or {}).items()]
    found_ = unused_in("a.py", Noqa(text), findings, unknown, codes, KNOWN)
    assert all((each.code, each.name, each.position.path) == ("BCE001", "unused-noqa", "a.py") for each in found_)
    return [(each.position.line, each.position.column, each.position.end_column, each.message) for each in found_]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# noqa: BCE102", "unused noqa: BCE102 is not found here; drop it"),
        ("# noqa: bce102", "unused noqa: BCE102 is not found here; drop it"),
        ("# noqa: BCE1", "unused noqa: BCE1 is not found here; drop it"),
        ("# noqa: BCE102, BCE201", "unused noqa: BCE102 and BCE201 are not found here; drop it"),
        ("# noqa: E501, BCE102", "unused noqa: BCE102 is not found here; drop BCE102 from it"),
        ("# noqa: BCE777", "unused noqa: no rule has the code BCE777; drop it"),
        ("# noqa: BCE777, BCE102, BCE778", "unused noqa: BCE102 is not found here and no rules have the codes BCE777 and BCE778; drop it"),
    ],
)
def test_unused(comment: str, message: str) -> None:
    assert said(f"a = f(x)  {comment}\n") == [(1, 11, 11 + len(comment), message)]


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: E501", "# noqa: BCE", "# BCE102", "# noqa: BCE901", "# noqa: BCE001"])
def test_not_our_business(comment: str) -> None:
    """Blanket ones, other tools' codes, and codes that the run does not select."""
    assert said(f"a = f(x)  {comment}\n") == []


def test_used() -> None:
    assert said("a = f(x)  # noqa: BCE102\n", {1: "BCE102"}) == []
    assert said("a = f(x)  # noqa: BCE1, BCE203\n", {1: "BCE102"}) == [(1, 11, 31, "unused noqa: BCE203 is not found here; drop BCE203 from it")]
    assert said("a = f(x)  # noqa: BCE901\n", {1: "BCE901"}, codes=KNOWN) == []
    assert len(said("a = f(x)  # noqa: BCE901\n", {1: "BCE902"}, codes=KNOWN)) == 1
    assert said('a = f("""\nb""")  # noqa: BCE102\n', {1: "BCE102"}) == []
    assert len(said("a = f(\n  x)  # noqa: BCE102\n", {1: "BCE102"})) == 1


def test_nothing_is_said_of_what_is_unknown() -> None:
    assert said("a = f(x)  # noqa: BCE102\n", unknown={1}) == []
    assert len(said("a = f(x)  # noqa: BCE102\n", unknown={2})) == 1
    assert len(said("a = f(x)  # noqa: BCE777\n", unknown={1})) == 1


def test_not_in_strings_nor_in_silent_files() -> None:
    assert said("a = '# noqa: BCE102'\n") == []
    assert said('"""\n# noqa: BCE102\n"""\n') == []
    assert said("# flake8: noqa\na = 1  # noqa: BCE102\n") == []


def test_selection() -> None:
    assert said("a = f(x)  # noqa: BCE102\n", codes=["BCE001", "BCE201"]) == []
    assert said("a = f(x)  # noqa: BCE1\n", codes=["BCE001", "BCE102"]) == []
    assert len(said("a = f(x)  # noqa: BCE777\n", codes=["BCE001"])) == 1
