"""Where the watcher places a loss call, and what it calls it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.runtime.watching import run_text


def test_the_place_is_the_outermost_call_that_has_the_facts(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        def loss_of(p, y):
            p = p.view(-1)
            return sum(F.binary_cross_entropy_with_logits(each, y[i]) for i, each in enumerate(p))

        class Wrapper(nn.Module):
            def forward(self, batch):
                return loss_of(batch["p"], batch["y"])

        def step(x):
            p = torch.sigmoid(x)
            return Wrapper()({"p": p, "y": torch.ones(3)})

        step(torch.randn(3))
        """,
    )
    assert watched.codes == {11: {"BCE102"}}
    at = watched.call.position
    assert watched.call.inner.line == 3 + 4
    if sys.version_info >= (3, 11):
        assert (at.column, at.end_column) == (12, 51)


def test_the_place_is_where_the_output_is_made_when_it_is_passed_as_target(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        def step(net, x, y):
            loss = nn.BCEWithLogitsLoss()(y, net(x))
            loss.backward()

        step(nn.Linear(3, 1), torch.randn(4, 3), torch.randint(0, 2, (4, 1)).float())
        """,
    )
    assert list(watched.codes) == [2]
    assert "BCE302" in watched.codes[2]


def test_a_parameter_that_is_bound_anew_inside_does_not_come_in(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        def squash(x):
            return x.sigmoid()

        def loss_of(p, y):
            p = squash(p)
            return F.binary_cross_entropy_with_logits(p, y)

        loss_of(torch.randn(3), torch.ones(3))
        """,
    )
    assert watched.codes == {6: {"BCE102"}}


def test_the_criterion_and_where_it_was_built(tmp_path: Path) -> None:
    watched = run_text(tmp_path, "criterion = nn.BCEWithLogitsLoss(pos_weight=torch.ones(3))\ncriterion(torch.rand(3).sigmoid(), torch.ones(3))")
    _, (call, count) = watched.watcher.loss_calls()
    assert (call.loss.name, count) == ("BCEWithLogitsLoss", 1)
    assert call.constructed_at is not None
    assert call.constructed_at.line == 1 + 4
    assert set(call.options) == {"pos_weight"}


def test_occurrences_are_counted(tmp_path: Path) -> None:
    watched = run_text(tmp_path, "for _ in range(5):\n    F.binary_cross_entropy_with_logits(torch.sigmoid(torch.randn(2)), torch.ones(2))")
    (finding,) = [f for f in watched.report.findings if not f.advice]
    assert watched.report.times(finding) == 5


def test_constructors_and_keywords(tmp_path: Path) -> None:
    watched = run_text(
        tmp_path,
        """
        p, y = torch.sigmoid(nn.Linear(2, 1)(torch.randn(1, 2))), torch.ones(1, 1)
        nn.BCELoss(p, y)
        try:
            nn.BCELoss(p.expand(3, 1), y.expand(3, 1))
        except RuntimeError:
            pass
        nn.BCELoss(reduction="avg")
        crooked = nn.KLDivLoss(reduction="avg")
        try:
            crooked(F.log_softmax(torch.rand(2, 2), 1), torch.rand(2, 2))
        except ValueError:
            pass
        F.binary_cross_entropy(p, y, pos_weight=y)
        """,
    )
    assert isinstance(watched.error, TypeError)
    assert watched.codes == {2: {"BCE305"}, 4: {"BCE305"}, 7: {"BCE307"}, 10: {"BCE307"}, 13: {"BCE307"}}
