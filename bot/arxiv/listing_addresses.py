"""Parse categories from arXiv's listing and feed addresses and from joined codes.

``https://arxiv.org/list/cs.CL/recent`` and ``https://rss.arxiv.org/rss/cs.CL+cs.LG`` are pages of
categories, and ``cs.CL+cs.LG`` or ``cs.CL/cs.LG`` stands for both; ``cs.*`` stands for all of an
archive.
"""

from __future__ import annotations

import re

from bot.arxiv import taxonomy
from bot.arxiv.identifiers import normalize_text

_LISTING_URL = re.compile(
    r"(?<![a-z0-9-])arxiv\.org/(?:list|rss|atom|archive|catchup)/(?P<codes>[a-z][a-z.+,-]{1,400})",
    re.IGNORECASE | re.ASCII,
)
_JOINED_CODES = re.compile(r"[a-z][a-z.-]*(?:[+/][a-z][a-z.-]*)+", re.IGNORECASE | re.ASCII)


def listed_categories(text: str) -> tuple[str, ...]:
    """Return the categories whose listings or feeds a text links to, in order, each once."""
    codes: dict[str, None] = {}
    for page in _LISTING_URL.finditer(normalize_text(text)):
        for code in re.split(r"[+,]", page["codes"]):
            if canonical_code := taxonomy.canonical_code(code.rstrip(".")):
                codes[canonical_code] = None
    return tuple(codes)


def joined_categories(text: str) -> tuple[str, ...]:
    """Return the categories of one word: a listing link, joined codes, or ``cs.*``.

    A slash joins only what cannot be ordinary words (``math/physics`` can).
    """
    if "arxiv.org/" in text.casefold():
        return listed_categories(text)
    unpunctuated = text.rstrip(".!?")
    if unpunctuated.endswith(".*"):
        archive = taxonomy.canonical_code(unpunctuated[:-2])
        return (archive,) if archive else ()
    if not _JOINED_CODES.fullmatch(unpunctuated):
        return ()
    codes = [taxonomy.canonical_code(code) for code in re.split(r"[+/]", unpunctuated)]
    is_unambiguous = "/" not in unpunctuated or any(mark in unpunctuated for mark in ".-")
    return (
        tuple(dict.fromkeys(code for code in codes if code))
        if is_unambiguous and all(codes)
        else ()
    )
