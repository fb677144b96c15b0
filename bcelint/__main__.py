"""``python -m bcelint``: the same as ``bcelint``."""

from __future__ import annotations

from bcelint.cli.main import main

if __name__ == "__main__":
    main()
