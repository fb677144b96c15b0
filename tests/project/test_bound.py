"""Which names may be bound where they are read, and which are a NameError for certain."""

from __future__ import annotations

import nbformat
import pytest

from bcelint.project.bound import bound_in
from bcelint.project.reading import source_from_text

LINES = """
import os.path, torch as t
from torch import nn as layers
top = 1
for index in range(3):
    inside = [each for each in (1,)]
class Owner:
    member = 1
    def method(self, given, *rest, **named):
        import json
        local = given
        try:
            pass
        except OSError as error:
            global declared
            declared = 1
        def nested():
            deeper = 1
            return HERE
async def other(elsewhere):
    with open("f") as file:
        pass
"""
HERE = next(number for number, line in enumerate(LINES.split("\n"), 1) if "HERE" in line)


def is_bound(name: str, text: str = LINES, line: int = HERE) -> bool:
    bound = bound_in(source_from_text("a.py", text))
    return bound is None or bound.has(name, line)


@pytest.mark.parametrize(
    "name",
    "os t layers top index inside each Owner member method other self given rest named json local error declared nested deeper print xrange".split(),
)
def test_what_is_bound_by_the_file_or_a_function_around(name: str) -> None:
    assert is_bound(name)


@pytest.mark.parametrize("name", "path torch nn elsewhere f nowhere".split())
def test_what_is_bound_nowhere_or_in_another_function(name: str) -> None:
    assert not is_bound(name)
    assert is_bound("elsewhere", line=LINES.count("\n") - 1)


@pytest.mark.parametrize(
    "line",
    [
        "from torch import *",
        "exec(code)",
        "globals().update(settings)",
        "vars()['a'] = 1",
        "g = globals()",
        "import builtins",
        "sys.modules['a'].b = 1",
    ],
)
def test_files_that_may_get_further_names(line: str) -> None:
    assert bound_in(source_from_text("a.py", f"import sys\n{line}\n")) is None


@pytest.mark.parametrize("line", ["model.eval()", "'net' in globals()", "self.exec(code)", "vars_ = 1"])
def test_files_that_do_not(line: str) -> None:
    assert not is_bound("nowhere", f"{line}\n", 1)


@pytest.mark.parametrize(
    ("cell", "bound"),
    [
        ("%matplotlib inline", False),
        ("%run other.ipynb", True),
        ("%%writefile\nnowhere = 1", True),
        ("a = \nnowhere =", False),
        ("print 1\nnowhere = 1", True),
    ],
)
def test_what_ipython_reads_itself(cell: str, bound: bool) -> None:
    cells = [nbformat.v4.new_code_cell(text) for text in ("a = 1", cell, "b = nowhere")]
    source = source_from_text("a.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    found = bound_in(source)
    assert (found is None or found.has("nowhere", source.cells[-1].first)) is bound
