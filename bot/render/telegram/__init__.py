"""Digests and papers as Telegram messages."""
