"""The runtime witness: watches a program's torch calls and hands its loss calls, with observed facts, to the same rules.

The only part of bcelint that imports torch; it is installed with ``bcelint[runtime]``.
"""

from __future__ import annotations

from bcelint.runtime.watcher import Report, Watcher, watch

__all__ = ["Report", "Watcher", "watch"]
