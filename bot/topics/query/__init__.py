"""The query language of topics: parsing, normal form and analysis into words."""
