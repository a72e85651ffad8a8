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
    trimmed_text = text.strip()
    category_codes = [taxonomy.canonical_code(code) for code in trimmed_text.split("+")]
    if all(category_codes):
        return arxiv_feed(
            "+".join(dict.fromkeys(code for code in category_codes if code)), base=base
        )
    if trimmed_text.lower().startswith(("http://", "https://")):
        try:
            url_parts = urlsplit(trimmed_text)
            is_usable = bool(url_parts.hostname) and (url_parts.port or 80) > 0
        except ValueError:
            is_usable = False
        if not is_usable or any(character.isspace() for character in trimmed_text):
            raise Refusal("source-bad-address", given=trimmed_text[:200])
        return Source(trimmed_text, url=trimmed_text)
    path = Path(trimmed_text)
    if trimmed_text and "\0" not in trimmed_text and path.is_file():
        return Source(trimmed_text, path=path)
    if path.suffix.lower() in _SUFFIXES or "/" in trimmed_text:
        raise Refusal("source-no-file", given=trimmed_text[:200])
    suggestions = ", ".join(taxonomy.nearest_codes(trimmed_text[:40]) or _EXAMPLES)
    raise Refusal("source-unknown", given=trimmed_text[:200], nearest=suggestions)
