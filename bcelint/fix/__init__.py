"""Repairs: from the call sites of findings to edits of the source, planned over a project and written whole or not at all."""
