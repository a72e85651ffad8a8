"""How do arXiv's sources write a paper? Ids, announced texts of three eras, clean characters."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from bot.arxiv.identifiers import arxiv_id_version
from storage.records import Kind

_DIRT = re.compile(
    "[\x00-\x08\x0b-\x0d\x0e-\x1f\x7f-\x9f"  # controls but tab and newline
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, direction overrides
    "\ud800-\udfff\ufffe\uffff]"  # halves of characters, no characters
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
_MARKS = {None: Kind.NEW, "UPDATED": Kind.REPLACE, "CROSS LISTED": Kind.CROSS}
_LINK = re.compile(r'<a href="([^"<>]+)"[^<>]*>[^<]*</a>')
_TAG = re.compile(r"</?p>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Identity:
    """An arXiv paper and its version, 0 where the source does not say which."""

    id: str  # "2402.12844", "hep-th/9901001"
    version: int


@dataclass(frozen=True, slots=True)
class Announced:
    """What an announcement's own words say; ``None`` and ``""`` where they do not."""

    title: str
    abstract: str
    identity: Identity | None = None
    kind: Kind | None = None
    category: str = ""


def clean(text: str) -> str:
    """The text without characters that nobody can see, trimmed; nothing else is altered."""
    if _DIRT.search(text):
        text = _DIRT.sub("", text)
    return text.strip()


def identity(text: str) -> Identity | None:
    """The paper that a guid, link or bare id names: ``oai:arXiv.org:2504.17830v1``."""
    found = arxiv_id_version(text)
    return Identity(*found) if found else None


def kind(text: str) -> Kind | None:
    """The kind that a feed names, if it is one."""
    try:
        return Kind(text.strip().lower())
    except ValueError:
        return None


def announced(title: str, description: str) -> Announced:
    """A title and description of any of the feed's three eras, without what was put around.

    Since February 2024 the description begins with id and kind; until January 2024 the title
    ended with them, after a full stop that is not the author's, and the description was HTML;
    in between neither said anything.
    """
    prefix = _PREFIX.match(description)
    if prefix:
        abstract = clean(description[prefix.end() :])
        return Announced(clean(title), abstract, _named(prefix), kind(prefix["kind"]))
    own, _, rest = title.strip().rpartition("(arXiv:")
    suffix = _SUFFIX.fullmatch(rest)
    if suffix:
        own, mark = own.rstrip().removesuffix("."), _MARKS[suffix["mark"]]
        return Announced(clean(own), _plain(description), _named(suffix), mark, suffix["category"])
    return Announced(clean(title), clean(description))


def unwrapped(text: str) -> str:
    """Hard-wrapped lines as one line a paragraph; a paragraph begins with two blanks."""
    first, *rest = clean(text).split("\n")
    lines = [first.rstrip()]
    for line in rest:
        if line.strip():
            lines += ["\n  " if line.startswith("  ") else " ", line.strip()]
    return "".join(lines)


def one_line(text: str) -> str:
    """A title, comment or reference without the line breaks of its printing."""
    return _SPACE.sub(" ", clean(text)) if "\n" in text else clean(text)


def _named(found: re.Match[str]) -> Identity | None:
    return identity(f"{found['id']}v{found['version']}")


def _plain(description: str) -> str:
    """The text of an old description: paragraphs unmarked, links as addresses, lines joined."""
    text = _TAG.sub("", _LINK.sub(r"\1", description))
    return unwrapped(html.unescape(text))
