"""Parts of replies that several handlers share."""
