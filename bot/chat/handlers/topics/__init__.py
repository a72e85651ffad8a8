"""Commands and buttons about topics."""
