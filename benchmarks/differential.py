"""bcelint against generated programs: what it infers and what the watcher observes, against what was put into them and what torch does with them.

    python benchmarks/differential.py --programs N [--seed S]

Prints the counts, and each kind of disagreement with the smallest program that shows it. Ends with 1 if there is any.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from tests.differential.grammar import programs
from tests.differential.program import Program
from tests.differential.run import Broken, Comparison, compare

ROUND = 50
"""Programs from one seed: hypothesis varies what it drew before, so that fewer rounds would give more like programs."""
QUIET = settings(deadline=None, database=None, verbosity=Verbosity.quiet, suppress_health_check=list(HealthCheck))


def signs(found: Comparison) -> set[str]:
    """The kinds of disagreement in one program."""
    return {
        *(f"static {code}, not confirmed" for _, _, code in found.false),
        *(f"judged ok, but {code}" for _, _, code in found.missed),
        *(f"observed {code}, not put in" for _, _, code in found.phantom),
        *(f"put in {code}, not observed" for _, _, code in found.overlooked),
    }


def compared(program: Program) -> tuple[set[str], Comparison]:
    try:
        found = compare(program)
    except Broken as error:
        return {f"the generator is wrong: {str(error).partition(' in')[0]}"}, Comparison()
    return signs(found), found


class Counts:
    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.three: Counter[str] = Counter()
        self.partial: Counter[str] = Counter()
        """What is not inferred of calls for which another misuse is."""
        self.seeds: dict[str, int] = {}
        """For each kind of disagreement, the seed that first showed it."""
        self.seen: set[str] = set()

    def add(self, program: Program, its_seed: int) -> None:
        if str(program) in self.seen:
            return
        self.seen.add(str(program))
        kinds, found = compared(program)
        for kind in kinds:
            self.seeds.setdefault(kind, its_seed)
        self.calls.update(
            judged=found.judged,
            partly=len(found.partly),
            unknown=len(found.unknown),
            unseen=len(found.unseen),
            partial=len(found.partial),
            disagreeing=len(kinds),
        )
        self.partial.update(f"{code} ({program.plan})" for _, _, code in found.partial)
        self.three.update(
            {
                "static, not confirmed": len(found.false),
                "judged ok, but misuse": len(found.missed),
                "watched": found.watched,
                "observed, not put in": len(found.phantom),
                "put in, not observed": len(found.overlooked),
                "beyond the watcher": len(found.limits),
            }
        )
        self.reasons.update(found.unknown.values())
        self.codes.update(code for expected in program.expected.values() for code in (expected.codes or ["ok"]))


def run(count: int, first_seed: int) -> Counts:
    counts = Counts()
    for number in range(-(-count // ROUND)):

        @seed(first_seed + number)
        @settings(QUIET, max_examples=ROUND, phases=[Phase.generate])
        @given(programs())
        def look(program: Program) -> None:
            counts.add(program, first_seed + number)  # noqa: B023

        look()
    return counts


def smallest(kind: str, its_seed: int) -> Program | None:
    """The smallest program with this disagreement that hypothesis comes to from the one that the seed led to."""
    found: list[Program] = []

    @seed(its_seed)
    @settings(QUIET, max_examples=ROUND, phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False)
    @given(programs())
    def look(program: Program) -> None:
        if kind in compared(program)[0]:
            found.append(program)
            raise AssertionError(kind)

    with contextlib.suppress(AssertionError):
        look()
    return found[-1] if found else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    began = time.monotonic()
    counts = run(args.programs, args.seed)
    total = sum(counts.calls[name] for name in ("judged", "unknown", "unseen"))
    print(f"{len(counts.seen)} different programs, {total} loss calls: {dict(counts.calls)}; {time.monotonic() - began:.0f} s")
    print(f"unknown or unseen: {(total - counts.calls['judged']) / max(total, 1):.1%}", dict(counts.reasons.most_common(5)))
    print("put in, inferred and observed:", dict(counts.three))
    for missing, times in counts.partial.most_common(5):
        print(f"beside another misuse, not inferred: {missing}: {times}")
    print("put in:", dict(sorted(counts.codes.items())))
    for kind, its_seed in counts.seeds.items():
        print(f"\n==== {kind} (seed {its_seed})\n{smallest(kind, its_seed)}")
    return 1 if counts.seeds else 0


if __name__ == "__main__":
    sys.exit(main())
