"""Parse arXiv's RSS and Atom feeds of all three eras."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.arxiv import announcement_text, author_list, taxonomy
from bot.arxiv.calendar import arxiv_day
from bot.arxiv.identifiers import parse_identity
from bot.ingest.sources.feed_parser import Feed, FeedElement, parse_feed
from bot.ingest.sources.field_limits import shorten_paper
from bot.ingest.sources.recognize_feed import UnusableAnswer, recover_feed
from bot.ingest.sources.source_batch import (
    Batch,
    BatchStatus,
    SkipItem,
    SkippedItem,
    compare_with_previous,
    failed_batch,
    find_unread_items,
    warning_notices,
)
from storage.records.feeds import FeedCursor
from storage.records.messages import Notice
from storage.records.papers import Announcement, AnnouncementKind, Paper

MAX_ITEMS = 2000  # arXiv cuts here; new papers with the lowest ids are then missing
_TITLE = re.compile(r"(?P<asked>.{1,2000}) updates on (?:the )?arXiv\.org")
_ERROR_TITLE = "Feed error"
# The old feed was dated 20:00 of the evening before its day.
_OLD_FEED_OFFSET = timedelta(hours=4)


def parse(body: bytes, *, source: str, previous: FeedCursor | None = None) -> Batch:
    """Parse the announcements in a feed's body, or the reason why there are none."""
    try:
        recovered_feed = recover_feed(body)
        feed = parse_feed(recovered_feed.body)
    except UnusableAnswer as error:
        return failed_batch(
            source, error.status, error.reason, previous, skipped_items=error.skipped_items
        )
    if feed.header.text("title").startswith(_ERROR_TITLE):
        error_text = (feed.header.clean_text("subtitle") or feed.header.clean_text("title"))[:300]
        reason = Notice("source-error-feed", (("said", error_text),))
        return failed_batch(source, BatchStatus.ERROR_FEED, reason, previous)
    title_match = _TITLE.match(feed.header.clean_text("title"))
    feed_name = _feed_name(title_match["asked"].split(", "), source) if title_match else source
    day = _feed_date(feed)
    announcements: dict[tuple[str, int], Announcement] = {}
    skipped_items, shortened_ids = list(recovered_feed.skipped_items), list[str]()
    for item in feed.items:
        try:
            announcement = _parse_announcement(item, feed_name, day, shortened_ids)
        except SkipItem as skipped:
            skipped_items.append(skipped.item)
        else:
            announcements.setdefault(
                (announcement.paper.id, announcement.paper.version), announcement
            )
    if not announcements and (feed.items or not title_match):  # no empty day
        return failed_batch(source, BatchStatus.NOT_A_FEED, Notice("source-foreign"), previous)
    unread_items = find_unread_items(skipped_items, {paper_id for paper_id, _ in announcements})
    notices = warning_notices(unread_items, recovered_feed.has_bad_bytes, shortened_ids)
    if len(feed.items) >= MAX_ITEMS:
        notices = (Notice("source-cut", (("items", len(feed.items)),)), *notices)
    batch = Batch(
        source,
        BatchStatus.FRESH if recovered_feed.is_complete else BatchStatus.PARTIAL,
        previous or FeedCursor(source),
        day,
        tuple(announcements.values()),
        warnings=notices,
        skipped_items=unread_items,
    )
    return compare_with_previous(batch)


def _feed_name(titled_codes: Sequence[str], source: str) -> str:
    """Return the feed's categories in the requested order, which arXiv's title does not keep."""
    source_codes = source.split("+")
    is_same_feed = {taxonomy.canonical_code(code) for code in source_codes} == {
        taxonomy.canonical_code(code) for code in titled_codes
    }
    return (
        source
        if is_same_feed and taxonomy.canonical_code(source_codes[0])
        else "+".join(titled_codes)
    )


def _feed_date(feed: Feed) -> date | None:
    """Return a feed's day: its own date, else its first item's, else its build date."""
    if feed.version.startswith("rss1"):
        build_date = feed.header.instant("updated")
        return arxiv_day(build_date + _OLD_FEED_OFFSET) if build_date else None
    feed_date = feed.header.instant("published")
    if not feed_date and feed.items:
        feed_date = feed.items[0].instant("published")
    feed_date = feed_date or feed.header.instant("updated")
    return arxiv_day(feed_date) if feed_date else None


def _parse_announcement(
    item: FeedElement, feed: str, day: date | None, shortened_ids: list[str]
) -> Announcement:
    """Parse an item of any era: its elements take precedence over its texts."""
    announced_text = announcement_text.parse_announcement_text(
        item.text("title"), item.text("summary")
    )
    label = announced_text.label
    identity = parse_identity(item.text("id")) or label.identity
    identity = identity or parse_identity(item.text("link"))
    if identity is None:
        raise SkipItem(SkippedItem(f"{item.clean_text('id')[:40] or '?'} (id)"))
    if identity.version == 0 and label.identity:
        identity = label.identity
    announcement_kind = announcement_text.parse_kind(item.text("arxiv_announce_type")) or label.kind
    if announcement_kind is None:  # or one that arXiv introduced later
        announcement_kind = (
            AnnouncementKind.NEW if identity.version <= 1 else AnnouncementKind.REPLACE
        )
    item_date = item.instant("published")
    announced_on = arxiv_day(item_date) if item_date else day
    if announced_on is None:
        raise SkipItem(
            SkippedItem(f"{identity.id} (date)", identity.id, identity.version, announcement_kind)
        )
    author_elements = tuple(item.each_part("authors", "name"))
    categories = tuple(item.each_part("tags", "term")) or (label.category,)
    paper = Paper(
        id=f"arxiv:{identity.id}",
        version=identity.version,
        title=announced_text.title,
        abstract=announced_text.abstract,
        # arXiv writes one line; feedparser removes an address from several elements only.
        authors=(
            author_list.parse_author_elements(author_elements)
            if len(author_elements) > 1
            else author_list.split_author_line(item.clean_text("author"))
        ),
        categories=taxonomy.arxiv_categories_in(categories),
        link=f"https://arxiv.org/abs/{identity.id}",
        journal_ref=item.clean_text("arxiv_journal_reference"),
        doi=item.clean_text("arxiv_doi"),
        licence=item.clean_text("rights"),
    )
    return Announcement(shorten_paper(paper, shortened_ids), feed, announcement_kind, announced_on)
