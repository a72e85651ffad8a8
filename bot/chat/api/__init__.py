"""The Bot API: requests, errors, updates and files."""
