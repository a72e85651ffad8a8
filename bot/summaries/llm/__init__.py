"""Ask a language model, and parse its answers."""
