"""Fetch announcements that were missed."""
