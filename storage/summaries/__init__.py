"""Summaries, notes, the jobs that write them, and what they cost."""
