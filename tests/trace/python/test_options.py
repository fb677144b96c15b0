"""Options of the command line: one case for the default, and one for all the rest."""

from __future__ import annotations

import pytest

from bcelint.trace.values.options import namespace_in
from tests.trace.tracing import value_of

OPTION = "import argparse\nparser = argparse.ArgumentParser()\n{declared}\nargs = parser.parse_args()\n"


def with_option(declared: str, out: str) -> str:
    return value_of(OPTION.format(declared=declared) + f"out = {out}")


def test_an_option_is_the_same_condition_everywhere() -> None:
    declared = "parser.add_argument('--loss', default='bce')"
    assert with_option(declared, "p if args.loss == 'bce' else torch.sigmoid(x)").count("probabilities when") == 2
    assert with_option(declared, "(p if args.loss == 'bce' else z) if args.loss == 'bce' else p").count("logits") == 0


def test_what_no_option_sets_is_its_default() -> None:
    assert with_option("parser.set_defaults(act='sigmoid')", "{'sigmoid': p, 'none': z}[args.act]") == "probabilities"


def test_a_flag_is_true_or_false() -> None:
    assert with_option("parser.add_argument('--flag', action='store_true')", "p if args.flag else z") == (
        "probabilities when args.flag; logits when not args.flag"
    )


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("parser.add_argument('--act', default='sigmoid')", "act"),
        ("parser.add_argument('-a', '--last-act', default='sigmoid')", "last_act"),
        ("parser.add_argument('-a', default='sigmoid', dest='act')", "act"),
        ("parser.add_argument('--act')\nparser.set_defaults(act='sigmoid')", "act"),
        ("group = parser.add_argument_group('model')\ngroup.add_argument('--act', default='sigmoid')", "act"),
    ],
)
def test_the_default_is_a_case(declared: str, name: str) -> None:
    assert "probabilities when " in with_option(declared, f"{{'sigmoid': p, 'none': z}}[args.{name}]")


@pytest.mark.parametrize(
    "declared",
    [
        "parser.add_argument('--act', default='a', choices=['a', 'b', 'c'])",
        "parser.add_argument('--act', required=True, default='a', choices=('a', 'b', 'c'))",
        "parser.add_argument('act', default='a', choices=list({'a': 1, 'b': 2, 'c': 3}))",
        "parser.add_argument('act', choices=['a', 'b', 'c'])",
        "parser.add_argument('--act', required=True, choices=['a', 'b', 'c'])",
    ],
)
def test_choices_are_all_that_an_option_may_be(declared: str) -> None:
    assert with_option(declared, "p if args.act == 'a' else p if args.act == 'b' else p if args.act == 'c' else z").count("logits") == 0
    assert with_option(declared, "p if args.act == 'a' else p if args.act == 'b' else z").count("logits") == 1


@pytest.mark.parametrize(
    "declared",
    [
        "parser.add_argument('--act', choices=['a', 'b'])",  # None, where it is not given
        "parser.add_argument('--act', default='other', choices=['a', 'b'])",
        "parser.add_argument('--act', default='a', choices=['a', 'b'], nargs='*')",
        "parser.add_argument('--act', default='a', choices=['a', 'b', *anything])",
    ],
)
def test_an_option_that_may_be_something_else_than_its_choices(declared: str) -> None:
    assert with_option(declared, "p if args.act == 'a' else p if args.act == 'b' else z").count("logits") == 1


def test_an_enum_is_all_that_an_option_may_be() -> None:
    declared = "import enum\nclass Act(str, enum.Enum):\n    A = 'a'\n    B = 'b'\nparser.add_argument('--act', type=Act, default=Act.A)"
    assert with_option(declared, "p if args.act == 'a' else p if args.act == Act.B else z").count("logits") == 0


def test_a_method_is_asked_of_the_choices() -> None:
    declared = "parser.add_argument('--act', default='sigmoid_a', choices=['sigmoid_a', 'sigmoid_b', 'none'])"
    found = with_option(declared, "(p if args.act.startswith('sigmoid') else z) if args.act in ('sigmoid_a', 'sigmoid_b') else p")
    assert "logits" not in found


