"""Take updates from the inbox, check rights, apply them, send replies."""
