"""The bot in Telegram: from an update to a reply."""
