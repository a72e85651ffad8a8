"""Recognise what a source returned, and recover a well-formed feed from it.

arXiv answers many things with HTTP 200. The outermost element tells feeds from web pages; a feed
that is not well-formed is rebuilt from the items that are or can be repaired, and the others are
listed. So feedparser's lenient mode, which guesses and alters text, never sees a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.parsers import expat

from bot.arxiv.announcement_text import parse_kind, strip_invisible
from bot.arxiv.identifiers import parse_identity
from bot.ingest.sources.source_batch import BatchStatus, SkippedItem
from bot.ingest.sources.xml_recovery import repair_xml
from storage.records.messages import Notice

MAX_ITEMS = 10_000  # arXiv sends at most 2,000
MAX_ELEMENTS = 1_000_000  # 2,000 papers have some 50,000, those of large collaborations more
MAX_DEPTH = 50
# Characters of an element; 5,000 authors with their institutes have fewer.
MAX_TEXT_LENGTH = 500_000
MAX_ITEM_BYTES = 4 * MAX_TEXT_LENGTH  # of an item that is worth repairing
MAX_WORD_LENGTH = 500  # letters in a row

_LEADING_BYTES = b" \t\r\n\v\f\xef\xbb\xbf"  # whitespace and byte order marks
_ROOT = re.compile(
    rb"\A(?>\s++|<\?(?>[^?]++|\?(?!>))*+\?>|<!--(?>[^-]++|-(?!->))*+-->)*+"
    rb"<(!?[\w:.-]++)"
)
# feedparser searches these for an e-mail address, from each letter to the end of its word.
_PEOPLE_ELEMENTS = frozenset(
    {"author", "creator", "publisher", "managingeditor", "webmaster", "owner"}
)
_WORD = re.compile(rf"[\w.+-]{{{MAX_WORD_LENGTH + 1}}}", re.ASCII)
_ENCODING = re.compile(rb"""<\?xml[^>]{0,80}?encoding=["']([\w-]+)""")
_DECLARATION = re.compile(r"\A<\?xml\b[^>]{0,200}\?>")
_SINGLE_BYTE_ENCODING = re.compile(rb"(?:iso-8859-|windows-125|cp125)\d{1,2}", re.IGNORECASE)
_FORBIDDEN_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
# Where an item names its paper, most reliable place first.
_ID_PATTERNS = tuple(
    re.compile(pattern % rb"(?P<id>[\w./-]{1,40})")
    for pattern in (
        rb"<(?P<name>guid|id|identifier)\b[^<>]*>\s*(?:oai:arXiv\.org:|https?://arxiv\.org/abs/)?"
        rb"%s\s*</(?P=name)",
        rb"<link>\s*https?://(?:\w+\.)?arxiv\.org/abs/%s\s*</link",
        rb"[\"']https?://(?:\w+\.)?arxiv\.org/abs/%s[\"']",
        rb"<(?:description|summary)>\s*arXiv:%s\s+Announce Type",
        rb"\(arXiv:%s \[[\w.-]+\][A-Z ]*\)\s*</title",
    )
)
_KIND_PATTERNS = (
    re.compile(rb"announce_type>\s*([a-z-]{1,20})\s*</"),
    re.compile(rb"Announce Type:\s*([a-z-]{1,20})\s"),
)


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """The item element and the closing tag of a format."""

    item_tag: bytes
    closing_tag: bytes


Formats = Mapping[bytes, FeedFormat]
FEED_FORMATS: Formats = {
    b"rss": FeedFormat(b"item", b"</rss>"),
    b"rdf:RDF": FeedFormat(b"item", b"</rdf:RDF>"),
    b"feed": FeedFormat(b"entry", b"</feed>"),
}
OAI_FORMATS: Formats = {b"OAI-PMH": FeedFormat(b"record", b"</OAI-PMH>")}


@dataclass(frozen=True, slots=True)
class RecoveredFeed:
    """A well-formed feed, and the ``skipped_items`` that were removed to make it so."""

    body: bytes
    is_complete: bool = True
    skipped_items: tuple[SkippedItem, ...] = ()
    has_bad_bytes: bool = False


class UnusableAnswer(ValueError):
    """The answer holds no feed; the status and the reason say what it is instead."""

    def __init__(
        self,
        status: BatchStatus,
        key: str,
        *,
        skipped_items: Sequence[SkippedItem] = (),
        **values: str | int,
    ) -> None:
        super().__init__(key)
        self.status = status
        self.reason = Notice(key, tuple(values.items()))
        self.skipped_items = tuple(skipped_items)


