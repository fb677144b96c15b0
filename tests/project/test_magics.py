"""What IPython reads itself in a cell, against IPython."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from bcelint.project.magics import AUTOMATIC, without_magics, without_prompts
from bcelint.project.notebooks import code_of
from bcelint.project.parse import parses
from bcelint.project.source import Source

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
    'print("loss = %d" % n)',
    'log("x = %d", n)',
    "print('a =!b', x)",
    "log(x, fmt='%d')\nf(sep='!')",
    "assert x != y, 'what?'",
    "print(f'{n = !r}', f'{n:=^10}')",
    "def f():\n    '''Help:\n\n    %%time\n    !ls\n    x = %d\n    f?\n    '''",
    's = """\n%%bash\n!ls\n?x\n""" % n',
    "x = (\n    a  # why?\n    % b\n)",
    "x = {\n    'a': 1,  # x = !ls\n    'b': [\n        % 2\n    ],\n}",
    "x = a \\\n  % b \\\n  % c",
    "x = y = !ls",
    "x = [\n  !ls\n]",
    "f(x = %who)",
    "x = 1;",
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
    "print('loss = %d' % n)\n%matplotlib inline",
    "s = '''\nx = %d\n''' % n\n!pip install x\nlog('x = %d', n)",
    "x = %timeit -o f()",
    "files = !ls {folder}\nx: list = !ls\n(a, b) = %f\nd['='] = !ls\nd[\n  'k'\n] = !ls",
    "x =!ls\ny =%pwd\nz = % pwd",
    "for x in y:\n    if x:\n        %cd x\n    files = !ls\n    x?\n    !ls $x > 'it",
    "x = foo?\nif x: foo?\nfoo[0]?\nx = a.b[1].c?",
    "%who?\n%timeit??\n!ls?",
    "x = 1  # x?\n# %cd\nprint('?')\nx?",
    "!ls 'it\nx = 'a [' + \"it's\"\n%cd 'b\ny = %who '",
    "é = !ls",
    "x = 1\n%%time\ny = 2",
    "%%time?\nx = 1",
]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """IPython as it is when it starts, without a trace in the user's folders."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
    yield InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    InteractiveShell.clear_instance()


def theirs(cell: str) -> str:
    return TransformerManager().transform_cell(cell).rstrip("\n")


@pytest.mark.parametrize("cell", PYTHON)
def test_python_stays(cell: str) -> None:
    assert without_magics(cell) == cell == theirs(cell)


@pytest.mark.parametrize("cell", LINES)
def test_the_lines_that_ipython_replaces_are_replaced(cell: str) -> None:
    lines, ours, others = (text.split("\n") for text in (cell, without_magics(cell), theirs(cell)))
    assert [new == old for new, old in zip(ours, lines)] == [new == old for new, old in zip(others, lines)]
    assert len(ours) == len(lines)
    compile("\n".join(ours), "<cell>", "exec")


def test_a_command_over_several_lines() -> None:
    assert without_magics("!ls \\\n  -a \\\n  -l\nx = 1") == "pass\n\n\nx = 1"
    assert without_magics("x = !ls \\\n  -a\ny = 1") == "x = get_ipython()\n\ny = 1"
    assert without_magics("x = \\\n  !ls\ny = 1") == "x = \\\n  get_ipython()\ny = 1"
    assert without_magics("f(a,\n  b).c?\nx = 1") == "pass\n\nx = 1"
    assert without_magics("%cd \\") == "pass"


def test_a_statement_over_several_lines_that_a_line_magic_runs() -> None:
    assert without_magics("%time loss = f(x, \\\n  y)\nx = 1") == "0    ;loss = f(x, \\\n  y)\nx = 1"
    assert without_magics("%time for x in y: \\\n  f(x)\nx = 1") == "pass\n\nx = 1"


@pytest.mark.parametrize(
    "magic",
    [
        "%time",
        "%time --no-raise-error",
        "%timeit -n 10 -r3",
        "%timeit -o",
        "%prun -l 5",
        "%prun -s cumulative -q -D ./a.prof",
        "%memit",
        "%lprun -f f -m a.b",
    ],
)
def test_what_a_line_magic_runs_stays_in_its_column(magic: str) -> None:
    line = f"    {magic}  loss = f(x)"
    ran = without_magics(f"for x in y:\n{line}").split("\n")[1]
    assert ran.index("loss = f(x)") == line.index("loss = f(x)")
    compile(f"for x in y:\n{ran}", "<cell>", "exec")


def test_what_ipython_reads_in_a_statement_that_a_line_magic_runs() -> None:
    assert without_magics("%time files = !ls") == "0    ;files = get_ipython()"


