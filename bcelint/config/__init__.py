"""Configuration: ``[tool.bcelint]`` in ``pyproject.toml``, or ``bcelint.toml``."""

from bcelint.config.reading import Config, ConfigError
from bcelint.config.settings import Settings

__all__ = ["Config", "ConfigError", "Settings"]
