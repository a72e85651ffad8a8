"""Rank papers by how closely they are related."""
