"""Handlers about the chat, its settings and its data."""
