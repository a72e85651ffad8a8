"""What came back, before anyone reads a paper in it: a feed, a page for people, half a feed?

arXiv answers many things with HTTP 200. The outermost element tells feeds from pages; a feed
that is not well-formed is rebuilt from those of its items that are. So the lenient half of
feedparser, which guesses and alters text, never gets to see a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from xml.parsers import expat

from bot.sources.batch import Condition
from bot.sources.wording import clean
from storage.model import Notice

MOST = 10_000  # items; arXiv sends at most 2,000
MOST_ELEMENTS = 1_000_000  # 2,000 papers hold some 50,000, those of large collaborations more
DEEPEST = 50
LONGEST_TEXT = 500_000  # characters of an element; 5,000 authors with their institutes have less
LONGEST_WORD = 500  # letters of a name in a row

_ROOT = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?>\s++|<\?(?>[^?]++|\?(?!>))*+\?>|<!--(?>[^-]++|-(?!->))*+-->)*+"
    rb"<(!?[\w:.-]++)"
)
# feedparser looks for an e-mail address in these, from each letter to the end of its word.
_PEOPLE = frozenset({"author", "creator", "publisher", "managingeditor", "webmaster", "owner"})
_WORD = re.compile(rf"[\w.+-]{{{LONGEST_WORD + 1}}}", re.ASCII)
_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{0,80}?encoding=["']([\w-]+)""")
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_GUID = re.compile(rb"oai:arXiv\.org:([\w./-]{1,40})|arxiv\.org/abs/([\w./-]{1,40})")


@dataclass(frozen=True, slots=True)
class Format:
    """How a format closes, and what its items are called."""

    item: bytes
    closing: bytes
    last: bytes


