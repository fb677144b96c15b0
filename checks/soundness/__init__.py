"""The line-level oracle: a program is run, and evaluated by the tracer, and the one is held against the other line by line."""
