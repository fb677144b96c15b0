"""Loss calls as they are recorded: arguments, options, places, cases and whether they are trained on."""

from __future__ import annotations

import pytest
import torch

from bcelint.facts import Kind
from bcelint.losscall import LossCall
from tests.trace.tracing import PRELUDE_LINES, case_of, trace


def only(text: str) -> LossCall:
    (call,) = trace(text).calls
    return call


@pytest.mark.parametrize(
    "text",
    [
        "nn.BCEWithLogitsLoss(reduction='sum', pos_weight=y)(p, y)",
        "nn.BCEWithLogitsLoss(None, reduction='sum', pos_weight=y)(input=p, target=y)",
        "F.binary_cross_entropy_with_logits(p, y, reduction='sum', pos_weight=y)",
        "F.binary_cross_entropy_with_logits(target=y, input=p, pos_weight=y, reduction='sum')",
        "import functools\nfunctools.partial(F.binary_cross_entropy_with_logits, reduction='sum', pos_weight=y)(p, y)",
        "nn.BCEWithLogitsLoss(**{'reduction': 'sum', 'pos_weight': y}).cuda()(*[p, y])",
        "nn.BCEWithLogitsLoss(reduction='sum', pos_weight=y).forward(p, y)",
        "getattr(nn, 'BCEWithLogits' + 'Loss')(reduction='sum', pos_weight=y)(p, y)",
        "class L(nn.BCEWithLogitsLoss):\n    pass\nL(reduction='sum', pos_weight=y)(p, y)",
        "class L(nn.BCEWithLogitsLoss):\n    def __init__(self):\n        super().__init__(reduction='sum', pos_weight=y)\nL()(p, y)",
    ],
)
def test_arguments_and_options_however_they_are_given(text: str) -> None:
    call = [call for call in trace(text).calls if not call.is_constructor][-1]
    assert call.loss.name == "BCEWithLogitsLoss"
    assert call.prediction.facts.value("kind") is Kind.PROBABILITIES
    assert call.target.facts.value("kind") is None
    assert call.target.is_tensor
    assert call.options["reduction"].constant == "sum"
    assert call.options["pos_weight"].is_tensor


def test_the_text_of_arguments_is_as_written() -> None:
    call = only("F.binary_cross_entropy_with_logits(torch.sigmoid( z ), target=y)")
    assert call.prediction.text == "torch.sigmoid( z )"
    assert call.target.text == "y"


def test_unknown_keywords() -> None:
    assert only("F.binary_cross_entropy(p, y, wait=3)").unknown_keywords == ("wait",)
    (made, called) = trace("nn.BCELoss(logits=True)(p, y)").calls
    assert made.is_constructor
    assert made.unknown_keywords == ("logits",)
    assert not called.is_constructor


def test_tensors_in_the_constructor() -> None:
    call = only("nn.BCELoss(p, y)")
    assert call.is_constructor
    assert call.constructed_at == call.place


def test_a_constructor_with_keywords_that_are_not_known() -> None:
    assert [call.unknown_keywords for call in trace("nn.BCELoss(**anything)(p, y)").calls] == [()]
    assert only("F.binary_cross_entropy(p, y, wait=3, **anything)").unknown_keywords == ()


@pytest.mark.parametrize(
    "text",
    [
        "F.binary_cross_entropy_with_logits(p, y).backward()",
        "loss = F.binary_cross_entropy_with_logits(p, y)\nloss.backward()",
        "loss = 0\nloss += 0.5 * F.binary_cross_entropy_with_logits(p, y)\nloss.backward()",
        "losses = [F.binary_cross_entropy_with_logits(p, y)]\nsum(losses).backward()",
        "losses = {'a': F.binary_cross_entropy_with_logits(p, y)}\nlosses['a'].backward()",
        "torch.autograd.backward(F.binary_cross_entropy_with_logits(p, y))",
        "class M(nn.Module):\n    def training_step(self, batch, i):\n        return F.binary_cross_entropy_with_logits(p, y)",
        "class M(nn.Module):\n    def training_step(self, batch, i):\n        return {'loss': F.binary_cross_entropy_with_logits(p, y)}",
        "class M(nn.Module):\n    def training_step(self, batch, i):\n        return (F.binary_cross_entropy_with_logits(p, y), 1)",
        "class M(nn.Module):\n    def training_step(self, batch, i):\n        l = F.binary_cross_entropy_with_logits(p, y)\n"
        "        return l if i else l * 2",
        "loss = torch.stack([F.binary_cross_entropy_with_logits(p, y)]).mean()\nloss.backward()",
    ],
)
def test_trained(text: str) -> None:
    assert only(text).trained


