"""The page of a rule: its docs, a program that has the mistake, what bcelint says of it, and what a run of it shows."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from bcelint.rules.base import Documented
from bcelint.rules.registry import EVERY_CODE

ROOT = Path(__file__).resolve().parent.parent
PLOTS = ROOT / "docs" / "plots"
LEARNING = "learning.py"
"""The fixture of a rule that trains long enough to be plotted, with its repaired twin ``learning.fixed.py`` beside it."""

_EXPECTED = re.compile(r" *# (?:ok|BCE\d{3})$", re.MULTILINE)
_RAISES = re.compile(r"\A# raises: .*\n")
_BEFORE = re.compile(r"^(?=## Fix safety$)", re.MULTILINE)


def folder_of(rule: Documented) -> Path:
    return ROOT / "fixtures" / f"{rule.code.lower()}-{rule.name}"


def program_of(rule: Documented) -> Path | None:
    """The fixture that the page shows: the one that is plotted, else the plainest that torch ends with an error and that can be repaired,
    else the plainest. None where a rule has no fixture.
    """
    if (folder_of(rule) / LEARNING).exists():
        return folder_of(rule) / LEARNING
    wrong = [path for path in folder_of(rule).glob("*.py") if re.search(rf"# {rule.code}$", _text(path), re.MULTILINE)]
    return min(wrong, key=_plainness, default=None)


def _plainness(path: Path) -> tuple[bool, bool, int, int, str]:
    text = _text(path)
    return not raises(path), not twin_of(path).exists(), len(_EXPECTED.findall(text)), text.count("\n"), path.name


def twin_of(path: Path) -> Path:
    """Its repaired text, which not every fixture has."""
    return path.with_suffix(".fixed.py")


def raises(path: Path) -> bool:
    """Whether torch ends this fixture with an error, as its first line says."""
    return _RAISES.match(_text(path)) is not None


def page_of_rule(rule: Documented) -> str:
    before, after = _BEFORE.split(rule.docs())
    state = f"{'Advice, off' if rule.advice else 'Off'} by default: `{rule.option}` turns it on." if rule.option else "On by default."
    head = f"# {rule.code}: {rule.name}\n\n{rule.summary[0].upper()}{rule.summary[1:]}. {state}\n\n"
    source = f"{type(rule).__module__.replace('.', '/')}.py"
    programs = f"; its programs are in `fixtures/{folder_of(rule).name}/`" if folder_of(rule).exists() else ""
    foot = f"The rule's source is `{source}`{programs}.\n"
    return f"{head}{before}{_demonstration(rule, program_of(rule))}{after}\n\n{foot}"


def _demonstration(rule: Documented, program: Path | None) -> str:
    if program is None:
        return ""
    shown = program.relative_to(ROOT).as_posix()
    flag = f" {rule.option}" if rule.option else ""
    said = _run(program, "-m", "bcelint", "check", "--quiet", *flag.split(), program.name).stdout
    parts = [
        f'??? example "The program `{shown}`"\n\n{_indented(_listing(program))}\n',
        f"## What bcelint says\n\n```console\n$ bcelint check --quiet{flag} {program.name}\n{said}```\n",
    ]
    if program.name == LEARNING:
        parts.append(
            f"## What a run shows\n\nThe program as it stands, and repaired, from the same seed:\n\n{_figure(_text(PLOTS / f'{rule.code}.svg'))}\n"
        )
    elif raises(program):
        parts.append(f"## What a run shows\n\n```console\n$ python {program.name}\n{_error(program)}```\n")
    if twin_of(program).exists():
        parts.append(f"Repaired:\n\n{_change(program, twin_of(program))}")
    return "\n".join(parts) + "\n"


def _figure(svg: str) -> str:
    """A plot in HTML, with its title in words below it."""
    title = re.search("<title>(.*)</title>", svg)
    assert title is not None
    return f'<figure class="plot">\n{svg.strip()}\n<figcaption>{title[1]}</figcaption>\n</figure>'


def _listing(path: Path) -> str:
    return f"```python\n{_text(path).strip()}\n```"


def _indented(text: str) -> str:
    return "".join(f"    {line}" if line.strip() else line for line in text.splitlines(keepends=True))


def _change(program: Path, twin: Path) -> str:
    old, new = (_EXPECTED.sub("", _RAISES.sub("", _text(path))).splitlines(keepends=True) for path in (program, twin))
    return f"```diff\n{''.join(line for line in difflib.unified_diff(old, new, n=0) if not line.startswith(('---', '+++', '@@')))}```\n"


def _error(program: Path) -> str:
    """The last lines of a traceback; the paths in its middle are this machine's."""
    done = _run(program, program.name)
    last = [line for line in done.stderr.splitlines() if re.match(r"\w+(Error|Exception)\b", line)]
    if done.returncode == 0 or not last:
        raise RuntimeError(f"{program} raises nothing under torch:\n{done.stderr}")
    return f"Traceback (most recent call last):\n  ...\n{last[-1]}\n"


@cache  # ``mkdocs serve`` builds again at every change of a page
def _run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in the program's folder."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "BCELINT_CACHE_DIR": ""}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=program.parent, env=environment, capture_output=True, encoding="utf-8", check=False)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


GROUPS = {"BCE0": "Comments", "BCE1": "The prediction", "BCE2": "The target", "BCE3": "The loss call", "BCE9": "Advice, off by default"}
"""What the rules are about whose codes begin like this."""


def index_of_rules() -> str:
    """The list of rules, by what they are about. ValueError where a rule has no group."""
    homeless = [rule.code for rule in EVERY_CODE if not rule.code.startswith(tuple(GROUPS))]
    if homeless:
        raise ValueError(f"no group of rules in {__file__} has a place for {', '.join(homeless)}")
    lines = ["# Rules\n"]
    for prefix, title in GROUPS.items():
        lines += [f"## {title}\n", "| code | name | reports |", "|---|---|---|"]
        rules = [rule for rule in EVERY_CODE if rule.code.startswith(prefix)]
        lines += [f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.summary} |" for rule in rules]
        lines.append("")
    return "\n".join(lines)
