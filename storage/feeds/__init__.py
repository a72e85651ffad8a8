"""How far each source was read, and what is still to be fetched."""
