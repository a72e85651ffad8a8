"""Clocks, rates and events that several tasks share; nothing of the bot's subject."""
