"""What holds for all tests."""

from __future__ import annotations

import os

from bcelint.cache import VARIABLE

os.environ[VARIABLE] = ""  # tests find everything out anew, except those of the cache
