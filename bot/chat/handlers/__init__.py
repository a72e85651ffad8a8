"""What each command and button does, by subject."""
