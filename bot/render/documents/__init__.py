"""Digests and papers as files."""
