"""bcelint: finds loss-function misuse in PyTorch code."""

__version__ = "0.1.0"
