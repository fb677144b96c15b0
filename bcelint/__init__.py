"""bcelint: finds loss-function misuse in PyTorch code."""

from __future__ import annotations

import sys

if sys.argv[:1] == ["-m"] and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    # Python has put the working directory first, which holds the code to be read: none of it may be imported, not in the place of ``re`` either.
    # With ``-I``, and from 3.11 on with ``-P``, it has not.
    del sys.path[0]

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bcelint.api import UnreadWarning, check_paths, check_text, loss_calls
    from bcelint.config import ConfigError
    from bcelint.finding import Finding

__version__ = "0.1.0"

__all__ = ["ConfigError", "Finding", "UnreadWarning", "__version__", "check_paths", "check_text", "loss_calls"]


def __getattr__(name: str) -> Any:
    """The public interface, imported when it is first asked for: most who import bcelint want the plugin or the version only."""
    if name == "Finding":
        from bcelint.finding import Finding

        return Finding
    if name == "ConfigError":
        from bcelint.config import ConfigError

        return ConfigError
    if name in __all__:
        from bcelint import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
