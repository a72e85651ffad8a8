"""Make one clean line of what a model wrote."""

from __future__ import annotations

import re
import unicodedata

# They shape letters in Persian, in Indic scripts and in emoji; all else that is invisible goes.
_JOINERS = "\u200c\u200d"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


TURN_MARK = (
    r"<\|[\w-]{1,40}\|>|<｜[^｜<>\n]{1,40}｜>|</?s>|<(?:end|start)_of_turn>|<(?:eos|bos|pad|unk)>"
    r"|\[/?INST\]|<</?SYS>>|\[gMASK\]"
)
"""What the chat templates of the usual models put between two turns, as a pattern."""

_ENDS = re.compile(rf"\A(?: ?(?:{TURN_MARK})){{1,9}}|(?: ?(?:{TURN_MARK})){{1,9}}\Z")


def tidy(text: str) -> str:
    """The text composed, on one line, with single blanks and without what nobody is to see.

    A server whose template is not the model's leaves tokens at the ends of an answer.
    """
    spaced = _ENDS.sub("", " ".join(text.split()))
    return " ".join(
        unicodedata.normalize("NFC", "".join(sign for sign in spaced if _is_seen(sign))).split()
    )


def _is_seen(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN
