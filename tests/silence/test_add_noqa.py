"""Where a ``# noqa`` comment goes in a text."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest

from bcelint.silence.add_noqa import IN_A_STRING, NO_TOKENS, with_noqa
from bcelint.silence.noqa import Noqa


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("a = f(x)\n", 1, "a = f(x)  # noqa: BCE102\n"),
        ("a = f(x)", 1, "a = f(x)  # noqa: BCE102"),
        ("a = f(x)   \n", 1, "a = f(x)  # noqa: BCE102\n"),
        ("a = f(x)  # why\n", 1, "a = f(x)  # why  # noqa: BCE102\n"),
        ("a = f(x)  # noqa: E501\n", 1, "a = f(x)  # noqa: E501, BCE102\n"),
        ("a = f(x)  # noqa:E501\n", 1, "a = f(x)  # noqa:E501, BCE102\n"),
        ("a = f(x)  # NOQA: E501, W291 because\n", 1, "a = f(x)  # NOQA: E501, W291, BCE102 because\n"),
        ("a = f(x)  # noqa: E501,\n", 1, "a = f(x)  # noqa: E501, BCE102,\n"),
        ("a = f(x)  # type: ignore # noqa: BCE201\n", 1, "a = f(x)  # type: ignore # noqa: BCE201, BCE102\n"),
        ("a = f(x)  # noqa\n", 1, "a = f(x)  # noqa\n"),
        ("a = f(x)  # noqa: BCE102\n", 1, "a = f(x)  # noqa: BCE102\n"),
        ("a = f(x)  # noqa: BCE1\n", 1, "a = f(x)  # noqa: BCE1\n"),
        ("# flake8: noqa\na = f(x)\n", 2, "# flake8: noqa\na = f(x)\n"),
        ("a = f(\n    x,\n)\n", 1, "a = f(  # noqa: BCE102\n    x,\n)\n"),
        ("a = \\\n    f(x)\nb = 1\n", 1, "a = \\\n    f(x)  # noqa: BCE102\nb = 1\n"),
        ('a = f("""\nb""", x)\n', 1, 'a = f("""\nb""", x)  # noqa: BCE102\n'),
        ('a = f("""\nb""",\n x)\n', 1, 'a = f("""\nb""",  # noqa: BCE102\n x)\n'),
        ("a = f(x)\r\nb = 1\r\n", 1, "a = f(x)  # noqa: BCE102\r\nb = 1\r\n"),
        ("a = f(x)\rb = 1\r", 2, "a = f(x)\rb = 1  # noqa: BCE102\r"),
        ("é = 1\x0c\nb = '\u2028'\n", 2, "é = 1\x0c\nb = '\u2028'  # noqa: BCE102\n"),
        ("if a:\n\tb = f(x)\n", 2, "if a:\n\tb = f(x)  # noqa: BCE102\n"),
    ],
)
def test_one_comment(before: str, line: int, after: str) -> None:
    assert with_noqa(before, {line: ["BCE102"]}) == (after, {})
    assert Noqa(after).silences("BCE102", line)
    assert with_noqa(after, {line: ["BCE102"]}) == (after, {})


def test_several_codes_and_lines() -> None:
    text = "a = f(x)\nb = 1\nc = f(x)  # noqa: BCE201\n"
    wanted = {1: {"BCE201", "BCE102"}, 3: {"BCE201", "BCE303"}}
    assert with_noqa(text, wanted) == ("a = f(x)  # noqa: BCE102, BCE201\nb = 1\nc = f(x)  # noqa: BCE201, BCE303\n", {})


def test_lines_that_share_a_comment() -> None:
    text = "a = f(x) + \\\n    f(y)\n"
    assert with_noqa(text, {1: ["BCE102"], 2: ["BCE201"]}) == ("a = f(x) + \\\n    f(y)  # noqa: BCE102, BCE201\n", {})


def test_what_cannot_be_done() -> None:
    in_a_string = "a = f(x, '# noqa: E501')\nb = f(x)\n"
    assert with_noqa(in_a_string, {1: ["BCE102"], 2: ["BCE102"]}) == ("a = f(x, '# noqa: E501')\nb = f(x)  # noqa: BCE102\n", {1: IN_A_STRING})
    assert with_noqa("a = f(x\n", {1: ["BCE102"]}) == ("a = f(x\n", {1: NO_TOKENS})


def test_a_blanket_in_a_string_silences_as_it_does_in_flake8() -> None:
    text = "a = f(x, '# noqa')\n"
    assert with_noqa(text, {1: ["BCE102"]}) == (text, {})


ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "bcelint" / "fix").glob("*.py"), *(ROOT / "tests" / "api").glob("*.py"), *(ROOT / "tests" / "rules").glob("*.py")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_of_real_files(path: Path) -> None:
    """A comment on each line changes nothing but comments, and silences its line."""
    text = path.read_text(encoding="utf-8")
    lines = range(1, text.count("\n") + 1)
    after, refused = with_noqa(text, {line: ["BCE102"] for line in lines})
    noqa = Noqa(after)
    assert all(noqa.silences("BCE102", line) != (line in refused) for line in lines)
    assert set(refused.values()) <= {IN_A_STRING}
    assert code(after) == code(text)


def code(text: str) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [(token.type, token.string) for token in tokens if token.type not in (tokenize.COMMENT, tokenize.NL)]
