"""The demo as a person meets it: the real command, its page, headless Chromium."""
