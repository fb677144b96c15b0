"""What surrounds the code keeps its word: the README's example and table, the docs, the metadata of the package."""

from __future__ import annotations

import doctest
import importlib.metadata
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import bcelint
from bcelint.rules.registry import ALL_RULES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]

_FILE = re.compile(r"^`(?P<name>[\w/]+\.py)`\n\n```python\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^```console\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
_PYCON = re.compile(r"^```pycon\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| \[(?P<code>\w+)\]\((?P<file>[^)]+)\) \| (?P<name>\S+) \|", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)[^)]*\)")

COMMANDS = [(m["command"], m["output"]) for block in _CONSOLE.finditer(README) for m in _COMMAND.finditer(block["text"])]


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The README's two files, in the working directory."""
    for match in _FILE.finditer(README):
        (tmp_path / match["name"]).write_text(match["text"], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_the_readme_shows_what_is_printed(example: Path, command: str, output: str) -> None:
    module, *arguments = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (done.stdout, done.stderr) == (output, "")


def test_the_readme_example_is_found(example: Path) -> None:
    """Against a README whose blocks the patterns above miss."""
    assert sorted(path.name for path in example.iterdir()) == ["model.py", "train.py"]
    assert {command.split()[0] for command, _ in COMMANDS} == {"bcelint", "flake8"}
    assert all(output for _, output in COMMANDS)


def test_the_readme_example_runs_under_torch(example: Path) -> None:
    """It is a program that trains without complaint, as the README says."""
    pytest.importorskip("torch")
    done = subprocess.run([sys.executable, "train.py"], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "docs" / "python-api.md"], ids=lambda path: path.name)
def test_interactive_examples(example: Path, path: Path) -> None:
    text = "\n".join(match["text"] for match in _PYCON.finditer(path.read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(text, {}, path.name, str(path), 0)
    result = doctest.DocTestRunner().run(test)
    assert result.attempted > 1
    assert result.failed == 0


def test_the_readme_lists_every_rule() -> None:
    rows = [(m["code"], m["name"]) for m in _ROW.finditer(README)]
    assert rows == [(rule.code, rule.name) for rule in ALL_RULES]


def test_the_readme_leads_to_the_file_of_each_rule() -> None:
    classes = {m["code"]: (ROOT / m["file"]).read_text(encoding="utf-8") for m in _ROW.finditer(README)}
    assert all(f"class {type(rule).__name__}(Rule)" in classes[rule.code] for rule in ALL_RULES)


def test_the_changelog_names_every_rule() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"- (BCE\d{3}) (\S+)", changelog) == [(rule.code, rule.name) for rule in ALL_RULES]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = [match["target"] for match in _LINK.finditer(path.read_text(encoding="utf-8"))]
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_docs_name_codes_that_exist(path: Path) -> None:
    assert set(re.findall(r"\bBCE\d{3}\b", path.read_text(encoding="utf-8"))) <= {rule.code for rule in ALL_RULES}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_docs_name_files_that_exist(path: Path) -> None:
    """Paths in code marks or listings, from the root or from bcelint/."""
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:bcelint|tests|docs|contracts|fixtures)/[\w/.-]*[\w/](?![\w<])", text)) - {"fixtures/bce"}
    assert [name for name in sorted(named) if not ((ROOT / name).exists() or (ROOT / "bcelint" / name).exists())] == []


def test_the_docs_describe_every_key_of_the_configuration() -> None:
    from bcelint.config.reading import KEYS
    from bcelint.contracts.declared import calls, losses

    rows = re.findall(r"^\| `([\w-]+)`(?:, `([\w-]+)`)? \|", (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {key for row in rows for key in row if key} == set(KEYS)
    text = (ROOT / "docs" / "adding-knowledge.md").read_text(encoding="utf-8")
    about_losses, about_calls = text.split("| key of a loss | |")[1].split("| key of a call | |")
    for part, module in ((about_losses, losses), (about_calls, calls)):
        described = {key for row in re.findall(r"^\| (`.+?) \| ", part, re.MULTILINE) for key in re.findall(r"`([\w-]+)`", row)}
        assert described == {*module.KEYS, *module.FIXED, "cases"} - {"source", "names"}  # type: ignore[attr-defined]


def test_the_configuration_that_the_docs_show_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bcelint.config import Settings

    monkeypatch.chdir(tmp_path)
    for folder in ("src", "../shared"):
        (tmp_path / folder).mkdir(exist_ok=True)
    for name, count in (("configuration.md", 2), ("adding-knowledge.md", 2)):
        blocks = re.findall(r"^```toml\n(.*?)^```$", (ROOT / "docs" / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        assert len(blocks) == count
        for block in blocks:
            target = tmp_path / ("pyproject.toml" if "[tool." in block else "other.toml")
            target.write_text(block, encoding="utf-8")
            assert Settings(config=str(target)).config("x.py").declared.calls or "losses" in block


def test_the_version_is_the_same_everywhere() -> None:
    assert importlib.metadata.version("bcelint") == bcelint.__version__


def test_flake8_finds_the_plugin() -> None:
    entries = [e for e in importlib.metadata.distribution("bcelint").entry_points if e.group == "flake8.extension"]
    assert [(entry.name, entry.load().name) for entry in entries] == [("BCE", "bcelint")]


def test_torch_stays_out() -> None:
    """Neither the package nor a whole check imports torch."""
    code = (
        "import sys\nfrom bcelint.api import check_text\n"
        "text = 'import torch\\ntorch.nn.BCELoss()(torch.randn(3), torch.ones(3))\\n'\n"
        "assert [f.code for f in check_text(text, 'x.py')] == ['BCE101']\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
