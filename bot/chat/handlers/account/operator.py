"""The operator's commands: status, users, bans and quotas."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.page_row import page_row
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.telegram.keyboard import Action
from bot.summaries.gateway.cost_report import build_cost_report, cost_report_notices
from bot.texts import Refusal, join_list
from bot.texts.dates import format_day, format_moment
from storage import Store
from storage.records.chats import ChatKind
from storage.records.messages import MessageState

BANNED_REASON = "banned"  # the reason of a pause by a ban
_DAY = timedelta(days=1)
COUNTED_DAYS = 5  # in /status
MAX_FEEDS = 20  # in /status
PAGE_SIZE = 10  # chats
MAX_TOPICS = 1000  # the highest quota of a chat
_ID = re.compile(r"-?\d{1,18}")


def status(store: Store, request: Request) -> Reply:
    """Handle ``/status``: report feeds, papers, the queue, and the model's coverage and costs."""
    statuses = store.feed_health.statuses()
    checked_feeds = [
        (cursor.checked_at, cursor.source)
        for cursor in store.feed_cursors.all()
        if cursor.checked_at and cursor.source in statuses
    ]
    lines = [
        Line(request.say("status-title"), bold=True),
        Line(request.say("status-feeds", feeds=len(checked_feeds))),
    ]
    for checked_at, source in sorted(checked_feeds)[:MAX_FEEDS]:  # the longest ago first
        first_category, *other_categories = source.split("+")
        feed_name = (
            f"{first_category}+…+{other_categories[-1]}" if len(other_categories) > 1 else source
        )
        checked_text = _local_time(request, checked_at)
        feed_line = request.say(
            "status-feed", feed=feed_name, at=checked_text, answer=statuses[source].status
        )
        lines.append(Line(feed_line, follows_directly=True))
    lines.append(Line(request.say("status-papers", papers=store.papers.count())))
    counts_by_day = store.announcements.counts_by_day()[-COUNTED_DAYS:]
    for announcement_day, papers in reversed(counts_by_day):
        day = format_day(request.language, announcement_day)
        lines.append(Line(request.say("status-day", day=day, papers=papers), follows_directly=True))
    lines += _queue_lines(store, request)
    if request.bot_info.llm_settings:
        report = build_cost_report(
            store, request.chat.bot, request.bot_info.llm_settings, request.now
        )
        lines += [
            Line(request.say(notice.text_key, **dict(notice.values)), follows_directly=index > 0)
            for index, notice in enumerate(cost_report_notices(report))
        ]
    return short_reply(lines)


def _queue_lines(store: Store, request: Request) -> list[Line]:
    message_counts = store.outbox.counts_by_state(request.chat.bot)
    oldest_waiting_since = store.delivery_statistics.oldest_waiting_since(
        request.chat.bot, request.now
    )
    waiting_count = message_counts[MessageState.READY] + message_counts[MessageState.SENDING]
    failed_count, unknown_count = (
        message_counts[MessageState.DEAD],
        message_counts[MessageState.UNKNOWN],
    )
    lines = [
        Line(request.say("status-queue", waiting=waiting_count)),
        Line(
            request.say("status-failures", failed=failed_count, unknown=unknown_count),
            follows_directly=True,
        ),
    ]
    if late_answers := store.outbox.count_expired_replies(request.chat.bot, request.now - _DAY):
        lines.append(Line(request.say("status-late", late=late_answers), follows_directly=True))
    if oldest_waiting_since:
        lines.append(
            Line(
                request.say("status-oldest", at=_local_time(request, oldest_waiting_since)),
                follows_directly=True,
            )
        )
    unreadable_updates = store.inbox.unreadable_updates(request.chat.bot)
    if unreadable_updates.last_at:
        unreadable_text = request.say(
            "status-unreadable",
            updates=unreadable_updates.count,
            at=_local_time(request, unreadable_updates.last_at),
        )
        lines.append(Line(unreadable_text, follows_directly=True))
    return lines


def _local_time(request: Request, instant: datetime) -> str:
    return format_moment(request.language, instant, request.chat.zone)


