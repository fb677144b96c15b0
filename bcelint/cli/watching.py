"""What ``run`` and ``compare`` share: running the user's program under the watcher."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, TypeVar

import click

from bcelint.cli.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from bcelint.runtime import Report


F = TypeVar("F", bound=Callable[..., Any])

PROGRAM: dict[str, Any] = {"ignore_unknown_options": True, "allow_interspersed_args": False}
"""What stands behind the program's name is the program's own."""


def program_options(command: F) -> F:
    """PROGRAM and its ARGS, ``-m`` and ``--max-steps``."""
    decorators: list[Callable[[F], F]] = [
        click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]..."),
        click.argument("program"),
        click.option("--max-steps", type=click.IntRange(min=1), metavar="N", help="Watch no more after N loss calls; the program goes on."),
        click.option("-m", "is_module", is_flag=True, help="PROGRAM is a module's name, as in `python -m`."),
    ]
    for decorate in decorators:
        command = decorate(command)
    return command


class NoTorch(click.ClickException):
    """The commands that run a program need torch."""

    def __init__(self) -> None:
        super().__init__("this needs torch, which is not installed here: pip install 'bcelint[runtime]'")


def watched(is_module: bool, program: str, arguments: Sequence[str], max_steps: int | None) -> tuple[int, Report, str]:
    """The program's own exit code, what was seen, and the path of its file. What ends the program is shown as python shows it.

    Raises ``click.ClickException`` where there is no torch or no such program.
    """
    try:
        from bcelint.runtime import program as programs
        from bcelint.runtime import watch
    except ModuleNotFoundError as error:
        if error.name == "torch":
            raise NoTorch from None
        raise
    try:
        prepared = (programs.module if is_module else programs.script)(program, arguments)
    except programs.NoProgram as error:
        raise click.UsageError(str(error)) from None
    watcher = watch(max_steps)
    sys.stdout.flush()
    _strict("strict")
    code, ended = programs.run(prepared, watcher)
    if ended is not None:
        sys.excepthook(type(ended), ended, ended.__traceback__)
        if isinstance(ended, KeyboardInterrupt):
            code = INTERRUPTED
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    _strict("backslashreplace")
    report = watcher.report()
    for note in report.notes:
        click.echo(f"note: {note}", err=True)
    return code, report, prepared.path


def _strict(errors: str) -> None:
    """How stdout takes what its encoding does not have: the program sees it as python sets it up."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors=errors)