@pytest.mark.parametrize(
    "text",
    [
        "F.binary_cross_entropy_with_logits(p, y)",
        "F.binary_cross_entropy_with_logits(p, y)\nF.mse_loss(x, y).backward()",
        "class M(nn.Module):\n    def validation_step(self, batch, i):\n        return F.binary_cross_entropy_with_logits(p, y)",
    ],
)
def test_not_trained(text: str) -> None:
    assert not only(text).trained


@pytest.mark.parametrize(
    "text",
    [
        "if not anything.fix:\n    a.backward()",
        "b = F.mse_loss(nn.Linear(3, 1)(x), y)\n(b if anything.fix else a + b).backward()",
        "total = F.mse_loss(nn.Linear(3, 1)(x), y)\nif not anything.fix:\n    total = total + a\ntotal.backward()",
        "losses = [] if anything.fix else [a]\nsum(losses).backward()",
        "if anything.fix:\n    raise SystemExit\na.backward()",
    ],
)
def test_trained_in_the_cases_that_come_there(text: str) -> None:
    traced = trace(f"q = z.detach() if anything.fix else z\na = F.cross_entropy(q, y)\n{text}")
    assert {case_of(call): call.trained for call in traced.calls} == {" when anything.fix": False, " when not anything.fix": True}


LOOKING = """
def look(net):
    net.eval(){}
    x.requires_grad_()
    F.nll_loss(net(x), anything).backward(){}
    return x.grad
look(nn.Linear(3, 3))
"""


@pytest.mark.parametrize(
    ("before", "behind", "explains"),
    [
        ("", "", True),
        ("\n    for w in net.parameters():\n        w.requires_grad = False", "", True),
        ("", "\n    somewhere.optimizer.step()", False),
        ("", "\n    for w in net.parameters():\n        w.data -= 0.1 * w.grad", False),
        ("", "\n    for w in net.parameters():\n        w.data = w.data - 0.1 * w.grad", False),
        ("", "\n    for w in net.parameters():\n        w.sub_(0.1 * w.grad)", False),
        ("", "\n    return [w.grad for w in net.parameters()]", True),
    ],
)
def test_differentiated_to_be_looked_at(before: str, behind: str, explains: bool) -> None:
    call = only(LOOKING.format(before, behind))
    assert call.trained
    assert call.explains is explains


def test_a_wrapper_is_itself_a_loss() -> None:
    call = only("def wrapper(a, b):\n    return F.binary_cross_entropy_with_logits(a, b)\ndef f():\n    wrapper(torch.sigmoid(z), y)\nf()")
    assert call.place.line - PRELUDE_LINES == 4
    assert call.inner.line - PRELUDE_LINES == 2
    assert call.function == "f"


def test_a_wrapper_with_a_sigmoid_of_its_own_is_judged_inside() -> None:
    call = only("def wrapper(a, b):\n    return F.binary_cross_entropy_with_logits(torch.sigmoid(a), b)\nwrapper(z, y)")
    assert call.place.line - PRELUDE_LINES == 2
    assert call.place == call.inner


def test_the_place_is_the_whole_call() -> None:
    call = only("q = (1 +\n     F.binary_cross_entropy(p,\n        y))")
    assert (call.place.line - PRELUDE_LINES, call.place.column) == (2, 6)
    assert (call.place.end_line - PRELUDE_LINES, call.place.end_column) == (3, 11)


def test_the_function_that_holds_the_call() -> None:
    loss = "F.binary_cross_entropy(p, y)"
    calls = trace(f"def f():\n    {loss}\nclass A:\n    def g(self):\n        {loss}\n{loss}").calls
    assert sorted(call.function for call in calls) == ["<module>", "A.g", "f"]


def test_one_call_in_two_contexts_is_two_events_and_the_same_context_one() -> None:
    text = "def f(v):\n    return F.binary_cross_entropy(v * 1, y)\n"
    assert len(trace(text + "f(p)\nf(z)").calls) == 2
    assert len(trace(text + "for i in range(3):\n    f(p)").calls) == 1


def test_missing_arguments_are_no_error() -> None:
    call = only("F.binary_cross_entropy(p)")
    assert call.target.reason == "the target is not passed"
    assert only("nn.BCELoss()()").prediction.reason == "the prediction is not passed"


