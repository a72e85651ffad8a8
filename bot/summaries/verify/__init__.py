"""Check what a model wrote against the paper."""
