"""Tensor functions and methods, by theme."""
