"""Build requests to arXiv's search API, and parse its answers in both dialects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from bot.arxiv import announcement_text, author_list
from bot.arxiv.calendar import feed_day_of_submission
from bot.arxiv.identifiers import parse_identity
from bot.arxiv.taxonomy import arxiv_categories_in
from bot.ingest.sources.feed_parser import Feed, FeedElement, parse_feed
from bot.ingest.sources.field_limits import shorten_paper
from bot.ingest.sources.recognize_feed import UnusableAnswer, recover_feed
from bot.ingest.sources.source_batch import (
    Batch,
    BatchStatus,
    SkipItem,
    SkippedItem,
    failed_batch,
    find_unread_items,
    warning_notices,
)
from storage.records.feeds import FeedCursor
from storage.records.messages import Notice
from storage.records.papers import Announcement, AnnouncementKind, Paper

API_BASE = "https://export.arxiv.org/api/query"
PAGE_SIZE = 2000  # results in one answer
MAX_WINDOW = 10_000  # results reachable by one query, whatever it found
_IDS_PER_REQUEST = 100  # an address must not grow too long

_API_ANSWER_ID = re.compile(rb"<id[^>]{0,80}>\s{0,80}https?://(?:export\.)?arxiv\.org/api/")
_ID_LIST_QUERY = re.compile(r"id_list=[^&\s]")


def id_query_urls(ids: Sequence[str], *, base: str = API_BASE) -> tuple[str, ...]:
    """Return the requests for papers by id, with or without version, a hundred in each."""
    id_batches = [
        ids[start : start + _IDS_PER_REQUEST] for start in range(0, len(ids), _IDS_PER_REQUEST)
    ]
    return tuple(
        f"{base}?{urlencode({'id_list': ','.join(part), 'max_results': len(part)})}"
        for part in id_batches
    )


def recent_query_url(
    categories: Sequence[str],
    since: datetime,
    until: datetime,
    start: int = 0,
    *,
    base: str = API_BASE,
) -> str:
    """Return the request for papers submitted in a period, oldest first, from ``start`` on.

    Raises:
        ValueError: ``start`` lies beyond the window; ask for a shorter period.
    """
    if start >= MAX_WINDOW:
        raise ValueError(f"position {start} is behind the window of {MAX_WINDOW}")
    category_clause = " OR ".join(f"cat:{category}" for category in categories)
    first_minute, last_minute = (
        f"{instant.astimezone(UTC):%Y%m%d%H%M}" for instant in (since, until)
    )
    parameters = {
        "search_query": f"({category_clause}) AND submittedDate:[{first_minute} TO {last_minute}]",
        "start": start,
        "max_results": min(PAGE_SIZE, MAX_WINDOW - start),
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }
    return f"{base}?{urlencode(parameters)}"


def is_api_answer(body: bytes) -> bool:
    """Return whether a feed is an API answer rather than the day's announcements."""
    return bool(_API_ANSWER_ID.search(body[:4000]))


def parse(body: bytes, *, source: str, previous: FeedCursor | None = None) -> Batch:
    """Parse the papers in an answer, or the reason why there are none.

    The cursor stays: the answer to a query is not the source's next batch.
    """
    try:
        recovered_feed = recover_feed(body)
        feed = parse_feed(recovered_feed.body)
    except UnusableAnswer as error:
        return failed_batch(
            source, error.status, error.reason, previous, skipped_items=error.skipped_items
        )
    for item in feed.items:
        if "/api/errors" in item.text("id"):
            reason = Notice("source-error-feed", (("said", item.clean_text("summary")[:300]),))
            return failed_batch(source, BatchStatus.ERROR_FEED, reason, previous)
    total_papers, start_index = (
        _header_number(feed, "totalresults"),
        _header_number(feed, "startindex"),
    )
    if not feed.items:
        # The API counts ids that do not exist as found, so a list of ids shows no gap.
        if start_index < min(total_papers, MAX_WINDOW) and not _ID_LIST_QUERY.search(
            feed.header.text("title")
        ):
            reason = Notice("source-empty-page", (("start", start_index), ("total", total_papers)))
            return failed_batch(
                source, BatchStatus.EMPTY_PAGE, reason, previous, next_position=start_index
            )
        return failed_batch(source, BatchStatus.EMPTY, Notice("source-none-found"), previous)
    announcements: list[Announcement] = []
    skipped_items, shortened_ids = list(recovered_feed.skipped_items), list[str]()
    for item in feed.items:
        try:
            announcements.append(_parse_announcement(item, source, shortened_ids))
        except SkipItem as skipped:
            skipped_items.append(skipped.item)
    unread_items = find_unread_items(
        skipped_items, {announcement.paper.id for announcement in announcements}
    )
    if not announcements:
        reason = Notice("source-broken")
        return failed_batch(
            source, BatchStatus.BROKEN, reason, previous, skipped_items=unread_items
        )
    # Skipped items count as well, so that the next page begins where this one ends.
    next_position = start_index + len(feed.items) + len(recovered_feed.skipped_items)
    notices = warning_notices(unread_items, recovered_feed.has_bad_bytes, shortened_ids)
    if MAX_WINDOW <= next_position < total_papers:
        notices = (
            *notices,
            Notice("source-window", (("total", total_papers), ("most", MAX_WINDOW))),
        )
    return Batch(
        source,
        BatchStatus.FRESH if recovered_feed.is_complete else BatchStatus.PARTIAL,
        previous or FeedCursor(source),
        max((announcement.day for announcement in announcements), default=None),
        tuple(announcements),
        None
        if recovered_feed.is_complete
        else Notice("source-partial", (("papers", len(announcements)),)),
        notices,
        next_position=next_position
        if next_position < min(total_papers, MAX_WINDOW) and recovered_feed.is_complete
        else 0,
        skipped_items=unread_items,
    )


def _parse_announcement(item: FeedElement, source: str, shortened_ids: list[str]) -> Announcement:
    """Parse a result as the announcement that its submission must have become."""
    identity = parse_identity(item.text("id"))
    if identity is None:
        raise SkipItem(SkippedItem(f"{item.clean_text('id')[:40] or '?'} (id)"))
    revised_at = item.instant("updated") or item.instant("published")
    if revised_at is None:
        raise SkipItem(SkippedItem(f"{identity.id} (date)", identity.id, identity.version))
    paper = Paper(
        id=f"arxiv:{identity.id}",
        version=identity.version,
        title=announcement_text.one_line(item.text("title")),
        abstract=announcement_text.unwrap_lines(item.text("summary")),
        authors=author_list.parse_author_elements(item.each_part("authors", "name")),
        categories=arxiv_categories_in(  # the primary one first
            (item.attribute("arxiv_primary_category", "term"), *item.each_part("tags", "term"))
        ),
        link=f"https://arxiv.org/abs/{identity.id}",
        submitted_at=item.instant("published"),
        revised_at=revised_at,
        comment=announcement_text.one_line(item.text("arxiv_comment")),
        journal_ref=announcement_text.one_line(item.text("arxiv_journal_ref")),
        doi=item.clean_text("arxiv_doi"),
    )
    announcement_kind = AnnouncementKind.NEW if identity.version <= 1 else AnnouncementKind.REPLACE
    return Announcement(
        shorten_paper(paper, shortened_ids),
        source,
        announcement_kind,
        feed_day_of_submission(revised_at),
    )


def _header_number(feed: Feed, name: str) -> int:
    number_text = feed.header.clean_text(f"opensearch_{name}")
    return (
        int(number_text)
        if number_text.isascii() and number_text.isdigit() and len(number_text) < 10
        else 0
    )
