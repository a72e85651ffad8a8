"""Fetch what sources announce and store what is new."""
