"""Make one clean line of what a model wrote."""

from __future__ import annotations

import unicodedata

# They shape letters in Persian, in Indic scripts and in emoji; all else that is invisible goes.
_JOINERS = "\u200c\u200d"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def tidy(text: str) -> str:
    """The text composed, on one line, with single blanks and without characters nobody sees."""
    spaced = " ".join(text.split())
    return " ".join(
        unicodedata.normalize("NFC", "".join(sign for sign in spaced if _is_seen(sign))).split()
    )


def _is_seen(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN
