"""Commands and buttons about the chat, its settings and its data."""
