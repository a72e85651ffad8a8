"""What a chat follows: topics, their settings, and when each is due."""
