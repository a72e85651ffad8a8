"""Render digests and papers as Telegram messages."""
