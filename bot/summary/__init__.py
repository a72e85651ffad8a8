"""What we say about a paper: its gist, drawn from the abstract or written by a model."""
