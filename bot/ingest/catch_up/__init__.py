"""Fetch what was announced while nobody looked."""
