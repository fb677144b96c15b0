"""The command line. Only what ``--help`` and ``--version`` need is imported here; each command imports the rest when it runs."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
import traceback
from typing import Any

import click

from bcelint import __version__
from bcelint.cli.check import check
from bcelint.cli.compare import compare
from bcelint.cli.exit_codes import COULD_NOT_RUN, INTERRUPTED
from bcelint.cli.explain import explain, rules
from bcelint.cli.fix import fix
from bcelint.cli.run import run
from bcelint.cli.trace import trace


class Commands(click.Group):
    """A group that turns whatever ends a command into an exit code: a crash must not look like findings, nor Ctrl-C like a crash.

    Every ``click.ClickException`` ends in ``COULD_NOT_RUN``, whatever its own ``exit_code``.
    """

    def main(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["standalone_mode"] = False
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        atexit.unregister(gc.freeze)
        atexit.register(gc.freeze)  # or Python looks through all syntax trees for garbage before it ends
        try:
            code = super().main(*args, **kwargs)
            sys.stdout.flush()
        except click.exceptions.Exit as done:
            code = done.exit_code
        except click.ClickException as error:
            error.show()
            code = COULD_NOT_RUN
        except (click.Abort, KeyboardInterrupt):
            code = INTERRUPTED
            _leave_threads(code)
        except BrokenPipeError:  # the reader of our output is gone, as in `bcelint check | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = COULD_NOT_RUN
        except Exception as error:
            from bcelint.config import ConfigError

            if isinstance(error, ConfigError):
                click.echo(f"error: {' '.join(str(error).split())}", err=True)
            else:
                click.echo(traceback.format_exc(), err=True, nl=False)
                click.echo(f"error: bcelint {__version__} crashed; please report the lines above", err=True)
            code = COULD_NOT_RUN
        sys.exit(code if isinstance(code, int) else 0)


def _leave_threads(code: int) -> None:
    """End the process at once if an evaluation still runs in a thread, which Python would wait for."""
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", "-V", message="%(prog)s %(version)s", prog_name="bcelint")
def main() -> None:
    """Finds loss-function misuse in PyTorch code.

    Follows model outputs and targets into the loss calls and reports those whose loss gets something it was not made for.
    """


for command in (check, fix, trace, run, compare, explain, rules):
    main.add_command(command)
