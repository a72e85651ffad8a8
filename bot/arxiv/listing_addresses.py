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
    category_codes: dict[str, None] = {}
    for listing_match in _LISTING_URL.finditer(normalize_text(text)):
        for listed_code in re.split(r"[+,]", listing_match["codes"]):
            if canonical_code := taxonomy.canonical_code(listed_code.rstrip(".")):
                category_codes[canonical_code] = None
    return tuple(category_codes)


def joined_categories(text: str) -> tuple[str, ...]:
    """Return the categories of one word: a listing link, joined codes, or ``cs.*``.

    A slash joins only what cannot be ordinary words (``math/physics`` can).
    """
    if "arxiv.org/" in text.casefold():
        return listed_categories(text)
    unpunctuated_text = text.rstrip(".!?")
    if unpunctuated_text.endswith(".*"):
        archive = taxonomy.canonical_code(unpunctuated_text[:-2])
        return (archive,) if archive else ()
    if not _JOINED_CODES.fullmatch(unpunctuated_text):
        return ()
    category_codes = [
        taxonomy.canonical_code(code) for code in re.split(r"[+/]", unpunctuated_text)
    ]
    is_unambiguous = "/" not in unpunctuated_text or any(mark in unpunctuated_text for mark in ".-")
    return (
        tuple(dict.fromkeys(code for code in category_codes if code))
        if is_unambiguous and all(category_codes)
        else ()
    )