def test_what_is_no_tensor_has_a_reason() -> None:
    assert only("F.binary_cross_entropy([p], y)").prediction.reason
    assert only("F.binary_cross_entropy(0.5, y)").prediction.constant == 0.5


def test_cases_are_recorded_one_by_one() -> None:
    calls = trace("F.binary_cross_entropy(p if anything.flag else z, y)").calls
    assert {call.case: call.prediction.facts.value("kind") for call in calls} == {
        ("anything.flag",): Kind.PROBABILITIES,
        ("not anything.flag",): Kind.LOGITS,
    }


def test_the_case_that_the_path_already_holds_is_not_repeated() -> None:
    call = only("if anything.flag:\n    F.binary_cross_entropy(p if anything.flag else z, y)")
    assert call.case == ()
    calls = trace("out = p if anything.flag and anything.other else z\nif anything.flag:\n    F.binary_cross_entropy(out, y)").calls
    assert len(calls) == 2
    assert not [call for call in calls if "anything.flag" in call.case]


def test_the_case_is_named_where_activation_and_criterion_disagree() -> None:
    traced = trace(
        """
        def make(loss):
            return nn.BCELoss() if loss == "bce" else nn.BCEWithLogitsLoss()
        def model(v, loss):
            return torch.sigmoid(v) if loss in ("bce", "weighted") else v
        def main(loss):
            make(loss)(model(z, loss), y)
        """
    )
    assert [code for _, code in traced.codes] == ["BCE102"]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_reduced_loss_is_a_scalar(reduction: str) -> None:
    call = trace(f"l = F.binary_cross_entropy(p, y, reduction='{reduction}')\nF.binary_cross_entropy(l, y)").calls[1]
    assert str(call.prediction.facts.value("shape")) == "()"


def test_a_loss_without_reduction_has_no_known_shape() -> None:
    call = trace("l = F.binary_cross_entropy(p, y, reduction='none')\nF.binary_cross_entropy(l, y)").calls[1]
    assert call.prediction.facts.shape is None


def test_what_hangs_on_an_unseen_setting_is_unknown_and_names_it() -> None:
    text = "class Net(nn.Module):\n    def forward(self, x):\n        return torch.sigmoid(x) if self.training else x\n"
    calls = trace(f"{text}net = Net()\nnet.eval()\nF.binary_cross_entropy_with_logits(net(x), y)").calls
    reason = "it hangs on `{}`, which is set where it is not seen"
    assert [call.prediction.reason for call in calls] == [reason.format("self.training"), reason.format("not self.training")]


@pytest.mark.parametrize(
    "call",
    [
        "F.cross_entropy(p, y, ignore_index=None)",
        "F.cross_entropy(p, y, label_smoothing=None)",
        "F.cross_entropy(p, y, reduction=None)",
        "nn.CrossEntropyLoss(ignore_index=None)(p, y)",
        "F.ctc_loss(p, y, y, y, blank=None)",
    ],
)
def test_an_option_that_torch_takes_no_none_for(call: str) -> None:
    assert trace(f"p = torch.softmax(z, 1)\n{call}").codes == []
    with pytest.raises((TypeError, ValueError)):
        eval(call, {"F": torch.nn.functional, "nn": torch.nn, "p": torch.rand(4, 3), "y": torch.tensor([0, 1, 2, 1])})


@pytest.mark.parametrize("call", ["F.cross_entropy(p, y, weight=None)", "F.cross_entropy(p, y, size_average=True, reduction=None)"])
def test_one_that_may_be_none(call: str) -> None:
    assert [code for _, code in trace(f"p = torch.softmax(z, 1)\n{call}").codes] == ["BCE103"]


CUT_OFF = """
sure = F.cross_entropy(nn.Linear(3, 3)(anything.x).detach(), anything.y, reduction="none")
told = nn.Linear(3, 1)(anything.x).squeeze(1)
{use}.mean().backward()
"""


@pytest.mark.parametrize("use", ["(sure * told)", "(torch.exp(-sure) * told + (1 - torch.exp(-sure)) * told)", "(told - sure)", "(sure / told)"])
def test_a_loss_that_another_net_is_held_against(use: str) -> None:
    assert [code for _, code in trace(CUT_OFF.format(use=use)).codes] == []


@pytest.mark.parametrize("use", ["sure", "(sure * 2)", "(sure * anything.weight)", "(sure + told)", "(sure * torch.rand(4))"])
def test_a_loss_that_is_trained_on_though_nothing_learns_by_it(use: str) -> None:
    assert [code for _, code in trace(CUT_OFF.format(use=use)).codes] == ["BCE303"]
