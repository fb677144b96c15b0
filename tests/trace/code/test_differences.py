"""Numbers that are compared with one another, in rounds of loops."""

from __future__ import annotations

import pytest

from tests.trace.tracing import trace

LOOP = """
n, m = len(anything.a), len(anything.b)
for i in range(n):
    if {test}:
        F.binary_cross_entropy(z, y)
"""


@pytest.mark.parametrize(
    "test", ["i < n - 1", "i == n - 137", "i < n - 137", "i != n - 1", "i >= n - 5000", "i < m - 1", "i + 3 == m", "n > i", "m - i > 7"]
)
def test_what_a_round_may_be(test: str) -> None:
    assert trace(LOOP.format(test=test)).codes == [(5, "BCE101")]


@pytest.mark.parametrize("test", ["i >= n", "i > n - 1", "n <= i", "i + 1 > n", "i < n - 1 and i == n - 1", "i != n - 1 and not i < n - 1"])
def test_what_no_round_is(test: str) -> None:
    assert trace(LOOP.format(test=test)).codes == []


def test_numbers_that_need_not_be_whole() -> None:
    program = """
a, b = float(anything.a), float(anything.b)
if a > b:
    p = torch.sigmoid(x) if a >= b + 1 else z
    F.binary_cross_entropy_with_logits(p, y)
"""
    assert [case.partition(" when ")[0] for case in trace(program).predictions] == ["probabilities", "logits"]
