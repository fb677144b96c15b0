"""The bounds of the evaluation, and errors of bcelint's own: what was met until then counts, and nothing raises."""

from __future__ import annotations

import pytest

from bcelint.trace.state import modules
from bcelint.trace.state import run as running
from bcelint.trace.values.layers import Layer
from tests.trace.tracing import trace, trace_files, value_of

LOSS = "F.binary_cross_entropy_with_logits(p, y)\n"


def lines(text: str) -> list[int]:
    return [line for line, _ in trace(text).codes]


def test_steps_are_bounded_for_each_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "FUNCTION_STEPS", 40)
    endless = "def endless(v):\n" + "    v = v + 1\n" * 60 + f"    {LOSS}"
    traced = trace(f"{endless}\n\ndef short():\n    {LOSS}")
    assert [call.function for call in traced.calls] == ["short"]
    assert traced.warnings == []


def test_what_was_met_before_the_steps_ran_out_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MAX_STEPS", 40)
    assert lines(LOSS + "x = x + 1\n" * 60 + LOSS) == [1]


def test_entry_points_get_few_steps_after_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"def f{i}():\n" + "    v = 1\n" * 20 + f"    {LOSS}" for i in range(4))
    assert len(trace(text).calls) == 4
    monkeypatch.setattr(running, "MANY_STEPS", 30)
    monkeypatch.setattr(running, "FEW_STEPS", 5)
    assert 1 <= len(trace(text).calls) < 4


def test_functions_that_nobody_calls_are_left_alone_where_many_led_to_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    barren = "".join(f"def f{i}():\n" + "    v = 1\n" * 20 for i in range(4))
    fruitful = "".join(f"def g{i}():\n" + "    v = 1\n" * 20 + f"    {LOSS.replace('(p', f'(p * {i + 1}')}" for i in range(4))
    named = LOSS.replace("(p", "(p * 9")
    text = f"criterion = nn.BCEWithLogitsLoss()\n{fruitful}{barren}def last():\n    criterion(p, y)\ndef names_it():\n    {named}"
    assert [call.function for call in trace(text).calls] == ["g0", "g1", "g2", "g3", "last", "names_it"]
    monkeypatch.setattr(running, "BARREN_STEPS", 50)
    assert [call.function for call in trace(text).calls] == ["g0", "g1", "g2", "g3", "names_it"], "what names a loss itself is tried"


def test_only_so_much_source_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    main = f"import torch.nn.functional as F\nfrom far import p\n{LOSS}"
    files = {"main.py": main, "far.py": "import torch\np = torch.rand(3) * 2\n"}
    assert not trace_files(files).calls[0].prediction.reason
    monkeypatch.setattr(modules, "MAX_SOURCE", len(main) + 10)
    assert trace_files(files).calls[0].prediction.reason == "p is imported, and the project is too large to be read whole"


def test_calls_are_nested_so_deep_only() -> None:
    functions = "".join(f"def f{i}(v):\n    return f{i + 1}(v)\n" for i in range(60))
    assert value_of(f"{functions}def f60(v):\n    return v\nout = f0(p)") == "unknown: calls are nested too deeply"
    assert value_of(f"{functions}def f60(v):\n    return v\nout = f55(p)") == "probabilities"


def test_deeply_nested_expressions_end_nothing() -> None:
    assert value_of("out = " + "(" * 60 + "p" + ")" * 60) == "probabilities"
    assert value_of("out = p" + " * 1" * 400) == "probabilities"


def test_an_internal_error_ends_one_entry_point_only(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = Layer.call

    def broken(layer, at, args):  # type: ignore[no-untyped-def]
        if layer.row.title == "Tanh":
            raise KeyError("broken")
        return genuine(layer, at, args)

    monkeypatch.setattr(Layer, "call", broken)
    text = f"def first():\n    {LOSS}    nn.Tanh()(x)\n    {LOSS}\n\ndef second():\n    {LOSS}"
    traced = trace(text)
    assert [call.function for call in traced.calls] == ["first", "second"]
    ((path, reason),) = traced.warnings
    assert path == "main.py"
    assert reason.startswith("internal error: KeyError: 'broken' (test_bounds.py:")


def test_tests_are_evaluated_last() -> None:
    loss = "import torch\nimport torch.nn.functional as F\nF.cross_entropy(torch.rand(3), 1)\n"
    traced = trace_files({"tests/a.py": loss, "test_b.py": loss, "conftest.py": loss, "c_test.py": loss, "zoo.py": loss})
    assert traced.calls[0].place.path.endswith("zoo.py")
    assert len(traced.calls) == 5


def test_long_lists_and_wide_choices_are_bounded() -> None:
    branches = "".join(f"{'el' if i else ''}if n == {i}: out = torch.sigmoid(x)\n" for i in range(40))
    assert value_of(f"n = anything\nout = z\n{branches}").count(";") < 8
    branches = "".join(f"{'el' if i else ''}if n == {i}: out = {i}\n" for i in range(40))
    assert "unknown: too many cases" in value_of(f"n = anything\nout = z\n{branches}")
    assert value_of("out = [p for _ in range(10000)][9999]") == "probabilities"
