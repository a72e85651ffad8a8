"""Assemble digests: select what is new for a chat, order it and issue it."""
