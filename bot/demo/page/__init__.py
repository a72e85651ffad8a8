"""The demo's chat page in a browser."""
