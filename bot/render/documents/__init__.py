"""Render digests and papers as files."""
