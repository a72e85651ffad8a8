"""What did arXiv announce? Its RSS and Atom feeds, of all three eras, as values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.arxiv import announcement_text, author_list, taxonomy
from bot.arxiv.calendar import arxiv_day
from bot.ingest.sources.feed_envelope import Opened, Unusable, opened
from bot.ingest.sources.feed_parser import Feed, Fields, parsed
from bot.ingest.sources.field_limits import shortened
from bot.ingest.sources.source_batch import (
    Batch,
    Condition,
    Reading,
    Skip,
    Unread,
    compared,
    failed,
    left_over,
    warnings,
)
from storage.records import Announcement, Kind, Notice, Paper, SourceCursor

FULL = 2000  # arXiv cuts here; what is missing then are new papers with the lowest ids
_TITLE = re.compile(r"(?P<asked>.{1,2000}) updates on (?:the )?arXiv\.org")
_ERROR = "Feed error"
_TURN = timedelta(hours=4)  # the old feed was dated 20:00 of the evening before its day


def parse(body: bytes, *, source: str, previous: SourceCursor | None = None) -> Batch:
    """The announcements in a feed's body, or what the body is instead."""
    try:
        envelope = opened(body)
        feed = parsed(envelope.body)
    except Unusable as error:
        return failed(source, error.condition, error.reason, previous, unread=error.lost)
    if feed.head.text("title").startswith(_ERROR):
        said = (feed.head.plain("subtitle") or feed.head.plain("title"))[:300]
        reason = Notice("source-error-feed", (("said", said),))
        return failed(source, Condition.ERROR_FEED, reason, previous)
    asked = _TITLE.match(feed.head.plain("title"))
    name = _name(asked["asked"].split(", "), source) if asked else source
    reading = _reading(feed, envelope, source, name)
    if not reading.announcements and (feed.items or not asked):  # not an honest empty day
        return failed(source, Condition.NOT_A_FEED, Notice("source-foreign"), previous)
    return compared(reading, previous)


def _name(titled: Sequence[str], source: str) -> str:
    """The feed by its categories: in the order asked for, which arXiv's title does not keep."""
    asked = source.split("+")
    same = {taxonomy.canonical(code) for code in asked} == {
        taxonomy.canonical(code) for code in titled
    }
    return source if same and taxonomy.canonical(asked[0]) else "+".join(titled)


def _reading(feed: Feed, envelope: Opened, source: str, name: str) -> Reading:
    day = _day(feed)
    found: dict[tuple[str, int], Announcement] = {}
    skipped, cut = list(envelope.lost), list[str]()
    for item in feed.items:
        try:
            announcement = _announcement(item, name, day, cut)
        except Skip as skip:
            skipped.append(skip.unread)
        else:
            found.setdefault((announcement.paper.id, announcement.paper.version), announcement)
    unread = left_over(skipped, {id for id, _ in found})
    notices = warnings(unread, envelope.has_bad_bytes, cut)
    if len(feed.items) >= FULL:
        notices = (Notice("source-cut", (("items", len(feed.items)),)), *notices)
    return Reading(source, day, tuple(found.values()), notices, envelope.is_whole, unread)


def _day(feed: Feed) -> date | None:
    """The arXiv day of a feed: its own date, else that of its first item, else its build."""
    if feed.version.startswith("rss1"):
        made = feed.head.instant("updated")
        return arxiv_day(made + _TURN) if made else None
    own = feed.head.instant("published")
    if not own and feed.items:
        own = feed.items[0].instant("published")
    own = own or feed.head.instant("updated")
    return arxiv_day(own) if own else None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an item must say, from wherever its era says it."""

    identity: announcement_text.Identity
    kind: Kind
    title: str
    abstract: str
    categories: tuple[str, ...]


def _announcement(item: Fields, feed: str, day: date | None, cut: list[str]) -> Announcement:
    facts = _facts(item)
    own = item.instant("published")
    on = arxiv_day(own) if own else day
    if on is None:
        named = facts.identity
        raise Skip(Unread(f"{named.id} (date)", named.id, named.version, facts.kind))
    paper = Paper(
        id=f"arxiv:{facts.identity.id}",
        version=facts.identity.version,
        title=facts.title,
        abstract=facts.abstract,
        authors=_authors(item),
        categories=facts.categories,
        link=f"https://arxiv.org/abs/{facts.identity.id}",
        journal=item.plain("arxiv_journal_reference"),
        doi=item.plain("arxiv_doi"),
        licence=item.plain("rights"),
    )
    return Announcement(shortened(paper, cut), feed, facts.kind, on)


def _authors(item: Fields) -> tuple[str, ...]:
    """The authors of an item: of one line, as arXiv writes it, or of an element for each."""
    names = tuple(item.each("authors", "name"))
    # feedparser takes an address out of these, and out of a single line nothing.
    return author_list.each(names) if len(names) > 1 else author_list.split(item.plain("author"))


def _facts(item: Fields) -> _Facts:
    """The facts of an item: its elements go before what its texts say."""
    said = announcement_text.announced(item.text("title"), item.text("summary"))
    named = announcement_text.identity(item.text("id")) or said.identity
    named = named or announcement_text.identity(item.text("link"))
    if named is None:
        raise Skip(Unread(f"{item.plain('id')[:40] or '?'} (id)"))
    if named.version == 0 and said.identity:
        named = said.identity
    kind = announcement_text.kind(item.text("arxiv_announce_type")) or said.kind
    if kind is None:  # or one that arXiv did not have when this was written
        kind = Kind.NEW if named.version <= 1 else Kind.REPLACE
    terms = tuple(item.each("tags", "term")) or (said.category,)
    return _Facts(named, kind, said.title, said.abstract, taxonomy.filed_under(terms))
