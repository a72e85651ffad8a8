"""The Bot API: calls, errors, updates and files."""
