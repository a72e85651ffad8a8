"""The bot's conversation in Telegram, from an update to its reply."""
