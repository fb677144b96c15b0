"""How much of a run was judged, and why the rest was not."""

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
        judged = self.counts[Verdict.OK] + self.counts[Verdict.MISUSE]
        self.judged_share = judged / len(calls) if calls else 1.0
        """The share of loss calls that are ok or misuse; 1 where there are none."""
