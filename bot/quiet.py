"""The verb: a due chat without papers → one short notice, where it wants to hear of such days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.arxiv import calendar
from bot.texts import say
from bot.texts.dates import day, moment
from bot.topics import next_due
from storage import Store
from storage.records import Form, Notice, OnQuietDays, Parcel, Subscriber, Subscription


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
            notice=_notice(chat, topic, now),
            silent=True,
        ),
        due=now,
    )


def _notice(chat: Subscriber, topic: Subscription, now: datetime) -> Notice:
    """Why there is nothing, where arXiv rests, and when there will be something."""
    today = calendar.arxiv_day(now)
    following = moment(chat.language, calendar.next_feed(now), topic.zone)
    reason = calendar.why_quiet(today)
    if not reason:
        return Notice("digest-quiet", (("next", following),))
    why = ("day", day(chat.language, today)), ("reason", say(chat.language, reason))
    return Notice("calendar-quiet", (("next", following), *why))
