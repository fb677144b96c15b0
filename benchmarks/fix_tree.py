"""``bcelint fix --unsafe`` over copies of repositories: ``python benchmarks/fix_tree.py FOLDER [--labels LABELS.jsonl] [--diffs FOLDER]``.

FOLDER holds one checkout a folder, named ``owner+name@commit``; each is copied first and never written to. For every one of them: does each
changed file still parse, does a second run change nothing, does a following check report none of the repaired findings. With ``--labels``
(one JSON object a line: repo, commit, verdict, rule, loss, loss_def), how many of the labelled bugs that are found get a repair.
"""

from __future__ import annotations

import argparse
import ast
import collections
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from bcelint.analysis import session
from bcelint.analysis.cache import Cache
from bcelint.cli.render_fixes import print_diff
from bcelint.finding import Finding
from bcelint.fix.engine import Fixes, fixes
from bcelint.fix.write import write

NEAR = 2
"""Lines between a label and the place of a finding."""
FAMILIES = {
    "prob-into-ce": "double-softmax",
    "logit-into-nll": "nll-without-log-softmax",
    "int-target": "integer-target class-index-dtype",
    "shape-mismatch": "target-shape",
    "single-logit-ce": "single-logit-cross-entropy",
    "swapped-args": "swapped-arguments",
    "no-grad-pred": "no-gradient-prediction",
    "other:kldiv-non-log-input": "kl-div-without-log",
    "other:kldiv-log-target": "kl-div-without-log",
    "other:softmargin-on-prob": "double-sigmoid",
    "other:ctc-non-log-input": "ctc-without-log-softmax",
    "other:unknown-loss-kwarg": "invalid-loss-argument",
}


def repair(tree: Path, diffs: Path | None, name: str, cache: Cache) -> tuple[Fixes, list[str]]:
    """Repair a tree in place; what was done, and what went wrong."""
    codes = session.choose_rules()
    os.chdir(tree)
    trouble = []
    found = fixes(["."], codes, unsafe=True, jobs=1, cache=cache)
    if diffs is not None and found.before:
        with open(diffs / f"{name}.diff", "w", encoding="utf-8", errors="backslashreplace") as file:
            before, sys.stdout = sys.stdout, file
            try:
                print_diff(found)
            finally:
                sys.stdout = before
            for fixed in found.fixed:
                file.write(f"# {_place(tree, fixed.finding)} {fixed.repair.applicability}: {fixed.repair.title}\n#   {fixed.finding.message}\n")
    for path, reason in write(found.before, found.after, found.groups).failed.items():
        trouble.append(f"{path}: {reason}")
    for path in found.before:
        try:
            ast.parse(Path(path).read_bytes())
        except SyntaxError as error:
            trouble.append(f"{path} no longer parses: {error}")
    again = fixes(["."], codes, unsafe=True, jobs=1, cache=cache)
    trouble += [f"a second run changes {path}" for path in again.before]
    left = {(each.finding.code, each.finding.position.path, each.finding.message) for each in found.left}
    for each in session.analyse(["."], codes, jobs=1, cache=cache).findings:
        if (each.code, each.position.path, each.message) not in left:
            trouble.append(f"reported after the repair: {_place(tree, each)} {each.message}")
    return found, trouble


def _place(tree: Path, finding: Finding) -> str:
    return f"{os.path.relpath(finding.position.path, tree)}:{finding.position.line}: {finding.code}"


def is_labelled(tree: Path, finding: Finding, row: dict[str, str]) -> bool:
    """Whether a finding is the one that a label means."""
    if finding.name not in FAMILIES.get(row["rule"], row["rule"]).split():
        return False
    places = [(finding.position.path, finding.position.line), *((step.path, step.line) for step in finding.trace)]
    for label in (row["loss"], row.get("loss_def") or row["loss"]):
        path, _, line = label.rpartition(":")
        if any(os.path.realpath(where) == os.path.realpath(tree / path) and abs(number - int(line)) <= NEAR for where, number in places):
            return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--diffs", type=Path)
    parser.add_argument("--only", default="", help="only checkouts whose name holds this")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.labels.read_text().splitlines()] if given.labels else []
    diffs = given.diffs.resolve() if given.diffs else None
    if diffs is not None:
        diffs.mkdir(parents=True, exist_ok=True)
    count: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[str] = collections.Counter()
    for checkout in sorted(path for path in given.folder.resolve().iterdir() if path.is_dir() and given.only in path.name):
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder).resolve() / checkout.name
            shutil.copytree(checkout, tree, symlinks=True)
            found, trouble = repair(tree, diffs, checkout.name, Cache(os.path.join(folder, "cache")))
            os.chdir(given.folder)
            count["fixed"] += len(found.fixed)
            count["left"] += len(found.left)
            count["files changed"] += len(found.before)
            count["trouble"] += len(trouble)
            for line in trouble:
                print(f"{checkout.name}: TROUBLE {line}")
            for each in found.left:
                reasons[each.why] += 1
                print(f"{checkout.name}: left {_place(tree, each.finding)}: {each.why}")
            for row in rows:
                if row["verdict"] != "bug" or checkout.name != f"{row['repo'].replace('/', '+')}@{row['commit'][:12]}":
                    continue
                fixed = any(is_labelled(tree, each.finding, row) for each in found.fixed)
                known = fixed or any(is_labelled(tree, each.finding, row) for each in found.left)
                count["labelled bugs found"] += known
                count["labelled bugs repaired"] += fixed
        sys.stdout.flush()
    for name, number in count.items():
        print(f"{name}: {number}")
    if count["labelled bugs found"]:
        print(f"share of the labelled bugs found that get a repair: {count['labelled bugs repaired'] / count['labelled bugs found']:.0%}")
    print("why findings are left:")
    for reason, number in reasons.most_common():
        print(f"  {number}  {reason}")
    return 1 if count["trouble"] else 0


if __name__ == "__main__":
    sys.exit(main())
