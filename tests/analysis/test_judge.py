"""The judge: verdicts, which rule speaks where several could, and how the contexts of one call become one result."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from bcelint.analysis.judge import facts_text, judge
from bcelint.analysis.merging import merge
from bcelint.facts import Claim, DType, Facts, Kind, Shape
from bcelint.finding import JudgedCall, Verdict
from bcelint.losscall import Argument, LossCall
from bcelint.places import FixedPlace, Step
from bcelint.rules.registry import ALL_RULES, selected
from tests.rules.build import INF, LABELS, LOG_SOFTMAX, LOGITS, NOTHING, SIGMOID, SOFTMAX, TANH, call, codes, facts

DEFAULT = selected()


def verdict(loss_call: LossCall) -> Verdict:
    return judge(loss_call, DEFAULT).verdict


LEFT_OUT = "not all of its cases were looked at: too many cases"
COLUMN, ROW, SCORES = Shape((8, 1)), Shape((8,)), Shape((8, 3))
INDICES = facts(range=(0, 2), dtype=DType.INT64, shape=ROW, grad=False)
SHARES = facts(Kind.PROBABILITIES, (0, 1), DType.FLOAT32, SCORES, False, axis=1)


def shaped(known: Facts, shape: Shape) -> Facts:
    return replace(known, shape=Claim(shape))


@pytest.mark.parametrize(
    ("loss", "prediction", "target"),
    [
        ("BCELoss", shaped(SIGMOID, COLUMN), shaped(LABELS, COLUMN)),
        ("BCELoss", facts(range=(0.1, 0.9), shape=COLUMN, grad=True), shaped(LABELS, COLUMN)),
        ("BCELoss", facts(range=(0, 1), shape=COLUMN, grad=True, tight=False), shaped(LABELS, COLUMN)),
        ("BCEWithLogitsLoss", shaped(LOGITS, Shape((None, 1))), shaped(LABELS, Shape((None, 1)))),
        ("BCEWithLogitsLoss", shaped(TANH, COLUMN), shaped(LABELS, COLUMN)),
        ("CrossEntropyLoss", shaped(LOGITS, SCORES), INDICES),
        ("CrossEntropyLoss", shaped(LOGITS, Shape((3,), open=True)), INDICES),
        ("CrossEntropyLoss", shaped(LOGITS, SCORES), SHARES),
        ("CrossEntropyLoss", shaped(LOG_SOFTMAX, SCORES), INDICES),
        ("NLLLoss", shaped(LOG_SOFTMAX, SCORES), INDICES),
        ("KLDivLoss", shaped(LOG_SOFTMAX, SCORES), SHARES),
        ("KLDivLoss", facts(range=(-INF, 0), shape=SCORES, grad=True, tight=False), SHARES),
        ("CTCLoss", shaped(LOG_SOFTMAX, SCORES), NOTHING),
        ("PoissonNLLLoss", facts(shape=COLUMN, grad=True), facts(shape=COLUMN)),
    ],
)
def test_ok_where_all_that_is_asked_is_known_and_met(loss: str, prediction: Facts, target: Facts) -> None:
    judged = judge(call(loss, prediction, target), DEFAULT)
    assert (judged.verdict, judged.reason) == (Verdict.OK, "")


FULL = {
    "BCELoss": (shaped(SIGMOID, COLUMN), shaped(LABELS, COLUMN)),
    "CrossEntropyLoss": (shaped(LOGITS, SCORES), INDICES),
    "KLDivLoss": (shaped(LOG_SOFTMAX, SCORES), SHARES),
    "CTCLoss": (shaped(LOG_SOFTMAX, SCORES), NOTHING),
    "PoissonNLLLoss": (facts(shape=COLUMN, grad=True), facts(shape=COLUMN)),
}


@pytest.mark.parametrize(
    ("loss", "side", "fact", "reason"),
    [
        ("BCELoss", 0, "dtype", ""),
        ("BCELoss", 0, "shape", "input: shape not known"),
        ("BCELoss", 0, "grad", "input: gradient not known"),
        ("BCELoss", 1, "range", "target: range not known"),
        ("BCELoss", 1, "dtype", "target: dtype not known"),
        ("BCELoss", 1, "shape", "target: shape not known"),
        ("BCELoss", 1, "grad", ""),
        ("CrossEntropyLoss", 0, "shape", "input: shape not known"),
        ("CrossEntropyLoss", 1, "range", ""),
        ("CrossEntropyLoss", 1, "dtype", "target: dtype not known"),
        ("CrossEntropyLoss", 1, "shape", "target: shape not known"),
        ("KLDivLoss", 1, "dtype", ""),
        ("CTCLoss", 0, "grad", "log_probs: gradient not known"),
        ("PoissonNLLLoss", 0, "grad", "log_input: gradient not known"),
        ("PoissonNLLLoss", 1, "shape", "target: shape not known"),
    ],
)
def test_partly_known_names_what_is_not_known(loss: str, side: int, fact: str, reason: str) -> None:
    known = list(FULL[loss])
    known[side] = replace(known[side], **{fact: None})
    judged = judge(call(loss, *known), DEFAULT)
    assert judged.reason == reason
    assert judged.verdict is (Verdict.PARTLY if reason else Verdict.OK)
    assert bool(judged.open_rules) == bool(reason)


def test_nothing_known_of_the_target_is_partly_known() -> None:
    judged = judge(call("BCELoss", shaped(SIGMOID, COLUMN)), DEFAULT)
    assert judged.verdict is Verdict.PARTLY
    assert judged.reason == "target: range, dtype and shape not known (the target is not passed)"
    assert judged.not_known == {"target": ("range", "dtype", "shape")}
    assert judged.open_rules == ("BCE201", "BCE202", "BCE203")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"reduction": Argument(is_tensor=False, reason="args")}, "reduction not known (args)"),
        ({"reduction": "mean"}, ""),
        ({"weight": Argument(reason="lost")}, "weight: shape not known (lost)"),
        ({"weight": Argument(facts(shape=Shape((1,))))}, ""),
        ({"weight": None}, ""),
    ],
)
def test_options_are_asked_for_too(options: dict[str, object], reason: str) -> None:
    assert judge(call("BCELoss", *FULL["BCELoss"], options=options), DEFAULT).reason == reason


def test_options_that_are_not_seen() -> None:
    assert judge(call("BCELoss", *FULL["BCELoss"], open_options=True), DEFAULT).reason == "options not known"


def test_a_case_that_was_dropped_makes_the_call_unknown() -> None:
    judged = judge(call("BCELoss", *FULL["BCELoss"], dropped="too many cases"), DEFAULT)
    assert (judged.verdict, judged.reason, judged.dropped) == (Verdict.UNKNOWN, LEFT_OUT, True)
    folded = call("BCELoss", FULL["BCELoss"][0])
    folded = replace(folded, arguments={**folded.arguments, "target": Argument(reason="too many cases")})
    judged = judge(folded, DEFAULT)
    assert (judged.verdict, judged.reason, judged.dropped) == (Verdict.UNKNOWN, "too many cases", True)
    assert judge(call("BCELoss", LOGITS, dropped="too many cases"), DEFAULT).verdict is Verdict.MISUSE


@pytest.mark.parametrize(
    ("loss", "prediction"),
    [
        ("BCELoss", NOTHING),
        ("CrossEntropyLoss", NOTHING),
        ("BCELoss", facts(range=(-INF, INF), tight=False)),
        ("BCELoss", facts(dtype=DType.FLOAT32, shape=Shape((4, 1)), grad=True)),
        ("BCEWithLogitsLoss", facts(range=(0, 1))),
        ("BCEWithLogitsLoss", facts(range=(-INF, INF), tight=False)),
        ("NLLLoss", facts(range=(-INF, INF), tight=False)),
        ("PoissonNLLLoss", NOTHING),
    ],
)
def test_unknown_where_it_is_not(loss: str, prediction: Facts) -> None:
    assert verdict(call(loss, prediction)) is Verdict.UNKNOWN


def test_unknown_says_why_and_where() -> None:
    lost = FixedPlace("model.py", 3, 9, 3, 14)
    loss_call = replace(call("BCELoss"), arguments={"input": Argument(reason="x: parameter that no call in the project sets", lost_at=lost)})
    [judged] = merge([judge(loss_call, DEFAULT).plain()])
    assert judged.reason == "x: parameter that no call in the project sets"
    assert judged.reason_position is not None
    assert judged.reason_position.line == 3


def test_unknown_always_has_a_reason() -> None:
    assert judge(call("BCELoss", NOTHING), DEFAULT).reason


def test_misuse_of_the_target_of_an_unknown_prediction() -> None:
    assert verdict(call("BCELoss", NOTHING, facts(dtype=DType.INT64))) is Verdict.MISUSE


def test_advice_changes_no_verdict() -> None:
    judged = judge(call("BCELoss", *FULL["BCELoss"]), ALL_RULES)
    assert judged.verdict is Verdict.OK
    assert [finding.code for finding in judged.findings()] == ["BCE901"]
    assert judged.findings()[0].advice
    assert judge(call("BCELoss", SIGMOID), DEFAULT).findings() == []


def test_one_cause_one_finding() -> None:
    one_class = facts(Kind.PROBABILITIES, (0, 1), shape=Shape((8, 1)), axis=1, note="softmax")
    assert codes(call("CrossEntropyLoss", one_class, facts(dtype=DType.INT64, shape=Shape((8, 1))))) == ["BCE301"]
    constant = facts(Kind.PROBABILITIES, (1, 1), axis=1, note="softmax")
    assert codes(call("BCEWithLogitsLoss", constant)) == ["BCE107"]
    indices = facts(range=(0, 3), dtype=DType.INT64, grad=False)
    assert codes(call("BCELoss", indices, LOGITS, trained=True)) == ["BCE302"]


def test_a_rule_that_is_not_selected_silences_none() -> None:
    constant = facts(Kind.PROBABILITIES, (1, 1), axis=1, note="softmax")
    assert codes(call("BCEWithLogitsLoss", constant), "BCE102") == ["BCE102"]


def test_independent_problems_are_all_told() -> None:
    assert codes(call("BCEWithLogitsLoss", SIGMOID, facts(range=(-1, 1), dtype=DType.INT64))) == ["BCE102", "BCE201", "BCE202"]


def test_the_case_is_named_behind_the_message() -> None:
    [finding] = judge(call("BCEWithLogitsLoss", SIGMOID, case=('args.loss ==\n  "bce"', "n > 1")), DEFAULT).findings()
    assert finding.message.endswith('drop the sigmoid (when `args.loss == "bce"` and `n > 1`)')
    assert "\n" not in finding.message


def test_a_long_case_is_cut_short() -> None:
    [finding] = judge(call("BCEWithLogitsLoss", SIGMOID, case=tuple("abcdef")), DEFAULT).findings()
    assert finding.message.endswith("(when `a` and `b` and `c` and `d` and 2 more conditions)")
    [finding] = judge(call("BCEWithLogitsLoss", SIGMOID, case=tuple("abcde")), DEFAULT).findings()
    assert finding.message.endswith("and `d` and 1 more condition)")


LONG = " or ".join(["flag"] * 40)
SHORT = "flag or flag or flag or flag or flag o … r flag or flag or flag or flag or flag"


@pytest.mark.parametrize(
    ("case", "said"),
    [((LONG, "a"), f" (when `{SHORT}` and `a`)"), ((LONG,), f" (when `{SHORT}`)")],
)
def test_of_a_long_condition_both_ends_are_shown(case: tuple[str, ...], said: str) -> None:
    [finding] = judge(call("BCEWithLogitsLoss", SIGMOID, case=case), DEFAULT).findings()
    assert finding.message.endswith(f"drop the sigmoid{said}")


def test_the_trace_leads_from_the_birth_to_the_loss() -> None:
    inner = FixedPlace("losses.py", 9, 16)
    way = (Step(FixedPlace("model.py", 6), "returned by Net.forward"),) * 2
    loss_call = replace(call("BCEWithLogitsLoss"), arguments={"input": Argument(SIGMOID, steps=way)}, inner=inner)
    [finding] = judge(loss_call, DEFAULT).findings()
    assert (finding.position.path, finding.position.line, finding.position.column) == ("train.py", 41, 12)
    assert [(step.path, step.line, step.note) for step in finding.trace] == [
        ("model.py", 5, "sigmoid"),
        ("model.py", 6, "returned by Net.forward"),
        ("train.py", 7, "BCEWithLogitsLoss built"),
        ("losses.py", 9, "BCEWithLogitsLoss called"),
    ]


class TestMerge:
    def merged(self, *calls: LossCall) -> list[JudgedCall]:
        return merge(judge(each, DEFAULT).plain() for each in calls)

    def test_misuse_outweighs_all_else(self) -> None:
        wrong, right, unknown = (call("BCELoss", prediction) for prediction in (LOGITS, SIGMOID, NOTHING))
        for order in ((wrong, right, unknown), (unknown, right, wrong)):
            [result] = self.merged(*order)
            assert result.verdict is Verdict.MISUSE
            assert [finding.code for finding in result.findings] == ["BCE101"]

    def test_ok_in_every_context_is_ok(self) -> None:
        [result] = self.merged(call("BCELoss", *FULL["BCELoss"]), call("BCELoss", FULL["BCELoss"][0], shaped(LABELS, COLUMN), trained=True))
        assert (result.verdict, result.reason) == (Verdict.OK, "")

    def test_ok_in_one_context_and_not_in_another_is_partly_known(self) -> None:
        right, unknown = call("BCELoss", *FULL["BCELoss"]), call("BCELoss", NOTHING)
        for order in ((right, unknown), (unknown, right)):
            [result] = self.merged(*order)
            assert result.verdict is Verdict.PARTLY
            assert result.reason == "unknown in another case: nothing is known of the prediction"
            assert merge([result, *merge([result])]) == [result]

    def test_what_is_not_known_adds_up(self) -> None:
        prediction, target = FULL["BCELoss"]
        lost = [replace(target, dtype=None), replace(target, shape=None)]
        [result] = self.merged(*(call("BCELoss", prediction, each) for each in [*lost, target]))
        assert (result.verdict, result.reason) == (Verdict.PARTLY, "target: dtype and shape not known")
        assert result.open_rules == ("BCE201", "BCE203")

    def test_a_case_that_was_dropped_outweighs_an_ok(self) -> None:
        right = call("BCELoss", *FULL["BCELoss"])
        for order in ((right, replace(right, dropped="too many cases")), (replace(right, dropped="too many cases"), right)):
            [result] = self.merged(*order)
            assert (result.verdict, result.reason) == (Verdict.UNKNOWN, LEFT_OUT)
        assert [each.verdict for each in merge([result, judge(right, DEFAULT).plain()])] == [Verdict.UNKNOWN]

    def test_a_finding_is_kept_once_for_its_code_and_place(self) -> None:
        [result] = self.merged(call("BCELoss", LOGITS), call("BCELoss", TANH))
        assert [finding.message.split()[0] for finding in result.findings] == ["logits"]

    def test_one_without_a_case_goes_before_one_with(self) -> None:
        special, general = call("BCELoss", LOGITS, case=("flag",)), call("BCELoss", LOGITS)
        for order in ((special, general), (general, special)):
            [result] = self.merged(*order)
            [finding] = result.findings
            assert "when" not in finding.message

    def test_different_problems_of_different_contexts_add_up(self) -> None:
        [result] = self.merged(call("BCELoss", LOGITS), call("BCELoss", SIGMOID, facts(dtype=DType.INT64)))
        assert [finding.code for finding in result.findings] == ["BCE101", "BCE201"]

    def test_two_losses_inside_one_wrapper_share_a_finding(self) -> None:
        one, other = call("BCEWithLogitsLoss", SIGMOID), call("BCEWithLogitsLoss", SIGMOID)
        results = self.merged(one, replace(other, inner=FixedPlace("losses.py", 3)))
        assert [result.verdict for result in results] == [Verdict.MISUSE, Verdict.MISUSE]
        assert sum(len(result.findings) for result in results) == 1

    def test_places_stay_apart_and_in_order(self) -> None:
        first, second = replace(call("BCELoss", SIGMOID), place=FixedPlace("z.py", 9)), call("BCELoss", LOGITS)
        assert [result.position.path for result in self.merged(first, second)] == ["z.py", "train.py"]

    def test_spans_are_kept_and_an_unknown_end_is_the_beginning(self) -> None:
        [result] = self.merged(call("BCELoss", SIGMOID))
        assert (result.position.end_line, result.position.end_column) == (41, 40)
        [result] = self.merged(replace(call("BCELoss", SIGMOID), place=FixedPlace("z.py", 9, 4)))
        assert (result.position.end_line, result.position.end_column) == (9, 4)

    def test_results_can_be_pickled(self) -> None:
        results = self.merged(call("CrossEntropyLoss", SOFTMAX, LABELS))
        assert pickle.loads(pickle.dumps(results)) == results


def test_facts_text() -> None:
    argument = Argument(facts(Kind.PROBABILITIES, (0, 1), DType.FLOAT32, Shape((None, 1)), True))
    assert facts_text(argument) == "probabilities, [0, 1], float32, (N, 1), gradient"
    assert facts_text(Argument()) == "unknown"
    assert facts_text(Argument(constant="sum")) == "'sum'"
