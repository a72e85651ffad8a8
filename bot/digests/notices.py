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
from storage.records.chats import Chat, MessageForm, QuietDayPolicy, Subscription
from storage.records.feeds import FeedCursor
from storage.records.messages import Notice, OutboxMessage
from storage.records.papers import Paper

MAX_VERSION_NOTICES = 100  # in one transaction
_VERSIONS_CURSOR = "versions"  # not a source: the last announcement that was checked
_MAX_TITLE_UNITS = 300


def notify_quiet_day(
    store: Store, chat: Chat, topics: Iterable[Subscription], now: datetime
) -> None:
    """Queue a notice of the day without papers, for the first of the topics that asks for one."""
    interested = (
        topic
        for topic in topics
        if topic.cadence.on_quiet_days is QuietDayPolicy.NOTICE and topic.cadence.times
    )
    if not (topic := next(interested, None)):
        return
    occasion = next_due.period_name(topic.cadence, topic.zone, topic.next_due or now)
    store.outbox.put_once(
        OutboxMessage(
            bot=chat.bot,
            chat=chat.id,
            thread=topic.thread,
            period=f"quiet/{occasion}",
            part=1,
            form=MessageForm.CLASSIC,
            language=chat.language,
            languages=chat.languages,
            zone=topic.zone,
            notice=_nothing_new_notice(chat, topic, now),
            silent=True,
        ),
        due_at=now,
    )


def _nothing_new_notice(chat: Chat, topic: Subscription, now: datetime) -> Notice:
    """Return the notice: whether arXiv is closed and why, and when the next papers come."""
    today = calendar.arxiv_day(now)
    next_papers = format_moment(chat.language, calendar.next_feed_update(now), topic.zone)
    reason = calendar.no_papers_reason(today)
    if not reason:
        return Notice("digest-quiet", (("next", next_papers),))
    reason_values = (
        ("day", format_day(chat.language, today)),
        ("reason", say(chat.language, reason)),
    )
    return Notice("calendar-quiet", (("next", next_papers), *reason_values))


def notify_new_versions(store: Store, bot: int, now: datetime) -> int:
    """Queue a notice for each new version of a saved paper, once; return how many.

    The store is searched only after new announcements: a library may be large and a tick is short.
    """
    last = str(store.papers.last_seq())
    if store.feed_cursors.get(_VERSIONS_CURSOR).resumption_token == last:
        return 0
    with store.transaction():
        new_versions = store.saved_papers.unseen_versions(bot, MAX_VERSION_NOTICES)
        for person, paper in new_versions:
            _notify_reader(store, bot, person, paper, now)
        if len(new_versions) < MAX_VERSION_NOTICES:
            store.feed_cursors.put(FeedCursor(_VERSIONS_CURSOR, resumption_token=last))
    return len(new_versions)


def _notify_reader(store: Store, bot: int, person: int, paper: Paper, now: datetime) -> None:
    chat = store.chats.get(bot, person)
    if chat:
        store.outbox.put_once(_new_version_notice(chat, paper), due_at=now)
    store.saved_papers.mark_notified(bot, person, paper)


def _new_version_notice(chat: Chat, paper: Paper) -> OutboxMessage:
    title = shorten(display_title(paper), _MAX_TITLE_UNITS)
    values = (("title", title), ("version", paper.version), ("link", paper_url(paper)))
    return OutboxMessage(
        bot=chat.bot,
        chat=chat.id,
        period=f"version/{paper.key}/{paper.version}",
        part=1,
        form=MessageForm.CLASSIC,
        language=chat.language,
        languages=chat.languages,
        zone=chat.zone,
        notice=Notice("saved-version", values),
        silent=chat.silent,
    )
