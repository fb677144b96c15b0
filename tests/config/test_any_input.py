"""Whatever TOML holds, reading it ends in a configuration or in one line that names the key."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bcelint.config.reading import KEYS, Config, ConfigError, read_config
from bcelint.contracts.declared import calls, losses

WORDS = [*KEYS, *losses.KEYS, *losses.FIXED, *calls.KEYS, *calls.FIXED, *calls.FACTS, *calls.HOLDERS, "cases", "when", "form", "dtype", "argument"]
TEXTS = st.sampled_from(
    ["", "logits", "head", "unknown", "a.b", "a.b.C", "x", "x, y=1", "*args, **kwargs", "x=...", "x == 1", "x.shape[0]", "known(x)", "-x", "x[", "!",
     "BCE1", "tests/", "sigmoid", "probabilities", "torch.nn.Linear(..., x)", "...", "?", "int64", "(", "lambda: 1", "x if y else z", "\x00", "é"]
)  # fmt: skip
SCALARS = st.one_of(TEXTS, st.integers(-2, 3), st.floats(), st.booleans())
KEY = st.sampled_from([*WORDS, "a.b"]) | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3))
NAMES = st.sampled_from(["a.b", "a.b.C", "x", ""])


def rows(keys: tuple[str, ...], always: str) -> st.SearchStrategy[dict[str, Any]]:
    """Rows with keys that exist, a plausible value in the one that may not lack, and cases."""
    cases = st.lists(st.fixed_dictionaries({"when": TEXTS}, optional=dict.fromkeys(keys, VALUES)), max_size=2)
    row = st.fixed_dictionaries(
        {always: TEXTS | VALUES}, optional={**{key: TEXTS | VALUES for key in keys if key != always}, "cases": cases | VALUES}
    )
    return st.dictionaries(NAMES, row, max_size=2)


LOSSES = rows((*losses.KEYS, *losses.FIXED), "prediction")
CALLS = rows((*calls.KEYS, *calls.FIXED), "returns")
OTHERS = {key: VALUES for key in KEYS if key not in ("losses", "calls")}
TABLES = st.one_of(
    st.fixed_dictionaries({"losses": LOSSES}),
    st.fixed_dictionaries({"calls": CALLS}),
    st.fixed_dictionaries({}, optional=OTHERS),
)


@settings(max_examples=400, deadline=None)
@given(TABLES)
def test_reading_never_fails_in_another_way(data: dict[str, Any]) -> None:
    try:
        found = read_config(os.path.abspath("pyproject.toml"), data, os.getcwd())
    except ConfigError as error:
        text = str(error)
        assert text.startswith("pyproject.toml: tool.bcelint.")
        return
    assert isinstance(found, Config)
    for row in found.declared.calls.values():
        for when, _ in row.cases.options:
            when.value(lambda name: 1)