def recover_feed(body: bytes, formats: Formats = FEED_FORMATS) -> RecoveredFeed:
    """Return the feed in an answer, as it is if well-formed, else rebuilt from its items.

    Raises:
        UnusableAnswer: it is something else, or nothing in it is intact.
    """
    body = body.lstrip(_LEADING_BYTES)
    feed_format = _detect_format(body, formats)
    if body.count(b"<" + feed_format.item_tag) > MAX_ITEMS:
        raise UnusableAnswer(BatchStatus.BROKEN, "source-endless", most=MAX_ITEMS)
    has_bad_bytes = False
    encoding_match = _ENCODING.match(body[:200])
    if not encoding_match or encoding_match[1].lower() in (b"utf-8", b"utf8", b"us-ascii"):
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:  # feedparser would guess another encoding for all of it
            has_bad_bytes = True
            body = body.decode("utf-8", "replace").encode()
    if _is_well_formed(body):
        return RecoveredFeed(body, has_bad_bytes=has_bad_bytes)
    return _rebuild_feed(
        _FORBIDDEN_BYTES.sub(b"", _without_declaration(body)), feed_format, has_bad_bytes
    )


def _detect_format(body: bytes, formats: Formats) -> FeedFormat:
    """Return the format that the outermost element names."""
    if not body:
        raise UnusableAnswer(BatchStatus.BROKEN, "source-empty-answer")
    root_match = _ROOT.match(body[:100_000])
    if not root_match:
        if body[:200].lower().startswith(b"rate exceeded"):
            raise UnusableAnswer(BatchStatus.LIMITED, "source-limited")
        first_words = " ".join(body[:200].decode("utf-8", "replace").split())[:80]
        raise UnusableAnswer(
            BatchStatus.NOT_A_FEED, "source-text", words=strip_invisible(first_words)
        )
    if root_match[1].lower() in (b"!doctype", b"html"):  # no feed of arXiv has a document type
        raise UnusableAnswer(BatchStatus.NOT_A_FEED, "source-page")
    if root_match[1] not in formats:
        name = root_match[1].decode("ascii", "replace")[:40]
        raise UnusableAnswer(BatchStatus.NOT_A_FEED, "source-format", name=name)
    return formats[root_match[1]]


