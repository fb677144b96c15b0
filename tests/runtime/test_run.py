"""``bcelint run`` and ``bcelint compare``: the program behaves as under python, and what was seen is reported."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

DOUBLE = """\
import torch
import torch.nn.functional as F

p = torch.sigmoid(torch.randn(3, requires_grad=True))
for _ in range(2):
    F.binary_cross_entropy_with_logits(p, torch.ones(3))
"""
FINE = DOUBLE.replace("torch.sigmoid(torch.randn(3, requires_grad=True))", "torch.randn(3, requires_grad=True)")


def bcelint(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bcelint", *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=False)


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=False)


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return name


def test_a_finding_is_reported_with_how_often_it_was_seen(tmp_path: Path) -> None:
    write(tmp_path, "train.py", DOUBLE + "print('trained')\n")
    done = bcelint("run", "train.py", cwd=tmp_path)
    assert done.returncode == 1
    first, second, *rest = done.stdout.splitlines()
    assert first == "trained"
    assert second.startswith("train.py:6:5: BCE102" if sys.version_info >= (3, 11) else "train.py:6:1: BCE102")
    assert "    seen 2 times" in rest
    assert rest[-1] == "Found 1 problem."
    assert done.stderr == ""


def test_a_run_without_findings_says_so(tmp_path: Path) -> None:
    write(tmp_path, "train.py", FINE)
    done = bcelint("run", "train.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "All checks passed!\n")


def test_json_goes_to_a_file_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "train.py", DOUBLE + "print('trained')\n")
    done = bcelint("run", "--output-format", "json", "--output-file", "found.json", "train.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "trained\n")
    (item,) = json.loads((tmp_path / "found.json").read_text())
    assert (item["code"], item["path"], item["line"], item["count"]) == ("BCE102", "train.py", 6, 2)


def test_the_forms_and_baselines_of_check(tmp_path: Path) -> None:
    """The file is where it was asked for, wherever the program goes."""
    (tmp_path / "elsewhere").mkdir()
    write(tmp_path, "train.py", DOUBLE + "import os\nos.chdir('elsewhere')\n")
    done = bcelint("run", "--output-format", "sarif", "-o", "found.sarif", "train.py", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    (result,) = json.loads((tmp_path / "found.sarif").read_text())["runs"][0]["results"]
    assert (result["ruleId"], result["occurrenceCount"]) == ("BCE102", 2)
    assert bcelint("check", "--write-baseline", "known.json", cwd=tmp_path).stdout == "Wrote a baseline of 1 finding.\n"
    assert bcelint("run", "--baseline", "known.json", "train.py", cwd=tmp_path).returncode == 0


def test_select_ignore_noqa_and_steps(tmp_path: Path) -> None:
    write(tmp_path, "train.py", DOUBLE)
    assert bcelint("run", "--ignore", "BCE102", "train.py", cwd=tmp_path).returncode == 0
    assert "seen 1 time\n" in bcelint("run", "--max-steps", "1", "train.py", cwd=tmp_path).stdout
    assert bcelint("run", "--select", "XYZ", "train.py", cwd=tmp_path).returncode == 2
    write(tmp_path, "train.py", DOUBLE.replace("torch.ones(3))", "torch.ones(3))  # noqa: BCE102"))
    assert bcelint("run", "train.py", cwd=tmp_path).returncode == 0


SHOWS = """\
import sys, os
import helper
print(__name__, __file__, __package__, __spec__ and __spec__.name, __builtins__.__name__)
print(sys.argv)
print(sys.path[0])
print(sys.modules["__main__"].__dict__ is globals(), helper.VALUE)
"""


def test_a_script_sees_what_it_sees_under_python(tmp_path: Path) -> None:
    script = write(tmp_path, "folder/shows.py", SHOWS)
    write(tmp_path, "folder/helper.py", "VALUE = 3\n")
    arguments = [script, "--select", "-m", "x y"]
    assert bcelint("run", *arguments, cwd=tmp_path).stdout == python(*arguments, cwd=tmp_path).stdout + "No loss call ran.\n"


def test_a_module_sees_what_it_sees_under_python(tmp_path: Path) -> None:
    write(tmp_path, "package/__init__.py", "")
    write(tmp_path, "package/__main__.py", SHOWS)
    write(tmp_path, "package/shows.py", SHOWS)
    write(tmp_path, "helper.py", "VALUE = 3\n")
    for name in ("package", "package.shows"):
        expected = python("-m", name, "--help", cwd=tmp_path).stdout
        assert expected
        assert bcelint("run", "-m", name, "--help", cwd=tmp_path).stdout == expected + "No loss call ran.\n"


@pytest.mark.parametrize("ending", ["sys.exit(3)", "sys.exit('no')", "raise SystemExit"])
def test_the_programs_exit_code_wins(tmp_path: Path, ending: str) -> None:
    write(tmp_path, "ends.py", f"import sys\n{ending}\n")
    expected, done = python("ends.py", cwd=tmp_path), bcelint("run", "ends.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (expected.returncode, expected.stderr)


def test_a_program_that_dies_of_the_misuse_is_reported(tmp_path: Path) -> None:
    write(
        tmp_path,
        "dies.py",
        """\
        import torch

        def step(x):
            try:
                return torch.nn.BCELoss()(torch.tanh(x), torch.ones(3))
            except RuntimeError as error:
                raise ValueError("no step") from error

        step(torch.tensor([-1.0, 0.0, 1.0], requires_grad=True))
        """,
    )
    expected, done = python("dies.py", cwd=tmp_path), bcelint("run", "dies.py", cwd=tmp_path)
    assert done.stderr.replace(f"{tmp_path}/", "") == expected.stderr.replace(f"{tmp_path}/", "")
    assert "BCE101" in done.stdout
    assert done.returncode == 1


def test_what_cannot_be_run(tmp_path: Path) -> None:
    write(tmp_path, "wrong.py", "def f(:\n")
    assert bcelint("run", "missing.py", cwd=tmp_path).returncode == 2
    assert bcelint("run", "-m", "missing", cwd=tmp_path).returncode == 2
    expected, done = python("wrong.py", cwd=tmp_path), bcelint("run", "wrong.py", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == expected.stderr.splitlines()[-1]


def test_without_torch_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    for command in ("run", "compare"):
        text = f"import sys; sys.modules['torch'] = None; from bcelint.cli.main import main; main(['{command}', 'x.py'])"
        done = python("-c", text, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr == "Error: this needs torch, which is not installed here: pip install 'bcelint[runtime]'\n"


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for another process")
def test_ctrl_c_reaches_the_program_and_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "long.py", DOUBLE + "open('ready', 'w').close()\nimport time\ntime.sleep(60)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "bcelint", "run", "long.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell ignores it for what it runs in the background
    )
    for _ in range(600):
        if (tmp_path / "ready").exists():
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert "BCE102" in out


def test_compare_shows_both_verdicts(tmp_path: Path) -> None:
    write(
        tmp_path,
        "both.py",
        """\
        import json
        import torch
        import torch.nn.functional as F

        y = torch.ones(3)
        act = getattr(torch, json.loads('"sigmoid"'))
        F.binary_cross_entropy_with_logits(torch.sigmoid(torch.randn(3)), y)
        F.binary_cross_entropy_with_logits(torch.nn.Linear(3, 3)(torch.randn(3)), y)
        F.binary_cross_entropy_with_logits(act(torch.randn(3)), y)
        """,
    )
    done = bcelint("compare", "both.py", cwd=tmp_path)
    assert done.returncode == 0
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[2:] for row in rows[1:4]] == [["BCE102", "BCE102", "agree"], ["ok", "ok", "agree"], ["unknown", "BCE102", "static", "unknown"]]
    assert done.stdout.splitlines()[-1] == "3 loss calls ran: 2 agree, 1 static unknown"


def test_compare_ends_with_1_on_a_disagreement(tmp_path: Path) -> None:
    write(
        tmp_path,
        "differs.py",
        """\
        import torch
        import torch.nn.functional as F

        class Quiet(torch.nn.Sigmoid):
            pass

        Quiet.forward = lambda self, x: x
        torch.nn.Sigmoid.forward = lambda self, x: x
        F.binary_cross_entropy_with_logits(torch.nn.Sigmoid()(torch.nn.Linear(3, 3)(torch.randn(3))), torch.ones(3))
        """,
    )
    done = bcelint("compare", "differs.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "disagree" in done.stdout


def test_compare_where_no_loss_runs(tmp_path: Path) -> None:
    write(tmp_path, "empty.py", "")
    done = bcelint("compare", "empty.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "No loss call ran.\n")
