"""What is known to raise, and what goes on all the same."""

from __future__ import annotations

import textwrap

import nbformat
import pytest

from tests.trace.tracing import trace, trace_files, value_of

LOSS = "F.binary_cross_entropy(torch.sigmoid(z), z)\n"


def test_a_cell_that_raises_ends_there() -> None:
    """The next one is run by itself."""
    cells = ["import torch\nimport torch.nn.functional as F\nz = torch.rand(3)", f"print(nowhere)\n{LOSS}", LOSS]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    (call,) = trace_files({"main.ipynb": nbformat.writes(made)}).calls
    assert call.place.cell == 3


@pytest.mark.parametrize(
    "line",
    [
        "print(nowhere)",
        "a = nowhere",
        "a = [nowhere]",
        "a = {1: nowhere}",
        "a = f'{nowhere}'",
        "for a in nowhere: pass",
        "nowhere.f()",
        "return nowhere",
    ],
)
def test_a_name_that_is_bound_nowhere(line: str) -> None:
    assert not trace(f"def f():\n    {line}\n    {LOSS}f()\n").calls


def test_a_fragment_of_a_script_may_lack_names() -> None:
    assert trace(f"print(nowhere)\n{LOSS}").calls


@pytest.mark.parametrize(("arguments", "raises"), [("z", True), ("x=z", True), ("z, 2", False), ("*more", False), ("z, **more", False)])
def test_torch_lacks_an_argument(arguments: str, raises: bool) -> None:
    assert bool(trace(f"def f(more):\n    F.max_pool1d({arguments})\n    {LOSS}f(anything)\n").calls) is not raises


def after(test: str, around: str = "{}") -> str:
    """What a function returns, by the same test as the name that it has read before is set by."""
    body = f"if anything.a: b = 1\n{around.format(test)}\nreturn p if anything.a else z"
    return value_of("def f():\n" + textwrap.indent(body, "    ") + "\nout = f()\n")


@pytest.mark.parametrize("line", ["print(b)", "c = b", "c = [b]", "c = {1: b}", "for c in b: pass", "b.c", "b()", "c = f'{b}'"])
def test_a_case_in_which_a_name_is_not_set_is_left(line: str) -> None:
    assert after(line) == "probabilities"


@pytest.mark.parametrize("around", ["try:\n    {}\nexcept NameError:\n    pass", "for i in anything:\n    {}", "if anything.b:\n    {}"])
def test_what_is_caught_or_may_have_been_set_goes_on(around: str) -> None:
    assert after("print(b)", around) == "probabilities when anything.a; logits when not anything.a"
