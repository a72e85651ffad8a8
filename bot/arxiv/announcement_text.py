"""Read ids, kinds and texts from arXiv's announcements, in the formats of three eras."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from bot.arxiv.identifiers import arxiv_id_version
from storage.records.papers import AnnouncementKind

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x0d\x0e-\x1f\x7f-\x9f"  # control characters except tab and newline
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero-width characters and direction overrides
    "\ud800-\udfff\ufffe\uffff]"  # surrogates and noncharacters
)
_PREFIX = re.compile(
    r"arXiv:(?P<id>\S+?)v(?P<version>\d{1,3})\s+Announce Type:\s*(?P<kind>[a-z-]+)\s+Abstract:\s*",
    re.ASCII,
)
_SUFFIX = re.compile(
    r"(?P<id>\S+?)v(?P<version>\d{1,3})\s+\[(?P<category>[^\]]+)\]"
    r"(?:\s+(?P<mark>UPDATED|CROSS LISTED))?\)",
    re.ASCII,
)
_KINDS_BY_SUFFIX = {
    None: AnnouncementKind.NEW,
    "UPDATED": AnnouncementKind.REPLACE,
    "CROSS LISTED": AnnouncementKind.CROSS,
}
_LINK = re.compile(r'<a href="([^"<>]+)"[^<>]*>[^<]*</a>')
_TAG = re.compile(r"</?p>")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Identity:
    """An arXiv paper and its version, 0 where the source does not say which."""

    id: str  # "2402.12844", "hep-th/9901001"
    version: int


@dataclass(frozen=True, slots=True)
class AnnouncementText:
    """The title, abstract, id and kind in an announcement; ``None`` or ``""`` where absent."""

    title: str
    abstract: str
    identity: Identity | None = None
    kind: AnnouncementKind | None = None
    category: str = ""


def strip_invisible(text: str) -> str:
    """Return the text stripped and without invisible characters, otherwise unchanged."""
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    return text.strip()


def parse_identity(text: str) -> Identity | None:
    """Return the paper that a guid, link or bare id names: ``oai:arXiv.org:2504.17830v1``."""
    match = arxiv_id_version(text)
    return Identity(*match) if match else None


def parse_kind(text: str) -> AnnouncementKind | None:
    """Return the announcement kind that a feed names, or None for an unknown one."""
    try:
        return AnnouncementKind(text.strip().lower())
    except ValueError:
        return None


def parse_announcement_text(title: str, description: str) -> AnnouncementText:
    """Return the plain title and description of an announcement from any of the feed's three eras.

    Since February 2024 the description begins with id and kind. Until January 2024 the title ended
    with them, after a full stop that is not the author's, and the description was HTML. In between,
    neither carried them.
    """
    prefix = _PREFIX.match(description)
    if prefix:
        abstract = strip_invisible(description[prefix.end() :])
        return AnnouncementText(
            strip_invisible(title), abstract, _identity_of_match(prefix), parse_kind(prefix["kind"])
        )
    title_text, _, suffix_text = title.strip().rpartition("(arXiv:")
    suffix = _SUFFIX.fullmatch(suffix_text)
    if suffix:
        title_text = title_text.rstrip().removesuffix(".")
        suffix_kind = _KINDS_BY_SUFFIX[suffix["mark"]]
        return AnnouncementText(
            strip_invisible(title_text),
            _old_description_text(description),
            _identity_of_match(suffix),
            suffix_kind,
            suffix["category"],
        )
    return AnnouncementText(strip_invisible(title), strip_invisible(description))


def unwrap_lines(text: str) -> str:
    """Join hard-wrapped lines, one line per paragraph; a paragraph begins with two spaces."""
    first_line, *other_lines = strip_invisible(text).split("\n")
    lines = [first_line.rstrip()]
    for line in other_lines:
        if line.strip():
            lines += ["\n  " if line.startswith("  ") else " ", line.strip()]
    return "".join(lines)


def one_line(text: str) -> str:
    """Return a title, comment or reference with its line breaks replaced by spaces."""
    return _BLANKS.sub(" ", strip_invisible(text)) if "\n" in text else strip_invisible(text)


def _identity_of_match(match: re.Match[str]) -> Identity | None:
    return parse_identity(f"{match['id']}v{match['version']}")


def _old_description_text(description: str) -> str:
    """Return an old HTML description as text: paragraphs joined, links as addresses."""
    text = _TAG.sub("", _LINK.sub(r"\1", description))
    return unwrap_lines(html.unescape(text))
