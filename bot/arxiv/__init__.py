"""arXiv's own facts: categories, calendar, identifiers, feeds and how its texts are written."""
