"""People who talk to the bot, in tests and in the demo."""
