"""What IPython reads itself in a cell, against IPython."""

from __future__ import annotations

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from bcelint.project.magics import without_magics

PYTHON = [
    "x = (a\n     % b)",
    "x = a \\\n  % b",
    "s = '''\n%magic\n!ls\nhelp?\n'''",
    "x = 'what?'",
    "# why?\n# %magic\ny = 1",
    "def f():\n    return [\n  %timeit\n]",
    "x == !ls",
    "x = {'a': !ls}",
    "x %= 3\ny = x %3",
    "if True: !ls",
    "f'''{a\n%b}'''",
    "print('it\\'s', \"#\", '[')\nx = '''[''' \"(\"\ny = 1",
]
LINES = [
    "%matplotlib inline\nx = 1",
    "files = !ls",
    "a, b = %who_ls",
    "x[0] = !ls\nd['k'] = %who_ls\nx.y = !ls",
    "foo?\nfoo.bar??\n?foo\n??foo\n*foo*?\n%autoreload?",
    "!echo it's [\nx = 1",
    "!!ls",
    "if x:\n    %matplotlib inline\n    y = 1\nelse:\n    !ls",
    "/f x\n,f a b\n;f a b",
    "print('a' % b)\n%load_ext foo",
    "f(x)  # [ ?\nfoo?",
    "x = [\n  1,\n]\n%cd ..\ny = (\n)\n!ls",
]


@pytest.mark.parametrize("cell", PYTHON)
def test_python_stays(cell: str) -> None:
    assert without_magics(cell) == cell == TransformerManager().transform_cell(cell).rstrip("\n")


@pytest.mark.parametrize("cell", LINES)
def test_the_lines_that_ipython_replaces_are_replaced(cell: str) -> None:
    lines, ours, theirs = (text.rstrip("\n").split("\n") for text in (cell, without_magics(cell), TransformerManager().transform_cell(cell)))
    assert [new == old for new, old in zip(ours, lines)] == [new == old for new, old in zip(theirs, lines)]
    assert len(ours) == len(lines)
    compile("\n".join(ours), "<cell>", "exec")


def test_a_command_over_several_lines() -> None:
    assert without_magics("!ls \\\n  -a \\\n  -l\nx = 1") == "pass\n\n\nx = 1"
    assert without_magics("%time f(x, \\\n  y)\nx = 1") == "pass\n\nx = 1"


@pytest.mark.parametrize("magic", ["%time", "%timeit -n 10 -r3", "%timeit -o", "%prun -l 5", "%memit"])
def test_what_a_line_magic_runs_stays_in_its_column(magic: str) -> None:
    line = f"    {magic}  loss = f(x)"
    ran = without_magics(f"for x in y:\n{line}").split("\n")[1]
    assert ran.index("loss = f(x)") == line.index("loss = f(x)")
    compile(f"for x in y:\n{ran}", "<cell>", "exec")


@pytest.mark.parametrize("line", ["%time", "%timeit -n10", "%time for x in y: f(x)", "%time !ls", "%timeit?", "%timed f(x)"])
def test_a_line_magic_that_runs_no_simple_statement_is_skipped(line: str) -> None:
    assert without_magics(line) == "pass"


@pytest.mark.parametrize("magic", ["time", "timeit", "capture out --no-stderr", "prun -l 5", "debug"])
@pytest.mark.parametrize("above", ["", "\n  \n"])
def test_the_body_of_a_cell_magic_that_runs_it_is_python(magic: str, above: str) -> None:
    assert without_magics(f"{above}%%{magic}\nx = 1\n%pwd\n") == f"{above}\nx = 1\npass\n"
    assert without_magics(f"{above}%%capture\n%%{magic}\nx = 1") == f"{above}\n\nx = 1"


@pytest.mark.parametrize("magic", ["bash", "html", "writefile train.py", "sh", "script perl", "javascript", "python2", "cython", "!ls", ""])
def test_other_cell_magics_take_the_whole_cell(magic: str) -> None:
    assert without_magics(f"%%{magic}\nimport torch\n") == ""
