"""Greeting, fields to try, and help."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.api.updates import Update
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.named_fields import field_buttons
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.telegram.keyboard import Action, Button
from bot.texts import say
from storage import Store
from storage.records.chats import Chat, ChatKind


def start(store: Store, request: Request) -> Reply:
    """Handle ``/start``: greet, or show the state if topics exist; never reset anything."""
    if request.chat.kind is not ChatKind.PRIVATE:
        return short_reply([Line(request.say("start-group"))])
    topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
    if topics:
        row = (request.button("button-list", "list"), request.button("button-settings", "settings"))
        guide_rows = () if request.chat.onboarded else ((request.button("button-guide", "guide"),),)
        return short_reply(
            [Line(request.say("start-back", topics=len(topics)))], (*guide_rows, row)
        )
    other_language = "en" if request.language == "zh" else "zh"
    language_button = Button(
        say(other_language, f"language-{other_language}"),
        Action("greet", int(other_language == "zh")),
    )
    rows = (
        *field_buttons(request),
        (request.button("button-browse", "groups"),),
        (language_button, request.button("button-settings", "settings")),
    )
    return short_reply([Line(request.say("start-hello")), Line(request.say("start-try"))], rows)


def added_to_chat_reply(store: Store, update: Update, chat: Chat) -> Reply:
    """Explain the first steps where the bot was added.

    For a channel, the person who added it gets the explanation in private.
    """
    if update.chat_kind is ChatKind.PRIVATE:
        return Reply()
    if update.chat_kind is not ChatKind.CHANNEL:
        return short_reply([Line(say(chat.language, "start-group"))])
    adding_person = store.chats.get(chat.bot, update.person)
    if adding_person is None:
        return Reply()  # Telegram lets bots write only to people who wrote first
    reply_text = say(adding_person.language, "there-added", title=chat.title, chat=chat.id)
    return replace(short_reply([Line(reply_text)]), to_chat=update.person)


def non_text_reply(store: Store, request: Request) -> Reply:
    """Reply to a sticker, photo or voice message with what to type."""
    return short_reply([Line(request.say("start-wordless"))])


def forwarded_command_reply(store: Store, request: Request) -> Reply:
    """Reply to a forwarded command that commands must be typed."""
    return short_reply([Line(request.say("refusal-passed-on"))])


def help_(store: Store, request: Request) -> Reply:
    """Handle ``/help``: list the commands, and explain how a topic is written."""
    return short_reply(
        [
            Line(request.say("help-title"), bold=True),
            Line(request.say("help-body")),
            Line(request.say("help-papers-title"), bold=True),
            Line(request.say("help-papers")),
            Line(request.say("help-words-title"), bold=True),
            Line(request.say("help-words")),
        ]
    )