Formats = Mapping[bytes, Format]
FEEDS: Formats = {
    b"rss": Format(b"item", b"</channel></rss>", b"</rss>"),
    b"rdf:RDF": Format(b"item", b"</rdf:RDF>", b"</rdf:RDF>"),
    b"feed": Format(b"entry", b"</feed>", b"</feed>"),
}
OAI: Formats = {
    b"OAI-PMH": Format(b"record", b"</ListRecords></OAI-PMH>", b"</OAI-PMH>"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A well-formed feed; ``lost`` names the items that were left out to make it so."""

    body: bytes
    is_whole: bool = True
    lost: tuple[str, ...] = ()
    has_bad_bytes: bool = False


class Unusable(ValueError):
    """The answer holds no feed; the condition and the reason say what it is instead."""

    def __init__(self, condition: Condition, key: str, **values: str | int) -> None:
        super().__init__(key)
        self.condition = condition
        self.reason = Notice(key, tuple(values.items()))


def opened(body: bytes, formats: Formats = FEEDS) -> Opened:
    """The feed in an answer, as it is when it is well-formed, else rebuilt from whole items.

    Raises:
        Unusable: it is something else, or nothing in it is whole.
    """
    body = body.lstrip()
    form = _form(body, formats)
    if body.count(b"<" + form.item) > MOST:
        raise Unusable(Condition.BROKEN, "source-endless", most=MOST)
    has_bad_bytes = not _is_as_declared(body)
    if has_bad_bytes:  # feedparser would guess another encoding for all of it
        body = body.decode("utf-8", "replace").encode()
    if _is_well_formed(body):
        return Opened(body, has_bad_bytes=has_bad_bytes)
    return _rebuilt(_FORBIDDEN.sub(b"", body), form, has_bad_bytes)


def _form(body: bytes, formats: Formats) -> Format:
    """The format that the outermost element names."""
    if not body:
        raise Unusable(Condition.BROKEN, "source-empty-answer")
    found = _ROOT.match(body[:100_000])
    if not found:
        if body[:200].lower().startswith(b"rate exceeded"):
            raise Unusable(Condition.LIMITED, "source-limited")
        words = " ".join(body[:200].decode("utf-8", "replace").split())[:80]
        raise Unusable(Condition.NOT_A_FEED, "source-text", words=clean(words))
    if found[1].lower() in (b"!doctype", b"html"):  # no feed of arXiv has a document type
        raise Unusable(Condition.NOT_A_FEED, "source-page")
    if found[1] not in formats:
        name = found[1].decode("ascii", "replace")[:40]
        raise Unusable(Condition.NOT_A_FEED, "source-format", name=name)
    return formats[found[1]]


def _is_as_declared(body: bytes) -> bool:
    """Whether a feed that is UTF-8 by its declaration, or without one, really is."""
    declared = _ENCODING.match(body[:200])
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        return True  # the parsers know how to read it
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_well_formed(body: bytes) -> bool:
    """Whether a strict parser reads it all; what no feed would hold is refused on the way.

    A document type is refused where it begins, before any entity of it could be expanded. A text
    that is longer than any paper's makes an item unusable, as what is not well-formed does.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    texts: list[list[str]] = []
    elements = 0
    has_long_text = False

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal elements, has_long_text
        texts.append([])
        elements += 1
        if len(texts) > DEEPEST or elements > MOST_ELEMENTS:  # feedparser would take minutes
            raise Unusable(Condition.BROKEN, "source-endless", most=MOST)
        has_long_text |= any(len(value) > LONGEST_TEXT for value in attributes.values())

    def read(text: str) -> None:
        texts[-1].append(text)

    def end(name: str) -> None:
        nonlocal has_long_text
        text = "".join(texts.pop())
        names_people = name.rpartition(" ")[2].lower() in _PEOPLE
        has_long_text |= len(text) > LONGEST_TEXT
        has_long_text |= names_people and _WORD.search(text) is not None

    def refuse(*declared: object) -> None:
        raise Unusable(Condition.NOT_A_FEED, "source-page")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = read
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except Unusable:
        raise
    except (expat.ExpatError, LookupError, ValueError):  # also an encoding that nobody knows
        return False
    return not has_long_text


def _rebuilt(body: bytes, form: Format, has_bad_bytes: bool) -> Opened:
    """The same feed with the items that are whole, and the names of those that are not."""
    if _is_well_formed(body):
        return Opened(body, has_bad_bytes=has_bad_bytes)
    start = re.search(rb"<%s[\s>]" % form.item, body)
    head = body[: start.start()] if start else b""
    frame = _frame(head, form)
    kept: list[bytes] = []
    lost: list[str] = []
    for item in _items(body[len(head) :], form.item):
        if frame and _is_well_formed(frame.replace(b"|", item)):
            kept.append(item)
        else:
            lost.append(_name(item))
    whole = head + b"".join(kept) + form.closing
    if not kept or not _is_well_formed(whole):
        raise Unusable(Condition.BROKEN, "source-broken")
    is_closed = form.last in body[body.rindex(b"</%s>" % form.item) :]
    return Opened(whole, is_closed, tuple(lost), has_bad_bytes)


def _frame(head: bytes, form: Format) -> bytes:
    """The outermost element with its namespaces and nothing in it but a place for an item."""
    name = form.last[2:-1]
    found = re.search(rb"<%s\b[^>|]{0,2000}>" % name, head[:10_000])
    return found[0] + b"|" + form.last if found else b""


def _items(body: bytes, name: bytes) -> Iterator[bytes]:
    """The items, each to its own end or, where it has none, to the beginning of the next."""
    end = b"</%s>" % name
    *closed, _ = body.split(end)
    for part in closed:
        starts = [found.start() for found in re.finditer(rb"<%s[\s>]" % name, part)]
        for start, following in pairwise([*starts, len(part)]):
            yield part[start:following] + (end if following == len(part) else b"")


def _name(item: bytes) -> str:
    found = _GUID.search(item)
    return (found[1] or found[2]).decode("ascii") if found else "?"
