"""Ctrl-C while an evaluation runs, which it does in a thread of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ENDLESS = """\
import signal, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has it ignored by what it starts in the background
import bcelint.trace.tracer as tracer

def traced(project, entries, warn):
    def forever():
        print("started\\n", end="", flush=True)
        time.sleep(60)
    thread = threading.Thread(target=forever)
    thread.start()
    thread.join()

tracer.traced = traced
from bcelint.cli.main import main
main(["check", "--jobs", "{jobs}"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT can't be sent to another process there")
@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupted(project: Path, jobs: int) -> None:
    train = (project / "train.py").read_text()
    for number in range(13):
        (project / f"train{number:02}.py").write_text(train)
    code = ENDLESS.format(jobs=jobs)
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.strip() == ""
