"""What the tests of the outputs share."""

from __future__ import annotations

from typing import Any, Callable
from urllib.parse import unquote, urljoin, urlsplit

import pytest


@pytest.fixture
def sarif_path() -> Callable[..., str]:
    """The file that an artifact location of a SARIF log means, worked out as the specification says."""

    def path(log: dict[str, Any], artifact: dict[str, str]) -> str:
        bases = log["runs"][0]["originalUriBaseIds"]
        uri = urljoin(bases[artifact["uriBaseId"]]["uri"], artifact["uri"]) if "uriBaseId" in artifact else artifact["uri"]
        assert uri.startswith("file:///")
        return unquote(urlsplit(uri).path)

    return path
