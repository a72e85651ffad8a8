"""Issued digests, their entries, and which papers each chat was sent."""
