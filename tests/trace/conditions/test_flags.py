"""Numbers that are 0 unless they are set: flags, or more than that."""

from __future__ import annotations

import pytest

from tests.trace.tracing import trace

PROGRAM = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--level", type=int, default=0)
args = parser.parse_args()
def step(settings, out):
{}
step(anything, z)
"""


@pytest.mark.parametrize("level", ["settings.get('level', 0)", "args.level"])
@pytest.mark.parametrize(
    "tests",
    [
        ["if {} == 1: out = x", "elif {}: out = torch.sigmoid(out)"],
        ["if not {}: out = x", "elif {} == 1: out = x", "else: out = torch.sigmoid(out)"],
        ["if not {}: return", "if {} == 0 or {} == 1: return", "out = torch.sigmoid(out)"],
    ],
)
def test_a_number_that_is_asked_for_once_more_has_a_third_case(level: str, tests: list[str]) -> None:
    lines = [*(test.replace("{}", level) for test in tests), "F.binary_cross_entropy_with_logits(out, y)"]
    assert [code for _, code in trace(PROGRAM.format("\n".join(f"    {line}" for line in lines))).codes] == ["BCE102"]


def test_a_number_that_is_asked_for_in_two_places_is_a_flag() -> None:
    lines = [
        "if settings.get('level', 0) == 1: out = torch.sigmoid(out)",
        "loss = F.binary_cross_entropy if settings.get('level', 0) else F.binary_cross_entropy_with_logits",
        "loss(out, y)",
    ]
    assert not trace(PROGRAM.format("\n".join(f"    {line}" for line in lines))).codes
