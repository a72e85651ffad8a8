"""What came back, before anyone reads a paper in it: a feed, a page for people, half a feed?

arXiv answers many things with HTTP 200. The outermost element tells feeds from pages; a feed
that is not well-formed is rebuilt from those of its items that are or can be healed, and the
others are named. So the lenient half of feedparser, which guesses and alters text, never gets to
see a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.parsers import expat

from bot.arxiv.announcement_text import clean, identity, kind
from bot.ingest.sources.source_batch import Condition, Unread
from bot.ingest.sources.xml_recovery import healed
from storage.records import Notice

MOST = 10_000  # items; arXiv sends at most 2,000
MOST_ELEMENTS = 1_000_000  # 2,000 papers hold some 50,000, those of large collaborations more
DEEPEST = 50
LONGEST_TEXT = 500_000  # characters of an element; 5,000 authors with their institutes have less
LONGEST_ITEM = 4 * LONGEST_TEXT  # bytes of an item that is worth healing
LONGEST_WORD = 500  # letters of a name in a row

_BEFORE = b" \t\r\n\v\f\xef\xbb\xbf"  # blanks and byte order marks
_ROOT = re.compile(
    rb"\A(?>\s++|<\?(?>[^?]++|\?(?!>))*+\?>|<!--(?>[^-]++|-(?!->))*+-->)*+"
    rb"<(!?[\w:.-]++)"
)
# feedparser looks for an e-mail address in these, from each letter to the end of its word.
_PEOPLE = frozenset({"author", "creator", "publisher", "managingeditor", "webmaster", "owner"})
_WORD = re.compile(rf"[\w.+-]{{{LONGEST_WORD + 1}}}", re.ASCII)
_ENCODING = re.compile(rb"""<\?xml[^>]{0,80}?encoding=["']([\w-]+)""")
_DECLARATION = re.compile(r"\A<\?xml\b[^>]{0,200}\?>")
_OF_ONE_BYTE = re.compile(rb"(?:iso-8859-|windows-125|cp125)\d{1,2}", re.IGNORECASE)
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
# Where an item says which paper it is, the surest place first.
_PLACES = tuple(
    re.compile(place % rb"(?P<id>[\w./-]{1,40})")
    for place in (
        rb"<(?P<name>guid|id|identifier)\b[^<>]*>\s*(?:oai:arXiv\.org:|https?://arxiv\.org/abs/)?"
        rb"%s\s*</(?P=name)",
        rb"<link>\s*https?://(?:\w+\.)?arxiv\.org/abs/%s\s*</link",
        rb"[\"']https?://(?:\w+\.)?arxiv\.org/abs/%s[\"']",
        rb"<(?:description|summary)>\s*arXiv:%s\s+Announce Type",
        rb"\(arXiv:%s \[[\w.-]+\][A-Z ]*\)\s*</title",
    )
)
_KINDS = (
    re.compile(rb"announce_type>\s*([a-z-]{1,20})\s*</"),
    re.compile(rb"Announce Type:\s*([a-z-]{1,20})\s"),
)


@dataclass(frozen=True, slots=True)
class Format:
    """What a format's items are called, and how it ends."""

    item: bytes
    last: bytes


