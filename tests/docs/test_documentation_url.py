"""The web page of a rule: where the package names its documentation, ``bcelint explain`` does too."""

from __future__ import annotations

from email.message import Message
from importlib.metadata import PackageNotFoundError
from typing import Callable

import pytest
from click.testing import Result

from bcelint.rules import documentation
from bcelint.rules.documentation import documentation_url


def package(*urls: str) -> Callable[[str], Message]:
    message = Message()
    for url in urls:
        message["Project-URL"] = url
    return lambda name: message


def test_the_page_of_a_rule(monkeypatch: pytest.MonkeyPatch, invoke: Callable[..., Result]) -> None:
    monkeypatch.setattr(documentation, "metadata", package("Source, https://example.org/source", "Documentation, https://example.org/docs/"))
    assert documentation_url("BCE102") == "https://example.org/docs/rules/BCE102/"
    assert invoke("explain", "double-sigmoid").stdout.endswith("\nMore: https://example.org/docs/rules/BCE102/\n")


def test_no_page_where_the_package_names_none(monkeypatch: pytest.MonkeyPatch, invoke: Callable[..., Result]) -> None:
    monkeypatch.setattr(documentation, "metadata", package("Source, https://example.org/source"))
    assert documentation_url("BCE102") is None
    assert "More:" not in invoke("explain", "BCE102").stdout


def test_no_page_where_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Message:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(documentation, "metadata", missing)
    assert documentation_url("BCE102") is None
