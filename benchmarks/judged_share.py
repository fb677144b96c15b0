"""The share of loss calls that are judged, wholly (ok or misuse) and wholly or partly, over many repositories, and the commonest reasons why not.

Every loss call that stands in the code counts, those that were not reached too.

    python benchmarks/judged_share.py FOLDER

FOLDER holds one checkout a folder. Each is traced on its own, from within.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path


def traced(folder: Path, limit: int) -> list[dict[str, object]] | None:
    """The loss calls of one checkout, or None where tracing failed or took too long."""
    command = [sys.executable, "-m", "bcelint", "trace", "--output-format", "json", "."]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=limit, check=False)
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return found["calls"] if isinstance(found, dict) else found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=120, help="seconds for one checkout")
    args = parser.parse_args()
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    not_known: Counter[str] = Counter()
    failed = []
    for folder in sorted(path for path in args.folder.iterdir() if path.is_dir()):
        calls = traced(folder, args.limit)
        if calls is None:
            failed.append(folder.name)
            continue
        for call in calls:
            verdicts[str(call["verdict"])] += 1
            if call["verdict"] == "unknown":
                reason = str(call.get("reason") or "")
                reasons[reason.partition(": ")[2] or reason] += 1
            not_known.update(f"{name}: {fact}" for name, facts in call["not_known"].items() for fact in facts)  # type: ignore[attr-defined]
    total = sum(verdicts.values())
    wholly = verdicts["ok"] + verdicts["misuse"]
    partly = wholly + verdicts["partly"]
    shares = f"judged wholly {wholly / max(total, 1):.1%}, wholly or partly {partly / max(total, 1):.1%}"
    print(f"{total} loss calls: {dict(verdicts)}; {shares}; failed: {failed or 'none'}")
    for title, counts in (("unknown because", reasons), ("not known of those that are partly known", not_known)):
        print(f"{title}:")
        for reason, count in counts.most_common(10):
            print(f"{count:6d}  {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
