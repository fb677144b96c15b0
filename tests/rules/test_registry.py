"""The registry: what a run selects, and that every rule has all that a rule must have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bcelint.rules
from bcelint.rules.base import Documented, Rule
from bcelint.rules.registry import ALL_RULES, EVERY_CODE, by_code, selected
from tests.fixture_lines import fixtures

ROOT = Path(__file__).resolve().parents[2]
HEADINGS = ["What it does", "Why is this bad?", "Example", "Use instead", "Fix safety", "References"]
RULES = [pytest.param(rule, id=rule.code) for rule in ALL_RULES]
EVERY = [pytest.param(rule, id=rule.code) for rule in EVERY_CODE]


def picked(*args: object, **more: object) -> set[str]:
    return {rule.code for rule in selected(*args, **more)}  # type: ignore[arg-type]


WRONG = {rule.code for rule in ALL_RULES if not rule.advice}


def test_all_but_advice_by_default() -> None:
    assert picked() == WRONG
    assert picked(advice=True) == {rule.code for rule in ALL_RULES}
    assert picked(["ALL"]) == WRONG


def test_prefixes() -> None:
    assert picked(["BCE2"]) == {"BCE201", "BCE202", "BCE203", "BCE204"}
    assert picked(["bce10", " BCE301 "]) == {code for code in WRONG if code.startswith("BCE10")} | {"BCE301"}
    assert picked([]) == set()


def test_the_more_specific_wins() -> None:
    assert picked(["BCE2"], ["BCE203"]) == {"BCE201", "BCE202", "BCE204"}
    assert picked(["BCE203"], ["BCE2"]) == {"BCE203"}
    assert picked(["BCE2"], ["BCE2"]) == set()
    assert picked(None, ["BCE1"]) == {code for code in WRONG if not code.startswith("BCE1")}


def test_advice_by_flag_or_full_code() -> None:
    assert picked(["BCE9"]) == set()
    assert picked(["BCE9"], advice=True) == {"BCE901", "BCE902"}
    assert picked(["BCE901"]) == {"BCE901"}
    assert picked(["BCE1"], advice=True) == {code for code in WRONG if code.startswith("BCE1")}


def test_unused_noqa_by_flag_or_full_code() -> None:
    assert picked(["BCE0"]) == set()
    assert picked(unused_noqa=True) == {"BCE001"} | WRONG
    assert picked(["BCE001"]) == {"BCE001"}
    assert picked(["BCE2"], unused_noqa=True) == picked(["BCE2"]) | {"BCE001"}
    assert picked(None, ["BCE0"], unused_noqa=True) == WRONG
    assert picked(["BCE001"], ["BCE0"]) == {"BCE001"}


@pytest.mark.parametrize("code", ["BCE110", "BCE1011", "E501", "", "BC"])
def test_unknown_codes_name_the_nearest(code: str) -> None:
    with pytest.raises(ValueError, match=r"did you mean BCE"):
        selected([code])
    with pytest.raises(ValueError, match=r"did you mean BCE"):
        selected(None, [code])
    with pytest.raises(ValueError, match=r"did you mean BCE\d{3}\?"):
        by_code(code)


def test_by_code() -> None:
    assert by_code("bce102").name == "double-sigmoid"


def test_sorted_and_unique() -> None:
    codes = [rule.code for rule in EVERY_CODE]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in EVERY_CODE}) == len(codes)


def test_every_rule_file_is_registered() -> None:
    folder = Path(bcelint.rules.__file__).parent
    files = {path.stem for path in folder.glob("bce*.py")}
    assert files == {f"{rule.code.lower()}_{rule.name.replace('-', '_')}" for rule in EVERY_CODE}
    assert files == {type(rule).__module__.rpartition(".")[2] for rule in EVERY_CODE}


@pytest.mark.parametrize("rule", EVERY)
def test_every_rule_is_documented(rule: Documented) -> None:
    assert re.findall(r"^## (.+)$", rule.docs(), re.M) == HEADINGS
    for section in re.split(r"^## .+$", rule.docs(), flags=re.M)[1:]:
        assert section.strip()
    assert rule.docs().count("```python") == 2
    for example in re.findall(r"```python\n(.*?)```", rule.docs(), re.S):
        compile(example, rule.code, "exec")
    assert rule.summary
    assert not rule.summary.endswith(".")


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_bad_and_a_good_fixture_and_a_unit_test(rule: Rule) -> None:
    own = [fixture for fixture in fixtures() if fixture.folder == f"{rule.code.lower()}-{rule.name}"]
    expected = [e for fixture in own for e in fixture.expectations]
    assert any(rule.code in e.codes for e in expected)
    assert any(not e.codes and not e.todo for e in expected)
    assert any(rule.code in path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_bce*.py"))


def test_codes_in_the_documents_exist() -> None:
    documents = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    known = {rule.code for rule in EVERY_CODE}
    for path in documents:
        if path.is_file():
            named = set(re.findall(r"\bBCE\d{3}\b", path.read_text(encoding="utf-8")))
            assert named <= known, f"{path.name} names codes that no rule has: {sorted(named - known)}"
