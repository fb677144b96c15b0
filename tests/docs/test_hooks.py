"""What the hooks do to the text of a page: links that lead out of docs/, and the codes of rules."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from tests.transcripts import ROOT

pytest.importorskip("mkdocs")
sys.path.append(str(ROOT / "docs"))
import hooks


def page(uri: str) -> Any:
    return SimpleNamespace(file=SimpleNamespace(src_uri=uri))


def rendered(text: str, uri: str = "fixing.md", repo_url: str = "", missing: frozenset[str] = frozenset()) -> str:
    files = SimpleNamespace(get_file_from_path=lambda path: None if path in missing else path)
    return hooks.on_page_markdown(text, page=page(uri), config=SimpleNamespace(repo_url=repo_url), files=files)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "uri", "expected"),
    [
        ("[the README](../README.md#rules)", "fixing.md", "[the README](index.md#rules)"),
        ("[it](../bcelint/rules/bce102_double_sigmoid.py)", "fixing.md", "[it](rules/BCE102.md)"),
        ("[the log](../../CHANGELOG.md)", "rules/BCE102.md", "[the log](../changelog.md)"),
        ("[how](docs/fixing.md)", "changelog.md", "[how](fixing.md)"),
        (
            "[limits](limits.md), [torch](https://pytorch.org/x), [here](#a)",
            "fixing.md",
            "[limits](limits.md), [torch](https://pytorch.org/x), [here](#a)",
        ),
        ("see [the judge](../bcelint/analysis/judge.py)", "fixing.md", "see the judge"),
    ],
)
def test_links_out_of_the_folder(text: str, uri: str, expected: str) -> None:
    assert rendered(text, uri) == expected


def test_files_without_a_page_are_in_the_repository_where_it_is_known() -> None:
    assert (
        rendered("[x](../bcelint/analysis/judge.py)", repo_url="https://example.org/r/")
        == "[x](https://example.org/r/blob/HEAD/bcelint/analysis/judge.py)"
    )


def test_a_link_to_a_file_that_is_not_there_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    rendered("[x](../bcelint/no_such.py)")
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "fixing.md links to ../bcelint/no_such.py, which is not there")
    ]


@pytest.mark.parametrize(
    ("text", "uri", "expected"),
    [
        ("| BCE102 | BCE999 |", "fixing.md", "| [BCE102](rules/BCE102.md) | BCE999 |"),
        ("as BCE102 and BCE103", "rules/BCE102.md", "as BCE102 and [BCE103](BCE103.md)"),
        ("`BCE102` [BCE102](x.md)", "fixing.md", "`BCE102` [BCE102](x.md)"),
        ("# BCE102\n\n```\nBCE102\n```\n", "fixing.md", "# BCE102\n\n```\nBCE102\n```\n"),
    ],
)
def test_codes_in_running_text_lead_to_their_rules(text: str, uri: str, expected: str) -> None:
    assert rendered(text, uri) == expected


def test_pages_that_nobody_named_come_into_the_nav() -> None:
    nav: list[Any] = [{"Start": "index.md"}, {"Rules": ["rules/index.md"]}, {hooks.REST: ["fixing.md"]}]
    hooks._add_to_nav(nav, ["index.md", "editors.md", "fixing.md", "rules/index.md", "rules/BCE101.md"], ["rules/BCE101.md"])
    assert nav == [{"Start": "index.md"}, {"Rules": ["rules/index.md", "rules/BCE101.md"]}, {hooks.REST: ["fixing.md", "editors.md"]}]
