"""Leases, incidents and counts for those who run the bot."""
