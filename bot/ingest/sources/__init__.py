"""One module per kind of source, from its bytes to papers."""
