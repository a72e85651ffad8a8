"""Read ids, kinds and texts from arXiv's announcements, in the formats of three eras."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from bot.arxiv.identifiers import Identity, parse_identity
from storage.records.papers import AnnouncementKind

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters except tab and newline
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero-width characters and direction overrides
    "\ud800-\udfff\ufffe\uffff]"  # surrogates and noncharacters
)
_ANNOUNCED_ID = r"arXiv:(?P<identity>\S+?v\d{1,3})"
_ABSTRACT_PREFIX = re.compile(
    rf"{_ANNOUNCED_ID}\s+Announce Type:\s*(?P<kind>[a-z-]+)\s+Abstract:\s*", re.ASCII
)
_TITLE_SUFFIX = re.compile(
    rf"\({_ANNOUNCED_ID}\s+\[(?P<category>[^\]]+)\](?:\s+(?P<mark>UPDATED|CROSS LISTED))?\)",
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
class AnnouncementLabel:
    """What a feed wrote beside a title or an abstract; ``None`` or ``""`` where absent."""

    identity: Identity | None = None
    kind: AnnouncementKind | None = None
    category: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncementText:
    """The plain title and abstract of an announcement, and the label beside them."""

    title: str
    abstract: str
    label: AnnouncementLabel


def strip_invisible(text: str) -> str:
    """Return the text stripped and without invisible characters, otherwise unchanged."""
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    return text.strip()


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
    abstract, label = split_abstract_prefix(description)
    if label:
        return AnnouncementText(strip_invisible(title), strip_invisible(abstract), label)
    old_title, label = split_title_suffix(title)
    if label:
        # Paragraphs are joined and links are replaced by their addresses.
        unwrapped_text = unwrap_lines(html.unescape(_TAG.sub("", _LINK.sub(r"\1", description))))
        return AnnouncementText(strip_invisible(old_title), unwrapped_text, label)
    return AnnouncementText(
        strip_invisible(title), strip_invisible(description), AnnouncementLabel()
    )


def split_abstract_prefix(description: str) -> tuple[str, AnnouncementLabel | None]:
    """Return a description without id and kind at its beginning, and these, if it has them."""
    prefix_match = _ABSTRACT_PREFIX.match(description)
    if prefix_match is None:
        return description, None
    label = AnnouncementLabel(
        parse_identity(prefix_match["identity"]), parse_kind(prefix_match["kind"])
    )
    return description[prefix_match.end() :], label


def split_title_suffix(title: str) -> tuple[str, AnnouncementLabel | None]:
    """Return a title without id, category and kind at its end, and these, if it has them."""
    title = title.strip()
    suffix_start = max(title.rfind("(arXiv:"), 0)
    suffix_match = _TITLE_SUFFIX.fullmatch(title, suffix_start)
    if suffix_match is None:
        return title, None
    label = AnnouncementLabel(
        parse_identity(suffix_match["identity"]),
        _KINDS_BY_SUFFIX[suffix_match["mark"]],
        suffix_match["category"],
    )
    return title[:suffix_start].rstrip().removesuffix("."), label


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
