"""The rows of ``bcelint/contracts/libraries`` against the packages that they speak of: ``nox -s libraries``."""
