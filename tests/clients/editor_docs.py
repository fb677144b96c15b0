"""The settings in docs/editors.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_DOCS = Path(__file__).resolve().parents[2] / "docs" / "editors.md"


def blocks(language: str) -> list[Any]:
    """The code blocks in ``language``, those in JSON as what they mean."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", _DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [json.loads(block) for block in found] if language == "json" else found
