"""Workflow commands that GitHub Actions turns into annotations of the changed lines.

Their form, and what is escaped in them: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from bcelint.cli.render_concise import as_line
from bcelint.cli.render_trouble import spot
from bcelint.finding import Finding, Trouble
from bcelint.places import shown
from bcelint.rules.registry import by_code

WORKSPACE = "GITHUB_WORKSPACE"
"""The environment variable that names the checkout's folder, to which the paths of annotations are relative."""
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def findings_as_commands(findings: Iterable[Finding]) -> str:
    """What ``check --output-format github`` prints: a workflow command a line."""
    return "".join(f"{_command(finding)}\n" for finding in findings)


def trouble_as_commands(troubles: Iterable[Trouble]) -> str:
    """The same for what could not be read."""
    return "".join(f"{_of_trouble(trouble)}\n" for trouble in troubles)


def _of_trouble(trouble: Trouble) -> str:
    line = trouble.line if trouble.cell is None else None  # in a notebook, GitHub counts the lines of the JSON
    title = "could not be judged" if trouble.is_own else "could not be read"
    properties = {"file": _path(trouble.path), "line": line or 1, "title": title}
    return f"::warning {_listed(properties)}::{_escaped(f'{spot(trouble)}: {trouble.what}')}"


def _command(finding: Finding) -> str:
    at = finding.position
    in_notebook = at.cell is not None  # whose lines GitHub counts in the JSON: the message says where it is
    properties: dict[str, object] = {"file": _path(at.path), "line": 1 if in_notebook else at.line}
    if in_notebook:
        properties.update(endLine=1)
    elif at.line == at.end_line:  # columns are refused where the lines differ
        properties.update(col=at.column, endLine=at.end_line, endColumn=at.end_column)
    else:
        properties.update(endLine=at.end_line)
    properties["title"] = f"{finding.code} {finding.name}"
    return f"::{_COMMANDS[by_code(finding.code).level]} {_listed(properties)}::{_escaped(as_line(finding))}"


def _listed(properties: Mapping[str, object]) -> str:
    return ",".join(f"{name}={_escaped(str(value)).replace(':', '%3A').replace(',', '%2C')}" for name, value in properties.items())


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _path(path: str) -> str:
    """Relative to the checkout where that is known and holds the file, whichever folder of it the command runs in."""
    workspace = os.environ.get(WORKSPACE)
    if workspace:
        try:
            relative = os.path.relpath(os.path.realpath(path), os.path.realpath(workspace))
        except ValueError:  # on Windows, another drive
            relative = os.pardir
        if not relative.startswith(os.pardir):
            return relative.replace(os.sep, "/")
    return shown(path).replace(os.sep, "/")
