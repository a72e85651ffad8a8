"""The database itself: the driver, its lock, its file, its schema."""
