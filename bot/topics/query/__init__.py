"""The language of topics: parsed, normalised, and analysed into words."""
