"""All topics of a chat as a file, and back; and the end of all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.chat.handlers.topics.topic_list import kept
from bot.chat.request_and_reply import Ask, Errand, Reply
from bot.chat.services import Outside
from bot.chat.widgets.pending_questions import asked
from bot.chat.widgets.short_reply import Line, told
from bot.render.entry_content import plain
from bot.render.telegram.stored_answer import Document
from bot.texts import Refusal
from bot.topics import edit_subscriptions, export_file
from bot.topics import edit_subscriptions as verb
from bot.topics.export_file import LARGEST, Unusable
from storage import Store
from storage.records import Question, Subscription

NAME = "papergram-topics.json"
_TOLD = 10  # refused topics that are named


def export(store: Store, ask: Ask) -> Reply:
    """``/export``: a file of all topics of the chat."""
    topics = _topics(store, ask)
    if not topics:
        return told([Line(ask.say("export-none"))])
    return Reply(documents=(_document(ask, topics),))


def _topics(store: Store, ask: Ask) -> list[Subscription]:
    return store.subscriptions.of(ask.chat.bot, ask.chat.chat)


def _document(ask: Ask, topics: Sequence[Subscription]) -> Document:
    content = export_file.written(topics).encode()
    return Document(NAME, content, ask.say("export-caption", topics=len(topics)))


def import_(store: Store, ask: Ask) -> Reply:
    """``/import``: asks for the file."""
    text = ask.say("import-ask")
    return told(asked(store, ask, Question("import"), text, command="import"))


def received(store: Store, ask: Ask) -> Reply:
    """A file came: its id and size; it is fetched when it is small enough."""
    if ask.action.first > LARGEST:
        raise Refusal("import-large", kilobytes=LARGEST // 1000)
    return Reply(errand=Errand("import", ask.words))


async def fetched(outside: Outside, store: Store, ask: Ask, file: str) -> Reply:
    """Fetches a file and adds its topics; says what became of each."""
    if outside.file is None:
        raise Refusal("import-not-here")
    content = await outside.file(file)
    if len(content) > LARGEST:
        raise Refusal("import-large", kilobytes=LARGEST // 1000)
    return await store.run(_added, store, ask, content)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of the topics of a file."""

    added: int
    known: int
    refused: tuple[Unusable, ...]


def _added(store: Store, ask: Ask, content: bytes) -> Reply:
    topics = export_file.read(content, ask.chat.bot, ask.chat.chat)
    with store.transaction():
        outcome = _bring_in(store, ask, topics)
    lines: list[Line] = []
    if outcome.added:
        lines.append(Line(ask.say("import-added", topics=outcome.added)))
        lines.append(Line(ask.say("import-begins"), close=True))
    if outcome.known:
        lines.append(Line(ask.say("import-known", topics=outcome.known)))
    if outcome.refused:
        lines.append(Line(ask.say("import-refused", topics=len(outcome.refused))))
        lines += [
            Line(f"{one.name}: {one.reason.say(ask.language)}", close=True)
            for one in outcome.refused[:_TOLD]
        ]
    if not lines:
        return told([Line(ask.say("import-nothing"))])
    return told(lines, ((ask.button("button-list", "list"),),))


def _bring_in(store: Store, ask: Ask, topics: Sequence[Subscription | Unusable]) -> _Outcome:
    added = known = 0
    refused: list[Unusable] = []
    for one in topics:
        if isinstance(one, Unusable):
            refused.append(one)
            continue
        try:
            if edit_subscriptions.restore(
                store,
                _fitted(export_file.begun_anew(one), ask),
                ask.now,
                polled=ask.house.feeds,
                limit=ask.house.topics,
            ):
                added += 1
            else:
                known += 1
        except Refusal as reason:
            refused.append(Unusable(one.name, reason))
    return _Outcome(added, known, tuple(refused))


def _fitted(topic: Subscription, ask: Ask) -> Subscription:
    """A topic of anybody's file as it can be shown and stored, in the languages of this house."""
    languages = tuple(one for one in topic.languages or () if one in ask.house.languages)
    name = plain(topic.name).strip() or topic.query[: verb.NAME]
    return replace(topic, name=name, languages=languages or None)


def unsub_all(store: Store, ask: Ask) -> Reply:
    """``/unsub_all``: asks once more, and sends the file that brings all back."""
    topics = _topics(store, ask)
    if not topics:
        return told([Line(ask.say("unsub-none"))])
    buttons = (
        (
            ask.button("button-unsub-all", "unsub_all", len(topics)),
            ask.button("button-cancel", "unsub_all"),
        ),
    )
    question = told([Line(ask.say("unsub-all-ask", topics=len(topics)))], buttons)
    return Reply(question.messages, documents=(_document(ask, topics),))


def unsub_all_pressed(store: Store, ask: Ask) -> Reply:
    """[Stop all] or [Cancel]; the file stands below, and one press brings all back."""
    if not ask.action.first:
        return told([Line(ask.say("unsub-all-kept"))], edit=True)
    topics = _topics(store, ask)
    if len(topics) != ask.action.first:  # others than those it asked about
        raise Refusal("refusal-button-old")
    key = kept(store, ask, topics)
    for topic in topics:
        verb.unsubscribe(store, ask.chat, topic.key)
    undo = ((ask.button("button-undo", "undo", key),),)
    return told([Line(ask.say("unsub-all-done", topics=len(topics)))], undo, edit=True)
