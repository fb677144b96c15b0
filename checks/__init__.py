"""Checks that need more than the tests: packages around torch."""
