"""Knowledge that is declared in TOML: by users for what is theirs, and by our own files in ``libraries/`` for packages around torch."""
