"""Contradictions in the programs of others that are known, each with what is missing: the end of a file's path, a function in it, the reason."""

from __future__ import annotations

KNOWN: tuple[tuple[str, str, str], ...] = ()


def reason_listed(path: str, function: str) -> str | None:
    """Why a contradiction in this function, or in one inside of it, is left; None where it is not known."""
    for end, name, reason in KNOWN:
        if path.endswith(end) and (function == name or function.startswith(f"{name}.")):
            return reason
    return None
