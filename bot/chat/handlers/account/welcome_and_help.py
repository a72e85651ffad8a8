"""The first words: greeting, examples to try, and help."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.api.updates import Asked
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.short_reply import Line, told
from bot.render.telegram.keyboard import Action, Button
from bot.texts import say
from storage import Store
from storage.records import ChatKind, Subscriber

EXAMPLES = (
    '"diffusion model" cat:cs.CV',
    '(llm OR "language model") agent*',
    "robot* (manipulation OR locomotion)",
    '"quantum error correction" OR qubit*',
)


def start(store: Store, ask: Ask) -> Reply:
    """Greets; a second time it only says where things stand. It never resets anything."""
    if ask.chat.kind is not ChatKind.PRIVATE:
        return told([Line(ask.say("start-group"))])
    topics = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
    if topics:
        row = (ask.button("button-list", "list"), ask.button("button-settings", "settings"))
        steps = () if ask.chat.settled else ((ask.button("button-guide", "guide"),),)
        return told([Line(ask.say("start-back", topics=len(topics)))], (*steps, row))
    return told([Line(ask.say("start-hello")), Line(ask.say("start-try"))], _examples(store, ask))


def _examples(store: Store, ask: Ask) -> tuple[tuple[Button, ...], ...]:
    """A button for each example, one for the other language; drafts carry the words."""
    rows: list[tuple[Button, ...]] = [
        (Button(words, Action("draft", _draft(store, ask, words))),) for words in EXAMPLES
    ]
    rows.append((ask.button("button-browse", "groups"),))
    other = "en" if ask.language == "zh" else "zh"
    rows.append(
        (
            Button(say(other, f"language-{other}"), Action("greet", int(other == "zh"))),
            ask.button("button-settings", "settings"),
        )
    )
    return tuple(rows)


def _draft(store: Store, ask: Ask, words: str) -> int:
    return store.drafts.put(ask.chat.bot, ask.chat.chat, words, now=ask.now)


def added(store: Store, request: Asked, chat: Subscriber) -> Reply:
    """Says once what to do where the bot was added; of a channel, to who added it."""
    if request.kind is ChatKind.PRIVATE:
        return Reply()
    if request.kind is not ChatKind.CHANNEL:
        return told([Line(say(chat.language, "start-group"))])
    adder = store.subscribers.get(chat.bot, request.person)
    if adder is None:
        return Reply()  # nobody may be written to before they have written
    text = say(adder.language, "there-added", title=chat.title, chat=chat.chat)
    return replace(told([Line(text)]), to=request.person)


def wordless(store: Store, ask: Ask) -> Reply:
    """Says what to type to somebody who sent a sticker, a photo or a voice."""
    return told([Line(ask.say("start-wordless"))])


def passed_on(store: Store, ask: Ask) -> Reply:
    """Says that a command counts when it is typed, to somebody who forwarded one."""
    return told([Line(ask.say("refusal-passed-on"))])


def help_(store: Store, ask: Ask) -> Reply:
    """Says what can be asked for, and how a topic is written."""
    return told(
        [
            Line(ask.say("help-title"), bold=True),
            Line(ask.say("help-body")),
            Line(ask.say("help-papers-title"), bold=True),
            Line(ask.say("help-papers")),
            Line(ask.say("help-words-title"), bold=True),
            Line(ask.say("help-words")),
        ]
    )
