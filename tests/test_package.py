"""What surrounds the code keeps its word: the README's example and table, the docs, the metadata of the package."""

from __future__ import annotations

import doctest
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bcelint
from bcelint.rules.registry import EVERY_CODE
from tests.transcripts import ROOT, commands, files, replay, write

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]

_PYCON = re.compile(r"^```pycon\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| \[(?P<code>\w+)\]\((?P<file>[^)]+)\) \| (?P<name>\S+) \|", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)(?P<target>[^)#]+)[^)]*\)")


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The README's two files, in the working directory."""
    write(files(ROOT / "README.md"), tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_readme_shows_what_is_printed(tmp_path: Path) -> None:
    replay(ROOT / "README.md", tmp_path)


def test_every_option_of_check_is_documented() -> None:
    from bcelint.cli.main import main

    text = README + (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    options = {name for option in main.commands["check"].params for name in option.opts if name.startswith("--")}
    assert [name for name in sorted(options) if not re.search(rf"`[^`\n]*{name}\b", text)] == []
    assert "--output-format" in options


def test_the_readme_example_is_found(example: Path) -> None:
    """Against a README whose blocks the helper misses."""
    assert sorted(path.name for path in example.iterdir()) == ["model.py", "train.py"]
    shown = commands(ROOT / "README.md")
    assert {command.program for command in shown} == {"bcelint", "flake8"}
    assert all(command.output for command in shown)


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
    assert rows == [(rule.code, rule.name) for rule in EVERY_CODE]


def test_the_readme_leads_to_the_file_of_each_rule() -> None:
    classes = {m["code"]: (ROOT / m["file"]).read_text(encoding="utf-8") for m in _ROW.finditer(README)}
    assert all(f"class {type(rule).__name__}(" in classes[rule.code] for rule in EVERY_CODE)


def test_the_changelog_names_every_rule() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"- (BCE\d{3}) (\S+)", changelog) == [(rule.code, rule.name) for rule in EVERY_CODE]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = [match["target"] for match in _LINK.finditer(path.read_text(encoding="utf-8"))]
    made = {"rules/index.md", "changelog.md", *(f"rules/{rule.code}.md" for rule in EVERY_CODE)}  # by docs/hooks.py
    assert [target for target in targets if not (path.parent / target).exists() and target not in made] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_docs_name_codes_that_exist(path: Path) -> None:
    assert set(re.findall(r"\bBCE\d{3}\b", path.read_text(encoding="utf-8"))) <= {rule.code for rule in EVERY_CODE}


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
