"""What the docs show: the files of a page and the console blocks below them, replayed in their order.

A file stands in a page as its name in code marks and its text in a fenced block below; a command as ``$ command`` in a ``console`` block, with
all that it prints. A page that shows no Python file of its own speaks of those of the README.
"""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"

_BLOCK = re.compile(
    r"^`(?P<name>[\w./-]+)`\n\n```\w+\n(?P<text>.*?)^```$|^```console\n(?P<session>.*?)^```$|^(?P<fence>```|~~~).*?^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
_MODULES = {"bcelint", "flake8", "ruff"}
"""What is run with ``python -m``, so that it is this environment's."""
_TORCH = {"run", "compare"}


@dataclass(frozen=True)
class File:
    name: str
    text: str


@dataclass(frozen=True)
class Command:
    line: str
    output: str

    @property
    def program(self) -> str:
        return shlex.split(self.line)[0]

    @property
    def needs_torch(self) -> bool:
        """It runs code under torch, and its output has columns, which Python tells from 3.11 on."""
        return self.program == "bcelint" and shlex.split(self.line)[1] in _TORCH

    @property
    def can_be_replayed(self) -> bool:
        return self.program in _MODULES and importlib.util.find_spec(self.program) is not None


def shown(page: Path) -> Iterator[File | Command]:
    """The files and commands of a page, from top to bottom."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["name"] is not None:
            yield File(block["name"], block["text"])
        for found in _COMMAND.finditer(block["session"] or ""):
            yield Command(found["command"], found["output"])


def files(page: Path) -> list[File]:
    return [each for each in shown(page) if isinstance(each, File)]


def commands(page: Path) -> list[Command]:
    return [each for each in shown(page) if isinstance(each, Command)]


def write(which: Iterable[File], folder: Path) -> None:
    for file in which:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")


def replay(page: Path, folder: Path, torch: bool = True) -> list[Command]:
    """Write the page's files into an empty folder and run its commands there, in their order; returns what was run.

    Raises AssertionError, with the difference, where a command prints something else than the page shows. Without ``torch``, the commands
    that need it are left out.
    """
    steps = list(shown(page))
    if not any(file.name.endswith(".py") for file in files(page)):
        write(files(README), folder)
    done = []
    for step in steps:
        if isinstance(step, File):
            write([step], folder)
        elif step.can_be_replayed and (torch or not step.needs_torch):
            done.append(step)
            printed = _printed(step, folder)
            difference = difflib.unified_diff(step.output.splitlines(), printed.splitlines(), "shown", "printed", lineterm="")
            assert printed == step.output, "\n".join([f"{page.name}: $ {step.line}", *difference])
    return done


def _printed(command: Command, folder: Path) -> str:
    """What a command prints in ``folder``, stdout and then stderr."""
    words = shlex.split(command.line)
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, encoding="utf-8", env=environment, check=False)
    return done.stdout + done.stderr
