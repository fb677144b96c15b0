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


@pytest.mark.parametrize(
    ("setting", "key", "raises"),
    [
        ("d = {'a': 1}", "0", True),
        ("d = {1: 'a', 2.0: 'b'}", "'b'", True),
        ("d = {'a': 1}", "'b'", False),
        ("d = {'a': 1}", "'a'", False),
        ("d = {}", "'a'", False),
        ("d = {'a': 1}\nd.update(anything)", "0", False),
        ("d = {'a': 1}\nanything(d)", "0", False),
        ("d = {'a': 1, anything.name: 2}", "0", False),
        ("d = {'a': 1}\nd[0] = 2", "0", False),
        ("import collections\nd = collections.defaultdict(int)\nd['a'] = 1", "0", False),
    ],
)
def test_a_key_that_a_dict_lacks(setting: str, key: str, raises: bool) -> None:
    """Of another type than those that it has: one of the same may be set where it is not seen, as in a registry."""
    assert bool(trace(f"{setting}\nprint(d[{key}])\n{LOSS}").calls) is not raises


@pytest.mark.parametrize("made", ["[{'a': 1}[0] for c in anything]", "{{'a': 1}[0] for c in anything}", "[{'a': 1}[0] for c in ()]"])
def test_a_comprehension_whose_items_raise_has_none(made: str) -> None:
    assert value_of(f"items = {made}\nout = p if len(items) == 0 else z") == "probabilities"


def test_a_comprehension_over_items_that_are_known_raises() -> None:
    assert not trace(f"items = [{{'a': 1}}[c] for c in (0, 1)]\n{LOSS}").calls


def test_a_data_set_without_items_gives_no_batch() -> None:
    program = """
    from torch.utils.data import DataLoader, Dataset
    class Data(Dataset):
        def __init__(self):
            self.items = [{'a': 1}[0] for line in anything]
        def __len__(self):
            return len(self.items)
        def __getitem__(self, i):
            return torch.rand(3)
    for batch in DataLoader(Data()):
        F.binary_cross_entropy(batch, z)
    """
    assert not trace(textwrap.dedent(program)).calls


def test_a_generator_computes_nothing_before_it_is_asked() -> None:
    assert trace(f"items = ({{'a': 1}}[c] for c in (0, 1))\n{LOSS}").calls


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ("sampler=anything", "self.items = []"),
        ("batch_sampler=anything", "self.items = []"),
        ("", "self.items = []; somewhere.fill(self.items)"),
        ("", "self.items = []; somewhere.fill(self)"),
        ("", "self.items = [1]"),
    ],
)
def test_a_data_set_that_may_have_items(options: str, body: str) -> None:
    program = f"""
    from torch.utils.data import DataLoader, Dataset
    class Data(Dataset):
        def __init__(self):
            {body}
        def __len__(self):
            return len(self.items)
        def __getitem__(self, i):
            return torch.rand(3)
    for batch in DataLoader(Data(), {options}):
        F.binary_cross_entropy(batch, z)
    """
    assert trace(textwrap.dedent(program)).calls
