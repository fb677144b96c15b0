"""Cases that are too many to be told apart: what hangs on one of them may not be taken together with what hangs on another."""

from __future__ import annotations

from tests.trace.tracing import trace

NAMES = "abcde"
NETS = "".join(f"    if name == '{name}':\n        return nn.Linear(3, {width})\n" for width, name in enumerate(NAMES, 2))
FACTORS = "".join(f"    if how == '{number}':\n        return {number}\n" for number in range(1, 5))
PROGRAM = f"""
def build(name):
{NETS}    raise ValueError(name)

def factor(how):
{FACTORS}    raise ValueError(how)

def made(out, times):
    return [torch.sigmoid(out)] if times > 1 else out

def loss(out):
    if isinstance(out, list):
        return F.binary_cross_entropy(out[0], torch.ones_like(out[0]))
    return F.binary_cross_entropy_with_logits(out, torch.ones_like(out))

loss(made(build(anything.name)(x) * factor(anything.how), factor(anything.how)))
"""


def test_what_only_a_folded_case_may_be_is_nothing_of_the_others() -> None:
    """Only some of the cases are a list, and in none of these are they logits; which of the folded ones is a list is not known."""
    assert trace(PROGRAM).codes == []


def test_the_cases_that_are_told_apart_are_judged() -> None:
    traced = trace(PROGRAM.replace("return [torch.sigmoid(out)]", "return [out]"))
    assert {code for _, code in traced.codes} == {"BCE101"}
