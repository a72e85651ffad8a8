"""Clocks, rates and events shared by tasks; nothing specific to the bot."""
