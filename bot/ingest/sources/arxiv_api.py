"""What does arXiv's search API know? Its questions, and its answers in both dialects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from bot.arxiv import announcement_text, author_list
from bot.arxiv.calendar import feed_day
from bot.arxiv.taxonomy import filed_under
from bot.ingest.sources.feed_envelope import Opened, Unusable, opened
from bot.ingest.sources.feed_parser import Feed, Fields, parsed
from bot.ingest.sources.field_limits import shortened
from bot.ingest.sources.source_batch import (
    Batch,
    Condition,
    Skip,
    Unread,
    failed,
    left_over,
    warnings,
)
from storage.records import Announcement, Kind, Notice, Paper, SourceCursor

BASE = "https://export.arxiv.org/api/query"
PAGE = 2000  # results in one answer
WINDOW = 10_000  # results of one question, whatever it found
_IDS = 100  # in one question: an address must not grow too long

_ANSWER = re.compile(rb"<id[^>]{0,80}>\s{0,80}https?://(?:export\.)?arxiv\.org/api/")
_ASKED_IDS = re.compile(r"id_list=[^&\s]")


def by_ids(ids: Sequence[str], *, base: str = BASE) -> tuple[str, ...]:
    """The questions for papers by id, with or without version, a hundred in each."""
    parts = [ids[start : start + _IDS] for start in range(0, len(ids), _IDS)]
    return tuple(
        f"{base}?{urlencode({'id_list': ','.join(part), 'max_results': len(part)})}"
        for part in parts
    )


def recent(
    categories: Sequence[str],
    since: datetime,
    until: datetime,
    start: int = 0,
    *,
    base: str = BASE,
    size: int = PAGE,
) -> str:
    """The question for papers first submitted in a time, oldest first, from a position on.

    Raises:
        ValueError: the position lies behind the window; ask for a shorter time.
    """
    if start >= WINDOW:
        raise ValueError(f"position {start} is behind the window of {WINDOW}")
    shelves = " OR ".join(f"cat:{category}" for category in categories)
    first, last = (f"{at.astimezone(UTC):%Y%m%d%H%M}" for at in (since, until))
    question = {
        "search_query": f"({shelves}) AND submittedDate:[{first} TO {last}]",
        "start": start,
        "max_results": min(size, PAGE, WINDOW - start),
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }
    return f"{base}?{urlencode(question)}"


def is_answer(body: bytes) -> bool:
    """Whether a feed is the API's and not the day's announcements."""
    return bool(_ANSWER.search(body[:4000]))


def parse(body: bytes, *, source: str, previous: SourceCursor | None = None) -> Batch:
    """The papers in an answer, or what the answer is instead.

    The cursor stays where it is: an answer to a question is not the source's next batch.
    """
    try:
        envelope = opened(body)
        feed = parsed(envelope.body)
    except Unusable as error:
        return failed(source, error.condition, error.reason, previous, unread=error.lost)
    for item in feed.items:
        if "/api/errors" in item.text("id"):
            reason = Notice("source-error-feed", (("said", item.plain("summary")[:300]),))
            return failed(source, Condition.ERROR_FEED, reason, previous)
    if not feed.items:
        return _without_papers(feed, source, previous)
    return _batch(feed, envelope, source, previous)


def _without_papers(feed: Feed, source: str, previous: SourceCursor | None) -> Batch:
    """Nothing was found, or a page is missing from the middle of what was found."""
    total, start = _number(feed, "totalresults"), _number(feed, "startindex")
    # The API counts ids that do not exist as found, so a list of ids proves no hole.
    if start < min(total, WINDOW) and not _ASKED_IDS.search(feed.head.text("title")):
        reason = Notice("source-empty-page", (("start", start), ("total", total)))
        return failed(source, Condition.EMPTY_PAGE, reason, previous, following=start)
    return failed(source, Condition.EMPTY, Notice("source-none-found"), previous)


def _batch(feed: Feed, envelope: Opened, source: str, previous: SourceCursor | None) -> Batch:
    found: list[Announcement] = []
    skipped, cut = list(envelope.lost), list[str]()
    for item in feed.items:
        try:
            found.append(_announcement(item, source, cut))
        except Skip as skip:
            skipped.append(skip.unread)
    unread = left_over(skipped, {one.paper.id for one in found})
    if not found:
        reason = Notice("source-broken")
        return failed(source, Condition.BROKEN, reason, previous, unread=unread)
    total = _number(feed, "totalresults")
    # Where items were left out, the next page begins as far behind this one as it should.
    following = _number(feed, "startindex") + len(feed.items) + len(envelope.lost)
    notices = warnings(unread, envelope.has_bad_bytes, cut)
    if WINDOW <= following < total:
        notices = (*notices, Notice("source-window", (("total", total), ("most", WINDOW))))
    return Batch(
        source,
        Condition.FRESH if envelope.is_whole else Condition.PARTIAL,
        previous or SourceCursor(source),
        max((one.day for one in found), default=None),
        tuple(found),
        None if envelope.is_whole else Notice("source-partial", (("papers", len(found)),)),
        notices,
        following=following if following < min(total, WINDOW) and envelope.is_whole else 0,
        unread=unread,
    )


def _announcement(item: Fields, source: str, cut: list[str]) -> Announcement:
    """A result as the announcement that its submission must have become."""
    named = announcement_text.identity(item.text("id"))
    if named is None:
        raise Skip(Unread(f"{item.plain('id')[:40] or '?'} (id)"))
    revised = item.instant("updated") or item.instant("published")
    if revised is None:
        raise Skip(Unread(f"{named.id} (date)", named.id, named.version))
    paper = Paper(
        id=f"arxiv:{named.id}",
        version=named.version,
        title=announcement_text.one_line(item.text("title")),
        abstract=announcement_text.unwrapped(item.text("summary")),
        authors=author_list.each(item.each("authors", "name")),
        categories=_categories(item),
        link=f"https://arxiv.org/abs/{named.id}",
        submitted=item.instant("published"),
        revised=revised,
        comment=announcement_text.one_line(item.text("arxiv_comment")),
        journal=announcement_text.one_line(item.text("arxiv_journal_ref")),
        doi=item.plain("arxiv_doi"),
    )
    kind = Kind.NEW if named.version <= 1 else Kind.REPLACE
    return Announcement(shortened(paper, cut), source, kind, feed_day(revised))


def _categories(item: Fields) -> tuple[str, ...]:
    """arXiv's own categories, primary first."""
    return filed_under((item.part("arxiv_primary_category", "term"), *item.each("tags", "term")))


def _number(feed: Feed, name: str) -> int:
    text = feed.head.plain(f"opensearch_{name}")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
