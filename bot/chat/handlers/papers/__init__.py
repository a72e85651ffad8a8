"""Commands and buttons about papers and digests."""
