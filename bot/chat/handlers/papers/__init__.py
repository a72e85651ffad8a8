"""Handlers about papers and digests."""
