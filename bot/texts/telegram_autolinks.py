"""What in plain text do clients of Telegram make live by themselves, and how is that kept from it?

Addresses, bare names of sites, mentions (which notify people), tags, commands and the numbers of
cards, as TDLib's ``find_entities`` finds them; by a list of endings that is newer than its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from publicsuffixlist import PublicSuffixList

JOINER = "\u2060"
"""Nobody sees it, no line breaks at it, and no client reads over it."""

_CARD = r"\d(?:[ -]?\d){12,18}"
_AUTOLINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://[!-~]*[a-z0-9_/]|\bwww\.[!-~]*[a-z0-9]"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_]{2,}"
    r"|(?<![\w-])[\w-]+(?:\.[\w-]+){0,8}\.[a-z]{2,24}(?::\d+)?/\w"
    r"|(?P<site>(?<![\w-])[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![a-z0-9_@.])@[a-z]\w{3,}|(?<![a-z0-9_&/])#(?!\d+\b)\w{2,}"
    r"|(?<![a-z0-9_$])(?-i:\$[A-Z]{3,8})(?![a-z0-9_$])"
    r"|(?<![\w/<>.)}])/[a-z]\w{2,}(?![\w/<>])"  # a command of a bot, which a touch sends
    rf"|(?<![a-z0-9_.-]){_CARD}(?![a-z0-9_.-])",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d)")
_SPOT = re.compile(
    r"[@#](?=[^\s\u2060])|\$(?=\d?[A-Z])|(?<![\w<])/(?=\w)|:(?=//)"
    r"|(?<=\d)\.(?=\d+\.\d+\.\d)|\.(?=(?P<ending>[\w-]+))"
    r"|(?<!\d)\d{4}(?=[ -]?\d(?:[ -]?\d){8,14}(?!\d))"
)


def autolinks(text: str) -> Iterator[str]:
    """Yield each run of ``text`` that reads as something live, in order.

    Also where no client makes it so: behind a letter of Chinese, or with an ending of no network.
    A word with a capital behind a full stop begins a sentence.
    """
    for found in _AUTOLINK.finditer(text):
        site = found["site"]
        if site is None or _NUMBERS.search(site) or _has_ending(site):
            yield found[0]


def inert(text: str, *, keeps_commands: bool = False) -> str:
    """Return ``text`` as it reads, with nothing in it that a client makes live.

    A sentence of ours ``keeps_commands``: it names them to be touched.
    """
    return inert_pieces([text], keeps_commands=keeps_commands)[0]


def inert_pieces(pieces: Sequence[str], *, keeps_commands: bool = False) -> list[str]:
    """Return the pieces of one text, in which together nothing is live.

    The text is broken wherever something live could begin: what overlaps is broken as well.
    """
    places = [
        found.end()
        for found in _SPOT.finditer("".join(pieces))
        if _is_live(found) and not (keeps_commands and found[0] == "/")
    ]
    inert: list[str] = []
    start = 0
    for piece in pieces:
        cuts = [at - start for at in places if start < at <= start + len(piece)]
        parts = [piece[a:b] for a, b in pairwise((0, *cuts, len(piece)))]
        inert.append(JOINER.join(parts))
        start += len(piece)
    return inert


def _is_live(spot: re.Match[str]) -> bool:
    return not spot["ending"] or _is_ending(spot["ending"])


def _has_ending(site: str) -> bool:
    return any(_is_ending(label) for label in site.split(".")[1:] if not label.istitle())


@lru_cache(maxsize=4096)
def _is_ending(label: str) -> bool:
    """Tell whether the name of a site may end so; "ton" is what Telegram resolves itself."""
    known = label.lower()
    return known == "ton" or _endings().publicsuffix(known) is not None


@lru_cache(maxsize=1)
def _endings() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)
