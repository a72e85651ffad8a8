"""Handlers about topics."""
