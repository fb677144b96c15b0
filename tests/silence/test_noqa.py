"""``# noqa`` means to ``check`` what it means to flake8."""

from __future__ import annotations

import pytest

from bcelint.silence.noqa import Noqa


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# noqa", True),
        ("# NOQA", True),
        ("# noqa: BCE102", True),
        ("# noqa:BCE102,E501", True),
        ("# noqa: E501, BCE102", True),
        ("# noqa: E501 BCE102", True),
        ("# noqa: bce102", True),
        ("# noqa: BCE1", True),
        ("# noqa: BCE", True),  # no code follows the colon, so flake8 reads a blanket noqa
        ("# noqa: BCE103", False),
        ("# noqa: E501", False),
        ("# type: ignore # noqa: BCE102", True),
        ("# an ordinary comment", False),
        ("", False),
    ],
)
def test_comment_on_the_line(comment: str, silenced: bool) -> None:
    assert Noqa(f"loss = f(x)  {comment}\n").silences("BCE102", 1) is silenced


def test_only_its_own_line_counts() -> None:
    noqa = Noqa("a = f(x)\nb = f(x)  # noqa\nc = f(x)\n")
    assert [noqa.silences("BCE102", line) for line in (1, 2, 3)] == [False, True, False]


def test_inside_parentheses_each_line_speaks_for_itself() -> None:
    noqa = Noqa("loss = f(\n    x,  # noqa\n    y,\n)\n")
    assert [noqa.silences("BCE102", line) for line in (1, 2, 3)] == [False, True, False]


def test_a_multi_line_string_and_a_backslash_join_lines() -> None:
    assert Noqa('loss = f("""a\nb""")  # noqa: BCE102\n').silences("BCE102", 1)
    assert Noqa("loss = \\\n    f(x)  # noqa\n").silences("BCE102", 1)


def test_whole_file() -> None:
    assert Noqa("# flake8: noqa\nloss = f(x)\n").silences("BCE102", 2)
    assert not Noqa("loss = f(x)  # flake8 is fine with this\n").silences("BCE102", 1)


def test_a_file_without_tokens_still_has_lines() -> None:
    noqa = Noqa("loss = f(x)  # noqa\nprint 'unterminated\n((\n")
    assert noqa.silences("BCE102", 1)
    assert not noqa.silences("BCE102", 2)


def test_other_line_endings() -> None:
    assert Noqa("a = 1\r\nloss = f(x)  # noqa\r\n").silences("BCE102", 2)
