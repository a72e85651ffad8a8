"""Papergram: a Telegram bot that sends digests of arXiv's new papers on topics people follow.

ARCHITECTURE.md says what each package holds and may import.
"""

__version__ = "0.1.0"
