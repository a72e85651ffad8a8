"""What belongs to the people: a copy of their data, its end, and what this bot is."""

from __future__ import annotations

from bot import __version__
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.short_reply import Line, told
from bot.render.documents import personal_data
from bot.render.telegram.stored_answer import Document
from bot.texts import Refusal
from storage import Store
from storage.records import ChatKind

NAME = "papergram-data.json"
DIGESTS = 10_000  # that a copy names, the newest first
_KEEP, _DELETE = 0, 1


def forget(store: Store, ask: Ask) -> Reply:
    """``/forget``: hands over a copy of everything, and asks whether it shall be deleted."""
    key = "forget-ask-person" if _is_private(ask) else "forget-ask-chat"
    buttons = (
        (ask.button("button-forget", "forget", _DELETE), ask.button("button-cancel", "forget")),
    )
    copy = Document(NAME, _copy(store, ask), ask.say("forget-caption"))
    return Reply(told([Line(ask.say(key))], buttons).messages, documents=(copy,))


def _is_private(ask: Ask) -> bool:
    return ask.chat.kind is ChatKind.PRIVATE


def _copy(store: Store, ask: Ask) -> bytes:
    bot, chat, person = ask.chat.bot, ask.chat.chat, ask.person.person
    known = store.subscribers.person(bot, person) if _is_private(ask) else None
    return personal_data.written(
        ask.chat,
        store.subscriptions.of(bot, chat),
        store.digests.of(bot, chat, limit=DIGESTS),
        known,
        store.library.saved(bot, person) if known else (),
        ask.now,
    )


def forget_pressed(store: Store, ask: Ask) -> Reply:
    """[Delete everything]: no row is left that names the chat or, in private, the person.

    Nothing is deleted before the copy has left. The answer to this press is forgotten when it has
    left. An operator's ruling stays, and that is said.
    """
    if ask.action.first == _KEEP:
        return told([Line(ask.say("forget-kept"))], edit=True)
    if ask.action.first != _DELETE:
        raise Refusal("refusal-button-old")
    # The copy would be deleted before it has arrived. That of a chat which is managed from another
    # one was handed over there, in private.
    copies = {ask.chat.chat, ask.person.person} if ask.is_elsewhere else {ask.chat.chat}
    if any(store.outbox.is_answering(ask.chat.bot, chat) for chat in copies):
        raise Refusal("forget-waits")
    store.subscribers.forget(ask.chat.bot, ask.chat.chat)
    if _is_private(ask):
        store.subscribers.forget_person(ask.chat.bot, ask.person.person)
    lines = [Line(ask.say("forget-done"))]
    topics = store.rulings.allowed(ask.chat.bot, ask.chat.chat)
    if topics is not None:
        lines.append(Line(ask.say("forget-limit-stays", topics=topics)))
    return told(lines, edit=True)


def about(store: Store, ask: Ask) -> Reply:
    """``/about``: what this is, where its papers come from, and what it knows of people."""
    lines = [
        Line(ask.say("about-title", version=__version__), bold=True),
        Line(ask.say("about-what")),
        Line(ask.say("about-source")),
        Line(ask.say("about-licence"), close=True),
        Line(ask.say("about-kept")),
        Line(ask.say("about-shared"), close=True),
    ]
    if ask.house.contract:
        lines.append(Line(ask.say("about-model", model=ask.house.contract.model[:60]), close=True))
    return told(lines)
