"""Where is the source that somebody names: a feed of arXiv, an address, or a file?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.arxiv import taxonomy
from bot.arxiv.combined_feeds import BASE, feed_url
from bot.texts import Refusal

_SUFFIXES = (".xml", ".rss", ".atom", ".gz", ".md", ".txt")
_EXAMPLES = ("cs.CV", "hep-th", "math.ST")


@dataclass(frozen=True, slots=True)
class Source:
    """A source by its name, with an address or else a path."""

    name: str  # "cs.CV+cs.LG", the address, the path as given
    url: str = ""
    path: Path | None = None

    @property
    def is_document(self) -> bool:
        """A digest document, which is imported and not announced."""
        return self.path is not None and self.path.suffix.lower() == ".md"


def feed(name: str, *, base: str = BASE) -> Source:
    """arXiv's feed of categories joined with ``+``."""
    return Source(name, url=feed_url(name, base=base))


def resolve(text: str, *, base: str = BASE) -> Source:
    """The source that a person means; a category goes before a file of the same name.

    Raises:
        Refusal: it is none of the three, or the file is not there.
    """
    given = text.strip()
    codes = [taxonomy.canonical(code) for code in given.split("+")]
    if all(codes):
        return feed("+".join(dict.fromkeys(code for code in codes if code)), base=base)
    if given.lower().startswith(("http://", "https://")):
        return Source(given, url=_address(given))
    path = Path(given)
    if given and "\0" not in given and path.is_file():
        return Source(given, path=path)
    if path.suffix.lower() in _SUFFIXES or "/" in given:
        raise Refusal("source-no-file", given=given[:200])
    near = ", ".join(taxonomy.nearest(given[:40]) or _EXAMPLES)
    raise Refusal("source-unknown", given=given[:200], nearest=near)


def _address(given: str) -> str:
    try:
        parts = urlsplit(given)
        usable = bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in given):
        raise Refusal("source-bad-address", given=given[:200])
    return given
