"""How much of a run was judged, wholly or partly, and why the rest was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bcelint.finding import JudgedCall, Verdict

COMMONEST = 10


class Summary:
    """Counts over the loss calls of a run."""

    def __init__(self, calls: Sequence[JudgedCall]) -> None:
        self.counts = Counter(call.verdict for call in calls)
        self.reasons = Counter(call.reason for call in calls if call.verdict is Verdict.UNKNOWN).most_common(COMMONEST)
        self.not_known = Counter(what for call in calls if call.verdict is Verdict.PARTLY for what in _what(call)).most_common(COMMONEST)
        """What is not known of those that are partly known: ``target: dtype``."""
        wholly = self.counts[Verdict.OK] + self.counts[Verdict.MISUSE]
        self.judged_share = wholly / len(calls) if calls else 1.0
        """The share of loss calls that are ok or misuse; 1 where there are none."""
        self.wholly_or_partly = (wholly + self.counts[Verdict.PARTLY]) / len(calls) if calls else 1.0

    @property
    def text(self) -> str:
        """``2 ok, 1 partly, 1 misuse, 0 unknown; 75% judged wholly, 100% wholly or partly``."""
        counts = ", ".join(f"{self.counts[verdict]} {verdict.value}" for verdict in Verdict)
        partly = f", {self.wholly_or_partly:.0%} wholly or partly" if self.counts[Verdict.PARTLY] else ""
        return f"{counts}; {self.judged_share:.0%} judged wholly{partly}"


def _what(call: JudgedCall) -> list[str]:
    return [f"{name}: {fact}" for name, facts in call.not_known.items() for fact in facts] or [call.reason]
