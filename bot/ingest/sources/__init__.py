"""One module for each kind of source, from its bytes to papers."""