Formats = Mapping[bytes, Format]
FEEDS: Formats = {
    b"rss": Format(b"item", b"</rss>"),
    b"rdf:RDF": Format(b"item", b"</rdf:RDF>"),
    b"feed": Format(b"entry", b"</feed>"),
}
OAI: Formats = {
    b"OAI-PMH": Format(b"record", b"</OAI-PMH>"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A well-formed feed; ``lost`` are the items that were left out to make it so."""

    body: bytes
    is_whole: bool = True
    lost: tuple[Unread, ...] = ()
    has_bad_bytes: bool = False


class Unusable(ValueError):
    """The answer holds no feed; the condition and the reason say what it is instead."""

    def __init__(
        self, condition: Condition, key: str, *, lost: Sequence[Unread] = (), **values: str | int
    ) -> None:
        super().__init__(key)
        self.condition = condition
        self.reason = Notice(key, tuple(values.items()))
        self.lost = tuple(lost)


def opened(body: bytes, formats: Formats = FEEDS) -> Opened:
    """The feed in an answer, as it is when it is well-formed, else rebuilt from its items.

    Raises:
        Unusable: it is something else, or nothing in it is whole.
    """
    body = body.lstrip(_BEFORE)
    form = _form(body, formats)
    if body.count(b"<" + form.item) > MOST:
        raise Unusable(Condition.BROKEN, "source-endless", most=MOST)
    has_bad_bytes = not _is_as_declared(body)
    if has_bad_bytes:  # feedparser would guess another encoding for all of it
        body = body.decode("utf-8", "replace").encode()
    if _is_well_formed(body):
        return Opened(body, has_bad_bytes=has_bad_bytes)
    return _rebuilt(_FORBIDDEN.sub(b"", _undeclared(body)), form, has_bad_bytes)


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


def _undeclared(body: bytes) -> bytes:
    """The same in UTF-8, without a declaration that may be what is wrong."""
    declared = _ENCODING.match(body[:200])
    is_of_one_byte = declared is not None and _OF_ONE_BYTE.fullmatch(declared[1])
    try:
        text = body.decode(
            declared[1].decode() if declared and is_of_one_byte else "utf-8", "replace"
        )
    except LookupError:  # a number that no encoding has
        text = body.decode("utf-8", "replace")
    return _DECLARATION.sub("", text, count=1).encode()


def _rebuilt(body: bytes, form: Format, has_bad_bytes: bool) -> Opened:
    """The same feed with the items that are whole or could be healed; the others are named."""
    if _is_well_formed(body):
        return Opened(body, has_bad_bytes=has_bad_bytes)
    start = re.search(rb"<%s[\s>]" % form.item, body)
    end = start.start() if start else len(body)
    head = healed(body[:end])
    frame = _frame(head, form)
    is_closed = form.last in body[max(body.rfind(b"</%s>" % form.item), 0) :]
    kept: list[bytes] = []
    lost: list[bytes] = []
    is_lost = False
    for item in _items(body[end:], form.item, is_closed=is_closed):
        whole = next((one for one in _forms(item) if _fits(one, frame)), b"")
        # What is left of an item behind its first end belongs to it.
        is_rest = is_lost and not re.match(rb"\s*<%s[\s>]" % form.item, item)
        is_lost = not whole
        if whole:
            kept.append(whole)
        elif is_rest:
            lost[-1] += item
        else:
            lost.append(item)
    unread = tuple(map(_left_of, lost))
    whole = head + b"".join(kept) + _closing(head)
    if not kept or not _is_well_formed(whole):
        raise Unusable(Condition.BROKEN, "source-broken", lost=unread)
    return Opened(whole, is_closed, unread, has_bad_bytes)


def _frame(head: bytes, form: Format) -> bytes:
    """The outermost element with its namespaces and nothing in it but a place for an item."""
    name = form.last[2:-1]
    found = re.search(rb"<%s\b[^>|]{0,2000}>" % name, head[:10_000])
    return found[0] + b"|" + form.last if found else b""


def _closing(head: bytes) -> bytes:
    """The closing tags of what is open at the end of a feed's head."""
    parser = expat.ParserCreate()
    names: list[str] = []
    parser.StartElementHandler = lambda name, attributes: names.append(name)
    parser.EndElementHandler = lambda name: names.pop()
    try:
        parser.Parse(head, False)
    except expat.ExpatError:
        return b""
    return b"".join(f"</{name}>".encode() for name in reversed(names))


def _items(body: bytes, name: bytes, *, is_closed: bool) -> Iterator[bytes]:
    """The items, each to its own end or, where it has none, to the beginning of the next.

    What stands between them and is not blank is a piece of its own. What a feed that breaks off
    has begun is none: it comes whole when the feed is asked for again.
    """
    end = b"</%s>" % name
    *closed, last = body.split(end)
    for part in closed:
        yield from _begun(part, name, end)
    if is_closed and re.search(rb"<%s[\s>]" % name, last):
        yield from _begun(last, name, b"")


def _begun(part: bytes, name: bytes, end: bytes) -> Iterator[bytes]:
    starts = {0, *(found.start() for found in re.finditer(rb"<%s[\s>]" % name, part))}
    for start, following in pairwise([*sorted(starts), len(part)]):
        piece = part[start:following] + (end if following == len(part) else b"")
        if piece.strip():
            yield piece


def _forms(item: bytes) -> Iterator[bytes]:
    """An item as it came, then healed."""
    yield item
    if len(item) <= LONGEST_ITEM:
        yield healed(item)


def _fits(item: bytes, frame: bytes) -> bool:
    return bool(frame) and _is_well_formed(frame.replace(b"|", item))


def _left_of(item: bytes) -> Unread:
    """What an item that cannot be read still says of its paper."""
    if len(item) <= LONGEST_ITEM:
        item = healed(item)
    found = (place.search(item) for place in _PLACES)
    named = [known for one in found if one and (known := identity(one["id"].decode()))]
    if not named:
        return Unread("?")
    versions = (one.version for one in named if one.id == named[0].id)
    words = (place.search(item) for place in _KINDS)
    kinds = (kind(word[1].decode()) for word in words if word)
    return Unread(named[0].id, named[0].id, max(versions), next(filter(None, kinds), None))