def users(store: Store, request: Request) -> Reply:
    """Handle ``/users``: count people and chats, and list the chats with most topics by page."""
    bot, page_number = request.chat.bot, request.action.first_argument
    skipped_chats = page_number * PAGE_SIZE
    busiest_chats = store.usage_statistics.chats_by_topic_count(
        bot, PAGE_SIZE + 1, offset=skipped_chats
    )
    if not busiest_chats and skipped_chats:
        raise Refusal("refusal-button-old")
    population = store.usage_statistics.usage_counts(bot)
    kinds = join_list(
        request.language,
        (
            request.say(f"users-{kind}", chats=population.chats[kind])
            for kind in ChatKind
            if kind in population.chats
        ),
    )
    lines = [
        Line(request.say("users-title"), bold=True),
        Line(request.say("users-chats", kinds=kinds, paused=population.paused_chats)),
        Line(request.say("users-people", people=population.people), follows_directly=True),
        Line(
            request.say(
                "users-topics", topics=population.topics, queries=population.distinct_queries
            ),
            follows_directly=True,
        ),
    ]
    for chat_index, (chat, topic_count) in enumerate(busiest_chats[:PAGE_SIZE]):
        chat_line = request.say(
            "users-chat-paused" if chat.pause_reason else "users-chat",
            number=str(skipped_chats + chat_index + 1),
            title=chat.title or "–",
            id=str(chat.id),
            topics=topic_count,
        )
        lines.append(Line(chat_line, follows_directly=chat_index > 0))
    rows = page_row(
        page_number,
        lambda number: Action("users", number),
        has_next=len(busiest_chats) > PAGE_SIZE,
        labels=(request.say("button-earlier"), request.say("button-next")),
    )
    return short_reply(lines, rows, edit=bool(request.action.verb))


def ban(store: Store, request: Request) -> Reply:
    """Handle ``/ban ID``: ignore a person or chat, and send nothing there."""
    account_id = _account_argument(request, "ban-usage")
    if account_id in (request.chat.id, request.person.id, request.bot_info.operator_chat):
        raise Refusal("ban-self")
    bot = request.chat.bot
    if not store.bans_and_quotas.ban(bot, account_id, request.now):
        return short_reply([Line(request.say("ban-known", id=str(account_id)))])
    store.chats.pause(bot, account_id, BANNED_REASON)
    store.outbox_repair.drop_waiting_of_chat(bot, account_id, now=request.now, reason=BANNED_REASON)
    return short_reply(
        [
            Line(
                request.say(
                    "ban-done", title=_chat_title(store, request, account_id), id=str(account_id)
                )
            )
        ]
    )


def unban(store: Store, request: Request) -> Reply:
    """Handle ``/unban ID``: lift a ban, and send what was dropped because of it."""
    account_id, bot = _account_argument(request, "unban-usage"), request.chat.bot
    if not store.bans_and_quotas.unban(bot, account_id):
        return short_reply([Line(request.say("unban-unknown", id=str(account_id)))])
    chat = store.chats.get(bot, account_id)
    if chat and chat.pause_reason == BANNED_REASON:
        store.chats.resume(bot, account_id)
        store.outbox_repair.requeue_dropped(bot, account_id, now=request.now)
    reply_text = request.say(
        "unban-done", title=_chat_title(store, request, account_id), id=str(account_id)
    )
    return Reply(short_reply([Line(reply_text)]).messages, wakes_delivery=True)


def limit(store: Store, request: Request) -> Reply:
    """Handle ``/limit ID N``: set the most topics that one chat may follow."""
    argument_words = request.words.split()
    if (
        len(argument_words) != 2
        or not _ID.fullmatch(argument_words[0])
        or not argument_words[1].isdecimal()
    ):
        raise Refusal("limit-usage", topics=request.bot_info.max_topics)
    chat, topics = int(argument_words[0]), int(argument_words[1][:9])
    if not store.chats.get(request.chat.bot, chat):
        raise Refusal("limit-unknown", id=str(chat))
    if topics > MAX_TOPICS:
        raise Refusal("limit-large", most=MAX_TOPICS)
    store.bans_and_quotas.set_topic_quota(request.chat.bot, chat, topics)
    text_values = {"title": _chat_title(store, request, chat), "id": str(chat)}
    return short_reply([Line(request.say("limit-done", topics=topics, **text_values))])


def _account_argument(request: Request, usage: str) -> int:
    if not _ID.fullmatch(request.words.strip()):
        raise Refusal(usage)
    return int(request.words)


def _chat_title(store: Store, request: Request, account_id: int) -> str:
    chat = store.chats.get(request.chat.bot, account_id)
    return chat.title if chat and chat.title else "–"