def _is_well_formed(body: bytes) -> bool:
    """Return whether a strict parser accepts the feed; refuse what no feed contains.

    A document type is refused where it begins, before any of its entities could be expanded. A text
    longer than any paper's makes an item unusable, like malformed XML.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    open_element_texts: list[list[str]] = []
    elements = 0
    has_long_text = False

    def start_element(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal elements, has_long_text
        open_element_texts.append([])
        elements += 1
        # feedparser would take minutes for these.
        if len(open_element_texts) > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise UnusableAnswer(BatchStatus.BROKEN, "source-endless", most=MAX_ITEMS)
        has_long_text |= any(len(value) > MAX_TEXT_LENGTH for value in attributes.values())

    def collect_text(text: str) -> None:
        open_element_texts[-1].append(text)

    def end_element(name: str) -> None:
        nonlocal has_long_text
        element_text = "".join(open_element_texts.pop())
        names_people = name.rpartition(" ")[2].lower() in _PEOPLE_ELEMENTS
        has_long_text |= len(element_text) > MAX_TEXT_LENGTH
        has_long_text |= names_people and _WORD.search(element_text) is not None

    def reject_declaration(*declaration: object) -> None:
        raise UnusableAnswer(BatchStatus.NOT_A_FEED, "source-page")

    parser.StartElementHandler, parser.EndElementHandler = start_element, end_element
    parser.CharacterDataHandler = collect_text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = reject_declaration
    try:
        parser.Parse(body, True)
    except UnusableAnswer:
        raise
    except (expat.ExpatError, LookupError, ValueError):  # or an unknown encoding
        return False
    return not has_long_text


def _without_declaration(body: bytes) -> bytes:
    """Return the body in UTF-8, without a declaration that may be wrong."""
    encoding_match = _ENCODING.match(body[:200])
    is_single_byte = encoding_match is not None and _SINGLE_BYTE_ENCODING.fullmatch(
        encoding_match[1]
    )
    try:
        declared_text = body.decode(
            encoding_match[1].decode() if encoding_match and is_single_byte else "utf-8", "replace"
        )
    except LookupError:  # a number that no encoding has
        declared_text = body.decode("utf-8", "replace")
    return _DECLARATION.sub("", declared_text, count=1).encode()


def _rebuild_feed(body: bytes, feed_format: FeedFormat, has_bad_bytes: bool) -> RecoveredFeed:
    """Return the feed with its intact and repaired items; the others are listed."""
    if _is_well_formed(body):
        return RecoveredFeed(body, has_bad_bytes=has_bad_bytes)
    start_match = re.search(rb"<%s[\s>]" % feed_format.item_tag, body)
    head_end = start_match.start() if start_match else len(body)
    repaired_head = repair_xml(body[:head_end])
    root_match = re.search(
        rb"<%s\b[^>]{0,2000}>" % feed_format.closing_tag[2:-1], repaired_head[:10_000]
    )
    root = root_match[0] if root_match else b""
    is_closed = (
        feed_format.closing_tag in body[max(body.rfind(b"</%s>" % feed_format.item_tag), 0) :]
    )
    usable_items: list[bytes] = []
    damaged_items: list[bytes] = []
    was_damaged = False
    for item in _split_items(body[head_end:], feed_format.item_tag, is_closed=is_closed):
        usable_xml = item
        if not root or not _is_well_formed(root + item + feed_format.closing_tag):
            usable_xml = repair_xml(item) if root and len(item) <= MAX_ITEM_BYTES else b""
            if usable_xml and not _is_well_formed(root + usable_xml + feed_format.closing_tag):
                usable_xml = b""
        # The rest of a damaged item after its first end tag belongs to it.
        is_continuation = was_damaged and not re.match(rb"\s*<%s[\s>]" % feed_format.item_tag, item)
        was_damaged = not usable_xml
        if usable_xml:
            usable_items.append(usable_xml)
        elif is_continuation:
            damaged_items[-1] += item
        else:
            damaged_items.append(item)
    skipped_items = tuple(map(_skipped_item_of, damaged_items))
    usable_xml = repaired_head + b"".join(usable_items) + _closing_tags(repaired_head)
    if not usable_items or not _is_well_formed(usable_xml):
        raise UnusableAnswer(BatchStatus.BROKEN, "source-broken", skipped_items=skipped_items)
    return RecoveredFeed(usable_xml, is_closed, skipped_items, has_bad_bytes)


def _closing_tags(head: bytes) -> bytes:
    """Return the closing tags of the elements open at the end of a feed's head."""
    parser = expat.ParserCreate()
    open_tag_names: list[str] = []
    parser.StartElementHandler = lambda name, attributes: open_tag_names.append(name)
    parser.EndElementHandler = lambda name: open_tag_names.pop()
    try:
        parser.Parse(head, False)
    except expat.ExpatError:
        return b""
    return b"".join(f"</{name}>".encode() for name in reversed(open_tag_names))


def _split_items(body: bytes, name: bytes, *, is_closed: bool) -> Iterator[bytes]:
    """Yield the items, each to its own end tag or, without one, to the beginning of the next.

    Text between them that is not blank is yielded separately. An item that a truncated feed has
    only begun is left out: it comes whole when the feed is requested again.
    """
    end_tag = b"</%s>" % name
    *closed_parts, last_part = body.split(end_tag)
    for part in closed_parts:
        yield from _split_at_item_starts(part, name, end_tag)
    if is_closed and re.search(rb"<%s[\s>]" % name, last_part):
        yield from _split_at_item_starts(last_part, name, b"")


def _split_at_item_starts(part: bytes, name: bytes, end: bytes) -> Iterator[bytes]:
    item_starts = {0, *(match.start() for match in re.finditer(rb"<%s[\s>]" % name, part))}
    for start, following in pairwise([*sorted(item_starts), len(part)]):
        item = part[start:following] + (end if following == len(part) else b"")
        if item.strip():
            yield item


def _skipped_item_of(item: bytes) -> SkippedItem:
    """Return what an unreadable item still says about its paper."""
    if len(item) <= MAX_ITEM_BYTES:
        item = repair_xml(item)
    matches = (pattern.search(item) for pattern in _ID_PATTERNS)
    identities = [
        paper_identity
        for match in matches
        if match and (paper_identity := parse_identity(match["id"].decode()))
    ]
    if not identities:
        return SkippedItem("?")
    versions = (match.version for match in identities if match.id == identities[0].id)
    kind_matches = (pattern.search(item) for pattern in _KIND_PATTERNS)
    kinds = (parse_kind(match[1].decode()) for match in kind_matches if match)
    return SkippedItem(
        identities[0].id, identities[0].id, max(versions), next(filter(None, kinds), None)
    )
