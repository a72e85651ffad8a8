"""Assemble digests: what is new for a chat, in which order, said how."""
