"""Papers, their versions and announcements, and the index of their words."""
