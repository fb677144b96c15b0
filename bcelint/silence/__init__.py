"""What is not reported, and why: ``# noqa`` comments and baselines."""
