"""Queue short notices: of a day without papers, and of new versions of saved papers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.arxiv import calendar
from bot.render.entry_content import display_title, paper_url
from bot.render.size_limits import shorten
from bot.texts import say
from bot.texts.dates import format_day, format_moment
from bot.topics import next_due
from storage import Store
from storage.records.chats import Chat, QuietDayPolicy, Subscription
from storage.records.feeds import FeedCursor
from storage.records.messages import Notice, notice_message

MAX_VERSION_NOTICES = 100  # in one transaction
_VERSIONS_CURSOR = "versions"  # not a source: the last announcement that was checked
_MAX_TITLE_UNITS = 300


def notify_quiet_day(
    store: Store, chat: Chat, topics: Iterable[Subscription], now: datetime
) -> None:
    """Queue a notice of the day without papers, for the first of the topics that asks for one.

    It says whether arXiv is closed and why, and when the next papers come.
    """
    interested_topics = (
        topic
        for topic in topics
        if topic.cadence.on_quiet_days is QuietDayPolicy.NOTICE and topic.cadence.times
    )
    if not (topic := next(interested_topics, None)):
        return
    today = calendar.arxiv_day(now)
    next_papers = format_moment(chat.language, calendar.next_feed_update(now), topic.zone)
    notice = Notice("digest-quiet", (("next", next_papers),))
    if reason := calendar.no_papers_reason(today):
        day, reason_text = format_day(chat.language, today), say(chat.language, reason)
        notice = Notice(
            "calendar-quiet", (("next", next_papers), ("day", day), ("reason", reason_text))
        )
    occasion = next_due.period_name(topic.cadence, topic.zone, topic.next_due or now)
    message = notice_message(
        chat,
        notice,
        period=f"quiet/{occasion}",
        thread=topic.thread,
        zone=topic.zone,
        silent=True,
    )
    store.outbox.put_once(message, due_at=now)


def notify_new_versions(store: Store, bot: int, now: datetime) -> int:
    """Queue a notice for each new version of a saved paper, once; return how many.

    The store is searched only after new announcements: a library may be large and a tick is short.
    """
    last_seq = str(store.announcements.last_seq())
    if store.feed_cursors.get(_VERSIONS_CURSOR).resumption_token == last_seq:
        return 0
    with store.transaction():
        new_versions = store.saved_papers.unseen_versions(bot, MAX_VERSION_NOTICES)
        for person, paper in new_versions:
            if chat := store.chats.get(bot, person):
                title = shorten(display_title(paper), _MAX_TITLE_UNITS)
                text_values = (
                    ("title", title),
                    ("version", paper.version),
                    ("link", paper_url(paper)),
                )
                message = notice_message(
                    chat,
                    Notice("saved-version", text_values),
                    period=f"version/{paper.key}/{paper.version}",
                    silent=chat.silent,
                )
                store.outbox.put_once(message, due_at=now)
            store.saved_papers.mark_notified(bot, person, paper)
        if len(new_versions) < MAX_VERSION_NOTICES:
            store.feed_cursors.put(FeedCursor(_VERSIONS_CURSOR, resumption_token=last_seq))
    return len(new_versions)
