"""Resolve what somebody names as a source: a feed of arXiv, an address, or a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.arxiv import taxonomy
from bot.arxiv.combined_feeds import RSS_BASE, feed_url
from bot.texts import Refusal

_SUFFIXES = (".xml", ".rss", ".atom", ".gz", ".md", ".txt")
_EXAMPLES = ("cs.CV", "hep-th", "math.ST")


@dataclass(frozen=True, slots=True)
class Source:
    """A source's name, with an address or a path."""

    name: str  # "cs.CV+cs.LG", the address, or the path as given
    url: str = ""
    path: Path | None = None


def arxiv_feed(name: str, *, base: str = RSS_BASE) -> Source:
    """Return arXiv's feed of categories joined with ``+``."""
    return Source(name, url=feed_url(name, base=base))


def resolve_source(text: str, *, base: str = RSS_BASE) -> Source:
    """Return the source that a person means; a category takes precedence over a file.

    Raises:
        Refusal: it is none of the three, or the file is missing.
    """
    trimmed = text.strip()
    codes = [taxonomy.canonical_code(code) for code in trimmed.split("+")]
    if all(codes):
        return arxiv_feed("+".join(dict.fromkeys(code for code in codes if code)), base=base)
    if trimmed.lower().startswith(("http://", "https://")):
        try:
            parts = urlsplit(trimmed)
            is_usable = bool(parts.hostname) and (parts.port or 80) > 0
        except ValueError:
            is_usable = False
        if not is_usable or any(character.isspace() for character in trimmed):
            raise Refusal("source-bad-address", given=trimmed[:200])
        return Source(trimmed, url=trimmed)
    path = Path(trimmed)
    if trimmed and "\0" not in trimmed and path.is_file():
        return Source(trimmed, path=path)
    if path.suffix.lower() in _SUFFIXES or "/" in trimmed:
        raise Refusal("source-no-file", given=trimmed[:200])
    suggestions = ", ".join(taxonomy.nearest_codes(trimmed[:40]) or _EXAMPLES)
    raise Refusal("source-unknown", given=trimmed[:200], nearest=suggestions)
