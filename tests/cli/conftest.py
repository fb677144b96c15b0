"""What the tests of the outputs share."""

from __future__ import annotations

from pathlib import Path
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


@pytest.fixture
def crashing(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project with a file of which the evaluation ends in an error, at first together with ``train.py``, which it imports."""
    import bcelint.trace.tracer as tracer

    real = tracer.traced

    def fail_on_one(project: Any, entries: Any, warn: Any) -> Any:
        if any(entry.endswith("broken.py") for entry in entries):
            raise RuntimeError("out of luck")
        return real(project, entries, warn)

    monkeypatch.setattr(tracer, "traced", fail_on_one)
    (project / "broken.py").write_text("import train\n")
    return project
