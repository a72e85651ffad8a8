"""Take updates from the inbox, check rights, apply them and send the replies."""
