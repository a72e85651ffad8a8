"""Decide whether, when and at what cost a model is asked."""