@pytest.mark.parametrize(
    "key",
    ["f'{args.kind}_{args.act}'", "args.kind + '_' + args.act", "f'{args.kind}' + f'_{args.act}'"],
)
def test_a_text_put_together_of_options_with_choices(key: str) -> None:
    declared = (
        "parser.add_argument('--kind', default='a', choices=['a', 'b'])\nparser.add_argument('--act', default='none', choices=['none', 'sigmoid'])"
    )
    table = "{'a_none': z, 'a_sigmoid': p, 'b_none': z, 'b_sigmoid': p}"
    assert with_option(declared, f"{table}[{key}] if args.act == 'sigmoid' else p").count("logits") == 0


def test_a_choice_taken_apart() -> None:
    declared = "parser.add_argument('--model', default='a_bin', choices=['a_bin', 'b_bin', 'a_multi'])\nargs = parser.parse_args()\n"
    found = with_option(f"{declared}kind, task = args.model.split('_')", "(p if task == 'bin' else z) if args.model in ('a_bin', 'b_bin') else p")
    assert "logits" not in found


def test_a_loss_of_the_project_is_of_one_class_of_torch() -> None:
    program = "class Own(nn.BCEWithLogitsLoss): pass\nout = p if isinstance(Own(), nn.BCEWithLogitsLoss) and not isinstance(Own(), nn.BCELoss) else z"
    assert value_of(program) == "probabilities"


def test_a_default_is_of_the_type_too() -> None:
    declared = (
        "import enum\nclass Act(enum.Enum):\n    A = 'a'\n    B = 'b'\n    @property\n    def is_first(self): return self is Act.A\n"
        "parser.add_argument('--act', type=Act, default='a', choices=list(Act))"
    )
    assert with_option(declared, "(p if args.act.is_first else z) if args.act is Act.A else p").count("logits") == 0


@pytest.mark.parametrize(
    ("required", "out"),
    [
        ("", "z if args.a and args.b else p"),
        ("", "z if args.b and args.c else p"),
        ("required=True", "z if not args.a and not args.b and not args.c else p"),
        ("required=True", "p if args.a else p if args.b else p if args.c else z"),
    ],
)
def test_flags_that_exclude_one_another(required: str, out: str) -> None:
    flags = "".join(f"group.add_argument('--{name}', action='store_true')\n" for name in "abc")
    declared = f"group = parser.add_mutually_exclusive_group({required})\n{flags}"
    assert with_option(declared, out).count("logits") == 0


def test_a_group_that_is_not_required_may_be_left_out() -> None:
    declared = "group = parser.add_mutually_exclusive_group()\ngroup.add_argument('--a', action='store_true')\ngroup.add_argument('--loss')"
    assert "logits when not args.a" in with_option(declared, "p if args.a else z")


@pytest.mark.parametrize(
    ("parsed", "name"),
    [
        ("cfg = parser.parse_args()", "cfg"),
        ("opt, rest = parser.parse_known_args()", "opt"),
        ("self.options = parser.parse_args([])", "self.options"),
        ("flags = make(1).parse_args()", "flags"),
        ("print(vars(parser.parse_args()))", "args"),
        ("return parser.parse_args()", "args"),
    ],
)
def test_options_are_called_as_the_file_calls_them(parsed: str, name: str) -> None:
    assert namespace_in(f"import argparse\nparser = argparse.ArgumentParser()\n{parsed}\n") == name


def test_a_condition_names_the_options_as_the_file_does() -> None:
    program = OPTION.replace("args = parser", "cfg = parser").format(declared="parser.add_argument('--flag', action='store_true')")
    assert value_of(f"{program}out = p if cfg.flag else z") == "probabilities when cfg.flag; logits when not cfg.flag"


@pytest.mark.parametrize(
    ("declared", "out"),
    [
        ("parser.add_argument('--act', default='')", "(p if len(args.act) > 0 else z) if args.act != '' else p"),
        ("parser.add_argument('--act', default='none')", "(p if len(args.act) == 4 else z) if args.act == 'none' else p"),
        ("parser.add_argument('--warm', type=int, default=0)", "(p if args.warm - len(anything.n) > 0 else z) if len(anything.n) < args.warm else p"),
        (
            "parser.add_argument('--sig', action='store_true')\nparser.add_argument('--multi', type=int, default=0)",
            "p if args.multi or not args.sig or args.multi == 0 else z",
        ),
    ],
)
def test_one_question_in_other_words(declared: str, out: str) -> None:
    assert "logits" not in with_option(declared, out)