@pytest.mark.parametrize(
    "line",
    [
        "%time",
        "%timeit -n10",
        "%timeit -n 10",
        "%time for x in y: f(x)",
        "%time !ls",
        "%timeit?",
        "%timed f(x)",
        "%time f?",
        "%time %who",
        "%time f(x",
    ],
)
def test_a_line_magic_that_runs_no_simple_statement_is_skipped(line: str) -> None:
    assert without_magics(line) == "pass"


@pytest.mark.parametrize("magic", ["time", "timeit", "capture out --no-stderr", "prun -l 5", "debug"])
@pytest.mark.parametrize("above", ["", "\n  \n"])
def test_the_body_of_a_cell_magic_that_runs_it_is_python(magic: str, above: str) -> None:
    assert without_magics(f"{above}%%{magic}\nx = 1\n%pwd\n") == f"{above}\nx = 1\npass\n"
    assert without_magics(f"{above}%%capture\n%%{magic}\nx = 1") == f"{above}\n\nx = 1"
    assert without_magics(f"{above}  %%{magic}\n  x = 1") == f"{above}\n  x = 1"


@pytest.mark.parametrize("magic", ["bash", "html", "writefile train.py", "sh", "script perl", "javascript", "python2", "cython", "!ls", ""])
def test_other_cell_magics_take_the_whole_cell(magic: str) -> None:
    assert without_magics(f"%%{magic}\nimport torch\n") == ""
    assert without_magics(f"  %%{magic}\n  import torch\n") == ""


@pytest.mark.parametrize(
    "line", ["pip install torch", "conda install -y torch", "cd ../data", "ls -l *.py", "mkdir -p a/b", "matplotlib inline", "run a.py"]
)
def test_a_line_alone_that_begins_with_the_name_of_a_magic(line: str, shell: InteractiveShell) -> None:
    """``%automagic``, which is on unless it is turned off."""
    assert "run_line_magic" in shell.transform_cell(line)
    assert without_magics(line) == without_magics(f"\n{line}\n").strip() == "pass"
    assert without_magics(f"{line}\n{line}") == f"{line}\n{line}"


def test_what_such_a_line_runs_stays_in_its_column() -> None:
    assert without_magics("time loss = f(x)") == "0   ;loss = f(x)"


def test_the_names_of_magics_are_those_that_ipython_has(shell: InteractiveShell) -> None:
    assert set(shell.magics_manager.lsmagic()["line"]) - AUTOMATIC == set()
    assert len({name for name in AUTOMATIC if shell.find_line_magic(name) is None}) < 20  # those of Jupyter, and of other versions


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        (">>> x = 1", "    x = 1"),
        (">>> for a in b:\n...     f(a)\n...\n>>> y = 2", "    for a in b:\n        f(a)\n   \n    y = 2"),
        ("\nIn [12]: for a in b:\n    ...:     f(a)", "\n         for a in b:\n             f(a)"),
        ("x = '''\n>>> y\n'''", "x = '''\n>>> y\n'''"),
        ("In[1] = x", "In[1] = x"),
        ("...\nx = 1", "...\nx = 1"),
    ],
)
def test_prompts_are_blank(cell: str, python: str) -> None:
    assert without_prompts(cell) == python
    compile(f"if 1:\n{python}" if python.strip("\n").startswith(" ") else python, "<cell>", "exec")
    compile(theirs(cell), "<cell>", "exec")


PIECES = [
    "x = 1", "x = (a", "  % b)", "% b", "s = '''", "'''", "!ls 'it", "f?", "x = !ls", "y = %who", "if x:", "    y = 1", "    %cd x",
    "print('%d' % n)",
    "# why?", "", 'log("x = %d", n)', "x = a \\", "%time f(x)", "z = f'{a!r}'", "!ls \\", "?f", '"""doc', '%d"""', "a != b", "def g(a=1):",
    "    return a % 2", "x: int = %f", ";f a", ")", "x =", "a.b[0].c??", "'x'?", "x = 1 # !",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("\n".join))
def test_what_is_python_stays_and_what_ipython_runs_is_read(cell: str) -> None:
    ours = without_magics(cell)
    assert len(ours.split("\n")) == len(cell.split("\n"))
    if parses(Source("", cell, "")):
        assert ours == cell
    try:
        runs = parses(Source("", TransformerManager().transform_cell(cell), ""))
    except SyntaxError:
        runs = False
    # Of a bracket that stays open, IPython takes all that is in it for what help is asked of.
    if runs and cell.strip() and cell.count("(") <= cell.count(")"):
        notebook = {"cells": [{"cell_type": "code", "source": cell}]}
        assert code_of("cell.ipynb", json.dumps(notebook)).trouble == ()
