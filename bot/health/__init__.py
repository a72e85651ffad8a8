"""Detect incidents in the running bot and notify its operator."""
