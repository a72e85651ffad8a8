"""How does a digest look? Every form from the same noun."""
