"""Ask a language model, and read what it answers."""
