"""Notebooks as text: which cells are read, where they stand, and what is no notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bcelint.project.files import discover
from bcelint.project.parse import parse
from bcelint.project.project import Project
from bcelint.project.reading import read_source, source_from_text
from bcelint.project.source import BadInput, Source

V4 = nbformat.v4
PATH = "/nowhere/train.ipynb"


def notebook(*cells: str | Any, **metadata: Any) -> str:
    """A notebook of today with code cells, and those that are given as they are."""
    made = [V4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    return nbformat.writes(V4.new_notebook(cells=made, metadata=metadata))


def code(source: Source) -> dict[int, str]:
    """The text of each cell by its number."""
    lines = source.text.split("\n")
    ends = [cell.first - 2 for cell in source.cells[1:]] + [len(lines)]
    return {cell.number: "\n".join(lines[cell.first - 1 : end]).rstrip("\n") for cell, end in zip(source.cells, ends)}


def test_code_cells_in_order_with_the_numbers_that_people_see() -> None:
    source = source_from_text(PATH, notebook(V4.new_markdown_cell("# Training"), "a = 1", V4.new_raw_cell("raw"), "b = 2\nc = 3", "d = 4"))
    assert code(source) == {2: "a = 1", 4: "b = 2\nc = 3", 5: "d = 4"}
    assert parse(source).code == source.text
    lines = source.text.split("\n")
    found = {name: source.cell_at(lines.index(name) + 1) for name in ("a = 1", "b = 2", "c = 3", "d = 4")}
    assert {name: (cell.number, lines.index(name) + 2 - cell.first) for name, cell in found.items() if cell} == {
        "a = 1": (2, 1), "b = 2": (4, 1), "c = 3": (4, 2), "d = 4": (5, 1)
    }  # fmt: skip
    assert source_from_text("/nowhere/train.py", "a = 1\n").cell_at(1) is None


def test_source_as_a_list_and_other_line_ends() -> None:
    plain = json.loads(notebook("a = 1\nb = 2", "c = '\u2028\x0c'\nd = 1"))
    for cell in plain["cells"]:
        cell["source"] = [part + "\r\n" for part in "".join(cell["source"]).split("\n")]
    assert code(source_from_text(PATH, json.dumps(plain))) == {1: "a = 1\nb = 2", 2: "c = '\u2028\x0c'\nd = 1"}


def test_version_3_with_its_worksheets() -> None:
    old = nbformat.v3
    cells = [old.new_text_cell("markdown", "# Old"), old.new_code_cell("a = 1"), old.new_code_cell("library(x)", language="R")]
    sheets = [old.new_worksheet(cells=cells), old.new_worksheet(cells=[old.new_code_cell("b = 2")])]
    source = source_from_text(PATH, nbformat.v3.writes_json(old.new_notebook(worksheets=sheets)))
    assert code(source) == {2: "a = 1", 4: "b = 2"}


def test_notebooks_and_cells_in_other_languages_are_left_aside() -> None:
    assert source_from_text(PATH, notebook("library(torch)", kernelspec={"name": "ir", "display_name": "R", "language": "R"})).cells == ()
    assert source_from_text(PATH, notebook("using Flux", language_info={"name": "julia"})).cells == ()
    foreign = V4.new_code_cell("SELECT 1", metadata={"vscode": {"languageId": "sql"}})
    assert code(source_from_text(PATH, notebook(foreign, "a = 1", language_info={"name": "python"}))) == {2: "a = 1"}
    assert code(source_from_text(PATH, notebook("a = 1", kernelspec={"name": "my-env", "display_name": "mine"}))) == {1: "a = 1"}


@pytest.mark.parametrize("metadata", [None, [], {"kernelspec": None, "language_info": "python"}, {"kernelspec": {"language": 3}}])
def test_metadata_that_are_missing_or_of_another_form(metadata: Any) -> None:
    plain = json.loads(notebook("a = 1"))
    plain["cells"].insert(0, "no cell")
    plain["cells"].append({"cell_type": "code"})
    del plain["metadata"], plain["cells"][1]["metadata"]
    if metadata is not None:
        plain["metadata"] = metadata
    assert code(source_from_text(PATH, json.dumps(plain))) == {2: "a = 1", 3: ""}


def test_a_cell_that_can_not_be_parsed_is_left_out() -> None:
    source = source_from_text(PATH, notebook("a = 1", "x = 0\ndef f(:\n    pass", "nul = '\0'", "b = 2", "print 'two'", "c = = 3"))
    assert code(source) == {1: "a = 1", 2: "", 3: "", 4: "b = 2", 5: "print 'two'", 6: ""}
    wrong = "syntax error: invalid syntax"
    assert [line.split(" (")[0] for line in source.trouble] == [f"cell 2: {wrong}", "cell 3: holds a null byte", f"cell 6: {wrong}"]
    assert source.trouble[0].endswith("(line 2)")


def test_await_and_cells_that_are_indented_as_a_whole() -> None:
    source = source_from_text(
        PATH, notebook("p = await net(x)\nasync for y in z:\n    pass", "\n  a = 1\n  if a:\n    b = 2", "  a = 1\nb = 2", "  a = (\n")
    )
    assert code(source) == {1: "p = await net(x)\nasync for y in z:\n    pass", 2: "\n  a = 1\n  if a:\n    b = 2", 3: "  a = 1\nb = 2", 4: ""}
    [trouble] = source.trouble
    assert trouble.startswith("cell 4: ")
    assert trouble.endswith(("(line 1)", "(line 2)"))  # Python 3.9 blames the line behind
    assert parse(source).code == source.text


def test_a_cell_is_dropped_only_where_ipython_would_refuse_it() -> None:
    cells = [
        'print("loss = %d" % n)',
        'log("x = %d", n)\n%matplotlib inline',
        'def f():\n    """\n    %%time\n    x = %d\n    """',
        "x = foo?",
        ">>> c = 3\n>>> %time d = 4",
        "pip install torch",
        "  # nothing",
        "# first\n  %time a = 1",
    ]
    source = source_from_text(PATH, notebook(*cells))
    assert source.trouble == ()
    assert parse(source).code == source.text
    python = code(source)
    assert {number: python[number] for number in (1, 2, 3)} == {1: cells[0], 2: 'log("x = %d", n)\npass', 3: cells[2]}
    assert (python[5], python[6]) == ("    c = 3\n    0    ;d = 4\n".rstrip("\n"), "pass")


@pytest.mark.parametrize("cell", ["a = '''\n%time", "x = '''(\n!ls", "nn.BCELoss('''\n%matplotlib inline", "'''\npip install numpy"])
def test_no_cell_mends_or_breaks_another(cell: str) -> None:
    """Each is parsed alone: a string that one leaves open would be closed in the next."""
    source = source_from_text(PATH, notebook("a = 1", cell, "'''", "b = 2"))
    assert [line.split(":")[0] for line in source.trouble] == ["cell 2", "cell 3"]
    assert code(source) == {1: "a = 1", 2: "", 3: "", 4: "b = 2"}


def test_lines_that_ipython_reads_are_kept_as_they_are_written() -> None:
    source = source_from_text(PATH, notebook("a = 1", "%time b = 2\nc = !ls\nd = 4"))
    assert code(source) == {1: "a = 1", 2: "0    ;b = 2\nc = get_ipython()\nd = 4"}
    (_, second) = source.cells
    assert source.written == {second.first: "%time b = 2", second.first + 1: "c = !ls"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", '{"cells": 1}', '{"nbformat": 4}', '{"cells": []} x', '{"cells": [' + "[" * 100_000, "9" * 5000]
)
def test_what_is_no_notebook(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        source_from_text(PATH, text)
    assert caught.value.reason.startswith(("broken JSON", "no notebook", "nested too deeply"))
    assert "\n" not in caught.value.reason


def test_discovery_takes_notebooks_but_not_their_checkpoints(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "net.py").write_text("class Net: pass\n")
    (tmp_path / "train.ipynb").write_text(notebook("import net"))
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "train-checkpoint.ipynb").write_text(notebook("import net"))
    assert [Path(path).name for path in discover([str(tmp_path)], warn=print)] == ["net.py", "train.ipynb"]
    project = Project(str(tmp_path))
    (importer,) = project.importers(str(tmp_path / "net.py"))
    assert Path(importer).name == "train.ipynb"


def test_a_notebook_is_no_module_that_others_import(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "net.ipynb").write_text(notebook("class Net: pass"))
    (tmp_path / "train.py").write_text("import net\nimport lib\n")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "__init__.ipynb").write_text(notebook("a = 1"))
    project = Project(str(tmp_path))
    assert project.imports(str(tmp_path / "train.py")) == frozenset()
    assert project.children(str(tmp_path)) == ["train"]


def test_what_was_printed_and_drawn_names_nothing(tmp_path: Path) -> None:
    """The bytes that an index is made from are those of the cells."""
    cell = V4.new_code_cell("a = 1", outputs=[V4.new_output("stream", text="import net\nnn.BCELoss()")])
    path = tmp_path / "train.ipynb"
    path.write_text(notebook(cell, V4.new_markdown_cell("nn.BCELoss()")))
    project = Project(str(tmp_path))
    assert not project.names_loss(str(path))
    assert read_source(str(path)).text == "\na = 1\n"


PARTS = ["x = 1", "%time x", "!ls", "'''", "(", ")", "if x:", "    y", "f?", "%%time", "%%bash", "\\", "x = !ls", ">>> x", "pip install x"]
LINE = st.one_of(st.text(max_size=12), st.sampled_from(PARTS))


@settings(deadline=None)
@given(st.lists(st.lists(LINE, max_size=6).map("\n".join), max_size=4))
def test_whatever_cells_hold_the_text_parses_and_lines_stay(cells: list[str]) -> None:
    text = json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})
    source = source_from_text(PATH, text)
    parse(source)
    lines = source.text.split("\n")
    for cell, text in zip(source.cells, cells):
        for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=cell.first):
            assert source.cell_at(number) == cell
            assert source.written.get(number, lines[number - 1]) == line
