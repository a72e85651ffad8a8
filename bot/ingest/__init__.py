"""Fetch announcements from sources and store what is new."""
