"""The share of loss calls that are judged (ok or misuse, not unknown) over many repositories, and the commonest reasons for unknown.

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
    total = sum(verdicts.values())
    judged = verdicts["ok"] + verdicts["misuse"]
    print(f"{total} loss calls: {dict(verdicts)}; judged {judged / max(total, 1):.1%}; failed: {failed or 'none'}")
    for reason, count in reasons.most_common(10):
        print(f"{count:6d}  {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
