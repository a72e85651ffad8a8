"""Find what Telegram clients turn into links in plain text, and prevent it.

Addresses, bare site names, mentions (which notify people), hashtags, commands and card numbers, as
TDLib's ``find_entities`` finds them, with a newer list of top-level domains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from publicsuffixlist import PublicSuffixList

WORD_JOINER = "\u2060"
"""Invisible, never a line break, and it ends whatever a client would link."""

_CARD = r"\d(?:[ -]?\d){12,18}"
_AUTOLINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://[!-~]*[a-z0-9_/]|\bwww\.[!-~]*[a-z0-9]"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_]{2,}"
    r"|(?<![\w-])[\w-]+(?:\.[\w-]+){0,8}\.[a-z]{2,24}(?::\d+)?/\w"
    r"|(?P<site>(?<![\w-])[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![a-z0-9_@.])@[a-z]\w{3,}|(?<![a-z0-9_&/])#(?!\d+\b)\w{2,}"
    r"|(?<![a-z0-9_$])(?-i:\$[A-Z]{3,8})(?![a-z0-9_$])"
    r"|(?<![\w/<>.)}])/[a-z]\w{2,}(?![\w/<>])"  # a bot command, which a tap sends
    rf"|(?<![a-z0-9_.-]){_CARD}(?![a-z0-9_.-])",
    re.IGNORECASE,
)
_IPV4_ADDRESS = re.compile(r"(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)")
_LINK_START = re.compile(
    r"[@#](?=[^\s\u2060])|\$(?=\d?[A-Z])|(?<![\w<])/(?=\w)|:(?=//)"
    r"|(?<=\d)\.(?=\d+\.\d+\.\d)|\.(?=(?P<ending>[\w-]+))"
    r"|(?<!\d)\d{4}(?=[ -]?\d(?:[ -]?\d){8,14}(?!\d))"
)


def find_autolinks(text: str) -> Iterator[str]:
    """Yield each run of ``text`` that may become a link, in order.

    This includes some that no client links: after a Chinese character, or with an unknown top-level
    domain. A capitalised word after a full stop begins a sentence.
    """
    for match in _AUTOLINK.finditer(text):
        site = match["site"]
        if (
            site is None
            or _IPV4_ADDRESS.search(site)
            or any(_is_public_suffix(label) for label in site.split(".")[1:] if not label.istitle())
        ):
            yield match[0]


def disable_autolinks(text: str, *, keep_commands: bool = False) -> str:
    """Return ``text``, looking the same, with nothing that a client turns into a link.

    Our own sentences ``keep_commands``, which they name to be tapped.
    """
    return disable_autolinks_in_pieces([text], keep_commands=keep_commands)[0]


def disable_autolinks_in_pieces(pieces: Sequence[str], *, keep_commands: bool = False) -> list[str]:
    """Return the pieces of one text, in which even together nothing becomes a link.

    The text is broken wherever a link could begin, so overlapping ones are broken as well.
    """
    positions = [
        match.end()
        for match in _LINK_START.finditer("".join(pieces))
        if not (keep_commands and match[0] == "/")
        and (not match["ending"] or _is_public_suffix(match["ending"]))
    ]
    disabled_pieces: list[str] = []
    piece_start = 0
    for piece in pieces:
        cuts = [
            position - piece_start
            for position in positions
            if piece_start < position <= piece_start + len(piece)
        ]
        cut_parts = [piece[a:b] for a, b in pairwise((0, *cuts, len(piece)))]
        disabled_pieces.append(WORD_JOINER.join(cut_parts))
        piece_start += len(piece)
    return disabled_pieces


@lru_cache(maxsize=4096)
def _is_public_suffix(label: str) -> bool:
    """Return whether a label is a top-level domain; Telegram itself resolves "ton"."""
    suffix = label.lower()
    return suffix == "ton" or _public_suffix_list().publicsuffix(suffix) is not None


@lru_cache(maxsize=1)
def _public_suffix_list() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)
