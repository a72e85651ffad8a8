"""What arXiv publishes about itself: categories, calendar, identifiers, feeds."""
