"""Chats, the topics that they follow, and what they were asked."""
