"""The handlers of commands and buttons, by subject."""
