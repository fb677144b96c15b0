"""Contradictions that are known: by the fixture, the name and the kind of claim, each with the mechanism. One that is gone must go from here too."""

from __future__ import annotations

KNOWN: dict[tuple[str, str, str], str] = {}
