"""The verb: a due chat without papers → one short notice, where it wants to hear of such days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.arxiv import calendar
from bot.render.entry_content import address, shown_title
from bot.render.size_limits import shorten
from bot.texts import say
from bot.texts.dates import day, moment
from bot.topics import next_due
from storage import Store
from storage.records import (
    Form,
    Notice,
    OnQuietDays,
    Paper,
    Parcel,
    SourceCursor,
    Subscriber,
    Subscription,
)


def tell_quiet(
    store: Store, chat: Subscriber, topics: Iterable[Subscription], now: datetime
) -> None:
    """Puts a notice of the day without papers for the first of these topics that asks for it."""
    asking = (
        topic
        for topic in topics
        if topic.cadence.quiet is OnQuietDays.NOTICE and topic.cadence.times
    )
    if not (topic := next(asking, None)):
        return
    occasion = next_due.period(topic.cadence, topic.zone, topic.next_due or now)
    store.outbox.put_once(
        Parcel(
            bot=chat.bot,
            chat=chat.chat,
            thread=topic.thread,
            period=f"quiet/{occasion}",
            part=1,
            form=Form.CLASSIC,
            language=chat.language,
            languages=chat.languages,
            zone=topic.zone,
            notice=_nothing_new_notice(chat, topic, now),
            silent=True,
        ),
        due=now,
    )


def _nothing_new_notice(chat: Subscriber, topic: Subscription, now: datetime) -> Notice:
    """Why there is nothing, where arXiv rests, and when there will be something."""
    today = calendar.arxiv_day(now)
    following = moment(chat.language, calendar.next_feed(now), topic.zone)
    reason = calendar.why_quiet(today)
    if not reason:
        return Notice("digest-quiet", (("next", following),))
    why = ("day", day(chat.language, today)), ("reason", say(chat.language, reason))
    return Notice("calendar-quiet", (("next", following), *why))


MOST = 100  # notices in one transaction
_LOOKED = "versions"  # not a source: the last announcement that was looked at
_TITLE_UNITS = 300


def tell_versions(store: Store, bot: int, now: datetime) -> int:
    """Puts a notice for each version that a reader does not know, once; returns how many.

    It looks only when something was announced: a library is large, and a tick is short.
    """
    last = str(store.papers.last_seq())
    if store.cursors.get(_LOOKED).token == last:
        return 0
    with store.transaction():
        found = store.library.renewed(bot, MOST)
        for person, paper in found:
            _tell(store, bot, person, paper, now)
        if len(found) < MOST:
            store.cursors.put(SourceCursor(_LOOKED, token=last))
    return len(found)


def _tell(store: Store, bot: int, person: int, paper: Paper, now: datetime) -> None:
    chat = store.subscribers.get(bot, person)
    if chat:
        store.outbox.put_once(_new_version_notice(chat, paper), due=now)
    store.library.told(bot, person, paper)


def _new_version_notice(chat: Subscriber, paper: Paper) -> Parcel:
    title = shorten(shown_title(paper), _TITLE_UNITS)
    values = (("title", title), ("version", paper.version), ("link", address(paper)))
    return Parcel(
        bot=chat.bot,
        chat=chat.chat,
        period=f"version/{paper.key}/{paper.version}",
        part=1,
        form=Form.CLASSIC,
        language=chat.language,
        languages=chat.languages,
        zone=chat.zone,
        notice=Notice("saved-version", values),
        silent=chat.silent,
    )
