"""Where a rule is documented on the web."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata

_LABEL = "Documentation"


def documentation_url(code: str) -> str | None:
    """The page of a rule, ``<Documentation URL of the package>/rules/<code>/``, as ``mkdocs build`` lays it out.

    The package's URL is the one that pyproject.toml gives under ``[project.urls]``; None where it gives none, or bcelint is not installed.
    """
    try:
        urls = metadata("bcelint").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    for url in urls:
        label, _, target = url.partition(", ")
        if label.strip().lower() == _LABEL.lower():
            return f"{target.strip().rstrip('/')}/rules/{code}/"
    return None
