"""Our own files of declared knowledge, all of them, and the reader that they and the users' tables share."""

from __future__ import annotations

import pytest

from bcelint.contracts.declared.declarations import library, library_row, packages, read
from bcelint.contracts.declared.reading import BadTable
from bcelint.contracts.declared.rows import agreed
from bcelint.contracts.declared.toml import loads
from bcelint.contracts.schema import UNKNOWN


@pytest.mark.parametrize("package", [*sorted(packages()), "<no file of ours>"])
def test_our_own_files_are_understood_and_name_their_sources(package: str) -> None:
    declared = library(package)
    for name, row in [*declared.losses.items(), *declared.calls.items()]:
        assert row.source, name
        assert name.partition(".")[0] == package, name
        assert library_row(name) == row


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[losses."a.B"]\npredicton = "logits"', 'losses."a.B".predicton: unknown key; did you mean prediction?'),
        ('[losses."a.B"]\napplies = "sigmoid"', 'losses."a.B".prediction: is missing'),
        ('[losses."a.B"]\nprediction = "logit"', "'logit' is not known; did you mean logits?"),
        ('[losses."a.B"]\nprediction = "logits"\nsource = 3', "is an integer and should be a string"),
        ('[losses."a.B"]\nprediction = "logits"\ntarget = {form = "clases"}', "losses.\"a.B\".target.form: 'clases' is not known"),
        ('[losses."a.B"]\nprediction = "probabilities"\napplies = "sigmoid"', "the loss is not said to want logits"),
        ('[losses."a.B"]\nprediction = "logits"\nrange = [1, 0]', "should be two numbers, the lower one first"),
        ('[losses."a.B"]\nprediction = "logits"\ninit = "gamma"\nfunction = true', "a function has no constructor"),
        ('[losses."a.B"]\nprediction = "logits"\ncall = "x, y"\ntarget-parameter = "z"', "'z' is no parameter of call"),
        ('[losses."a.B"]\nprediction = "logits"\ninit = "gamma=1"\ncases = [{when = "gama", prediction = "any"}]', "did you mean gamma?"),
        ('[losses."a.B"]\nprediction = "logits"\ncases = [{prediction = "any"}]', 'losses."a.B".cases[0].when: is missing'),
        ('[losses."a.B"]\nprediction = "logits"\ncases = [{when = "import x", prediction = "any"}]', "is no expression in Python's notation"),
        ('[losses."a.B"]\nprediction = "logits"\ncases = [{when = "f(x)", prediction = "any"}]', "`f(x)` is not understood"),
        ("[losses.a.B]\nprediction = 'logits'", "losses.a: is no dotted name"),
        ('[calls."a.b"]\ninit = "n"\nlayers = {fc = "torch.nn.Linear(..., m)"}', 'calls."a.b".layers.fc: mentions m, which is no parameter'),
        ('[calls."a.b"]\nlayers = {fc = 3}', 'calls."a.b".layers.fc: is an integer and should be a string'),
        ('[calls."a.b"]\nlayers = ["..."]\nresets = {reset = "n m"}', "calls.\"a.b\".resets.reset: 'n m' is no list of parameters"),
        ('[calls."a.b"]\ninit = "n"\nreturns = "logits"\ncases = [{when = "known(n, 1)", returns = "unknown"}]', "is not understood"),
        ("losses = 3", "losses: is an integer and should be a table"),
        ('[calls."a.b"]\nmodel = true', 'calls."a.b".returns: is missing'),
        ('[calls."a.b"]\nreturns = "head"', "has no layers"),
        ('[calls."a.b"]\nreturns = {knd = "logits"}', 'calls."a.b".returns.knd: unknown key; did you mean kind?'),
        ('[calls."a.b"]\nreturns = {argument = "model"}', "'model' is no parameter; declare the parameters in init"),
        ('[calls."a.b"]\nreturns = {tuple = ["logits"], kind = "logits"}', "stand alone"),
        ('[calls."a.b"]\nreturns = {items = {out = "logit"}}', "calls.\"a.b\".returns.items.out: 'logit' is not known"),
        ('[calls."a.b"]\ninit = "x"\nreturns = {shape = ["y * 2"]}', "shape[0]: mentions y, which is no parameter"),
        ('[calls."a.b"]\ninit = "x y"\nreturns = "logits"', "is no list of parameters"),
        ('[calls."a.b"]\nlayers = ["Linear"]', "is no call of a layer by its full name"),
        ('[calls."a.b"]\nmodel = false\ncall = "x"\nreturns = "logits"', "what a model has"),
        ('[calls."a.b"]\ncall = "x"\nlayers = ["..."]\ncases = [{when = "x", layers = ["..."]}]', "by which only `returns` can differ"),
        ('[calls."a.b"]\nreturns = "logits"\n[losses."a.b"]\nprediction = "any"', "is declared as a loss, too"),
        ('[calls."a.b"]\nreturns = "logits"\n[calls."a.c"]\nreturns = "logits"\nnames = ["a.b"]', "is declared twice"),
    ],
)
def test_a_mistake_is_named(text: str, said: str) -> None:
    with pytest.raises(BadTable) as caught:
        read(loads(text.encode()))
    assert said in str(caught.value)


def test_our_own_rows_need_a_source() -> None:
    with pytest.raises(BadTable, match="source: is missing"):
        read({"calls": {"a.b": {"returns": "logits"}}}, ours=True)


def test_what_is_the_same_in_all_cases_is_known_whichever_holds() -> None:
    layers = 'layers = ["torch.nn.Linear(..., n)"]'
    heads = f'[calls."a.b"]\ninit = "name, n"\nhead = "fc"\n{layers}\ncases = [{{when = "name == \'c\'", head = "classifier"}}]'
    row = read(loads(heads.encode())).calls["a.b"]
    known = agreed(row.cases.possible(row, lambda name: UNKNOWN))
    assert known is not None
    assert (known.head, known.layers, known.returns.form) == ("", row.layers, "head")
    assert row.cases.choose(row, lambda name: UNKNOWN) is None
    certain = agreed(row.cases.possible(row, lambda name: "c"))
    assert certain is not None
    assert certain.head == "classifier"
    outputs = '[calls."a.b"]\ncall = "x, y=None"\nreturns = {attributes = {logits = "logits"}}\n'
    outputs += 'cases = [{when = "y is not None", returns = {attributes = {loss = "unknown", logits = "logits"}}}]'
    row = read(loads(outputs.encode())).calls["a.b"]
    either = agreed(row.cases.possible(row, lambda name: UNKNOWN))
    assert either is not None
    assert (either.returns.form, [name for name, _ in either.returns.parts]) == ("names", ["logits"])
