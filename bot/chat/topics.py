"""Topics in a chat: preview, subscribe, list, stop."""

from __future__ import annotations

from bot import subscribe as verb
from bot.chat.context import Ask, Reply
from bot.chat.telling import Line, pointed, told
from bot.query import QueryError
from bot.render.keyboard import Action, Button, Keyboard
from bot.texts import Refusal, moment, say
from storage import Store
from storage.model import Draft, Subscription

LISTED = 20  # topics with a button of their own
_AROUND = 30  # characters shown on each side of a mistake


def sub(store: Store, ask: Ask) -> Reply:
    """``/sub words``, or words alone in a private chat: shows what the topic would bring."""
    if not ask.words:
        return told([Line(ask.say("sub-usage"))])
    return _preview(store, ask, ask.words, edit=False)


def draft(store: Store, ask: Ask) -> Reply:
    """A pressed example: its preview."""
    return _preview(store, ask, _draft(store, ask).words, edit=False)


def _draft(store: Store, ask: Ask) -> Draft:
    draft = store.drafts.get(ask.chat.bot, ask.chat.chat, ask.action.first)
    if draft is None:
        raise Refusal("preview-gone")
    return draft


def _preview(store: Store, ask: Ask, words: str, *, edit: bool) -> Reply:
    try:
        preview = verb.preview(
            store, ask.chat, words, ask.now, polled=ask.house.feeds, thread=ask.thread
        )
    except QueryError as error:
        return misread(ask, words, error)
    lines = [Line(ask.say("preview-title", topic=preview.query.text), bold=True)]
    lines.append(Line(ask.say("preview-count", papers=preview.papers, days=preview.days)))
    if preview.held < _feed_days(preview.days):
        lines.append(Line(ask.say("preview-partial", days=preview.held), close=True))
    lines += _advice(ask, preview)
    if preview.examples:
        lines.append(Line(ask.say("preview-examples")))
        lines += [
            Line(f"{number}. {paper.title}", link=paper.link, close=True)
            for number, paper in enumerate(preview.examples, start=1)
        ]
    if preview.known:
        lines.append(Line(ask.say("preview-known")))
        return told(lines, edit=edit)
    key = store.drafts.put(ask.chat.bot, ask.chat.chat, preview.query.text, now=ask.now)
    buttons = (
        (ask.button("button-subscribe", "subscribe", key),),
        (ask.button("button-change", "change", key), ask.button("button-cancel", "cancel", key)),
    )
    return told(lines, buttons, edit=edit)


def _feed_days(days: int) -> int:
    """A week has five days with announcements; a holiday more is no reason to warn."""
    return days * 5 // 7 - 1


def _advice(ask: Ask, preview: verb.Preview) -> list[Line]:
    lines = []
    if preview.chinese:
        lines.append(Line(ask.say("preview-chinese")))
    elif preview.papers == 0:
        lines.append(Line(ask.say("preview-none")))
    elif preview.papers > verb.MANY:
        lines.append(Line(ask.say("preview-many")))
    return lines


def misread(ask: Ask, words: str, error: QueryError) -> Reply:
    """Says what cannot be understood and marks the place in the words."""
    start = max(0, error.position - _AROUND)
    shown = " ".join(words[start : error.position + _AROUND].splitlines())
    sentence = ask.say(error.key, **error.values)
    return Reply((pointed(sentence, shown, error.position - start),))


def subscribe(store: Store, ask: Ask) -> Reply:
    """The preview's [Subscribe]: keeps the topic and says when its first digest comes."""
    draft = _draft(store, ask)
    topic, added = verb.subscribe(
        store,
        ask.chat,
        draft.words,
        ask.now,
        polled=ask.house.feeds,
        limit=ask.house.topics,
        thread=ask.thread,
        cursor=draft.cursor,
    )
    if not added:
        return Reply(toast=ask.say("preview-known"))
    return told([Line(_followed(ask, topic))], _followed_buttons(ask, topic), edit=True)


def _followed(ask: Ask, topic: Subscription) -> str:
    if ask.chat.paused:
        return ask.say("subscribed-paused")
    return ask.say("subscribed", topic=topic.name, next=_next(ask, topic), zone=topic.zone)


def _followed_buttons(ask: Ask, topic: Subscription) -> Keyboard:
    return (
        (ask.button("button-digest", "digest", topic.key),),
        (ask.button("button-settings", "settings"), ask.button("button-list", "list")),
    )


def change(store: Store, ask: Ask) -> Reply:
    """The preview's [Change]: asks for the words anew, with the old ones as the example."""
    words = _draft(store, ask).words
    return told([Line(ask.say("preview-change", query=f"/sub {words}"))], edit=True)


def cancel(store: Store, ask: Ask) -> Reply:
    """The preview's [Cancel]: nothing was stored, and that is said."""
    return told([Line(ask.say("preview-cancelled"))], edit=True)


def list_(store: Store, ask: Ask) -> Reply:
    """``/list``: every topic with its number and the next time."""
    topics = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
    if not topics:
        return told([Line(ask.say("list-none"))], edit=_pressed(ask))
    lines = [Line(ask.say("list-title", topics=len(topics)), bold=True)]
    for number, topic in enumerate(topics, start=1):
        lines.append(Line(f"{number}. {topic.name}"))
        lines.append(Line(_state(ask, topic), close=True))
    lines.append(Line(ask.say("list-zone", zone=ask.chat.zone)))
    rows: list[tuple[Button, ...]] = [
        (
            Button(ask.say("list-digest", number=number), Action("digest", topic.key)),
            Button(ask.say("list-stop", number=number), Action("stop", topic.key)),
        )
        for number, topic in enumerate(topics[:LISTED], start=1)
    ]
    rows.append((ask.button("button-settings", "settings"),))
    return told(lines, tuple(rows), edit=_pressed(ask))


def _state(ask: Ask, topic: Subscription) -> str:
    if topic.paused or ask.chat.paused:
        return ask.say("list-paused")
    if topic.next_due is None:
        return ask.say("list-announced")
    return ask.say("list-next", next=_next(ask, topic))


def _next(ask: Ask, topic: Subscription) -> str:
    if topic.next_due is None:
        return say(ask.language, "list-announced")
    return moment(ask.language, topic.next_due, topic.zone)


def unsub(store: Store, ask: Ask) -> Reply:
    """``/unsub``, with a number or name, or a choice of buttons."""
    topics = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
    if not topics:
        return told([Line(ask.say("unsub-none"))])
    if ask.words:
        topic = verb.named(store, ask.chat, ask.words)
        if topic is None:
            return told([Line(ask.say("topic-unknown", given=ask.words[:60]))])
        return _stopped(store, ask, topic, edit=False)
    rows = tuple((Button(topic.name[:60], Action("stop", topic.key)),) for topic in topics)
    return told([Line(ask.say("unsub-which"))], rows)


def stop(store: Store, ask: Ask) -> Reply:
    """[Stop this topic]: one press, with a way back."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    return _stopped(store, ask, topic, edit=False)


def _stopped(store: Store, ask: Ask, topic: Subscription, *, edit: bool) -> Reply:
    verb.unsubscribe(store, ask.chat, topic.key)
    key = store.drafts.put(
        ask.chat.bot, ask.chat.chat, topic.query, now=ask.now, cursor=topic.cursor
    )
    undo = ((ask.button("button-undo", "subscribe", key),),)
    return told([Line(ask.say("unsubscribed", topic=topic.name))], undo, edit=edit)


def _pressed(ask: Ask) -> bool:
    return bool(ask.action.verb)
