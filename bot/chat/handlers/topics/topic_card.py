"""The card of one topic: its state, and a button for every setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.handlers.account import delivery_times, settings
from bot.chat.handlers.topics.topic_list import FROM_LIST, status_line, weekly_papers
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets import language_buttons
from bot.chat.widgets.short_reply import Line, short_reply
from bot.chat.widgets.sparkline import sparkline
from bot.render.telegram.keyboard import Action, Button, button_rows, with_check_mark
from bot.texts import Refusal
from bot.texts.dates import zone_name
from bot.topics import cadence_text, edit_subscriptions
from bot.topics.edit_subscriptions import DIGEST_LIMITS
from storage import Store
from storage.records.chats import MessageForm, Subscription
from storage.records.digests import EntryOrder
from storage.records.papers import AnnouncementKind

REVISION_KINDS = frozenset({AnnouncementKind.REPLACE, AnnouncementKind.REPLACE_CROSS})
CROSS_LIST_KINDS = frozenset({AnnouncementKind.CROSS, AnnouncementKind.REPLACE_CROSS})
# A button holds the index of its value: old messages keep theirs.
FORM_CHOICES: tuple[MessageForm | None, ...] = (
    None,
    MessageForm.THREE_COLUMNS,
    MessageForm.CLASSIC,
    MessageForm.TWO_COLUMNS,
)
SILENT_CHOICES: tuple[bool | None, ...] = (None, False, True)
TUNE_PAUSE, TUNE_CROSS_LISTS, TUNE_REVISIONS, TUNE_MOVE_UP, TUNE_ORDER = 1, 2, 3, 4, 5
TUNE_LIMIT, TUNE_FORM, TUNE_SILENCE = 10, 20, 40  # plus the index of the value
TUNE_LANGUAGE = 100  # plus the index of the language, of which there may be many


def topic_pressed(store: Store, request: Request) -> Reply:
    """Handle a topic's button or [Back]: show its card in place of the message."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    # [Back] closes an open question, so that the next text is not taken as its answer.
    store.pending_questions.take(request.chat.bot, request.chat.id, request.person.id, request.now)
    return card_reply(store, request, topic, edit=True)


def settings_pressed(store: Store, request: Request) -> Reply:
    """Handle [Settings]: show the topic's card under a digest, else the chat's settings."""
    if not request.action.first_argument:
        return settings.settings(store, request)
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    return card_reply(store, request, topic, edit=False)


def card_reply(
    store: Store,
    request: Request,
    topic: Subscription,
    *,
    edit: bool,
    header_lines: Sequence[Line] = (),
) -> Reply:
    """Return a topic's state with its buttons."""
    lines = [*header_lines, Line(topic.name, bold=True)]
    if topic.query != topic.name:
        lines.append(Line(request.say("card-words", words=topic.query), follows_directly=True))
    papers_by_day = weekly_papers(request, [topic.query]).get(topic.query)
    lines.append(Line(status_line(request, topic, papers_by_day)))
    if papers_by_day and (bars := sparkline(papers_by_day)):
        lines.append(Line(bars, follows_directly=True))
    time_text = cadence_text.describe_cadence(topic.cadence, request.language)
    lines.append(
        Line(
            request.say("card-time", value=time_text, zone=zone_name(request.language, topic.zone)),
            follows_directly=True,
        )
    )
    lines.append(Line(request.say("card-limit", papers=topic.limit), follows_directly=True))
    lines.append(Line(request.say("card-order", order=topic.entry_order), follows_directly=True))

    def tune_button(label: str, code: int, *, is_chosen: bool = False) -> Button:
        return Button(with_check_mark(label, is_chosen), Action("tune", topic.key, code))

    def topic_button(key: str, verb: str, second_argument: int = 0) -> Button:
        return request.button(key, verb, topic.key, second_argument)

    pause_key = "button-resume" if topic.paused else "button-pause"
    buttons = (
        (topic_button("button-digest", "digest"), tune_button(request.say(pause_key), TUNE_PAUSE)),
        (topic_button("button-rename", "rename"), topic_button("button-words", "words")),
        (topic_button("button-time", "topic_times"), topic_button("button-looks", "looks")),
        tuple(
            tune_button(str(limit), TUNE_LIMIT + index, is_chosen=limit == topic.limit)
            for index, limit in enumerate(DIGEST_LIMITS)
        ),
        (
            tune_button(
                request.say("button-cross"),
                TUNE_CROSS_LISTS,
                is_chosen=AnnouncementKind.CROSS in topic.kinds,
            ),
            tune_button(
                request.say("button-revisions"),
                TUNE_REVISIONS,
                is_chosen=AnnouncementKind.REPLACE in topic.kinds,
            ),
        ),
        (
            tune_button(
                request.say("button-newest"),
                TUNE_ORDER,
                is_chosen=topic.entry_order is EntryOrder.NEWEST,
            ),
        ),
        (
            tune_button(request.say("button-up"), TUNE_MOVE_UP),
            topic_button("digest-button-stop", "stop", FROM_LIST),
        ),
        (request.button("button-list-back", "list"),),
    )
    return short_reply(lines, buttons, edit=edit)


def switch_pressed(store: Store, request: Request) -> Reply:
    """Handle a switch of a card: change one setting and show the card again."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    switch_code = request.action.second_argument
    if switch_code == TUNE_MOVE_UP:
        edit_subscriptions.move_topic_up(store, request.chat, topic)
        changed_topic = edit_subscriptions.get_own_topic(store, request.chat, topic.key)
    else:
        changed_topic = edit_subscriptions.save_topic(
            store, _changed_topic(request, topic, switch_code)
        )
    reply = (
        _looks_reply(request, changed_topic)
        if switch_code >= TUNE_FORM
        else card_reply(store, request, changed_topic, edit=True)
    )
    return replace(reply, toast=request.say("settings-saved"))


def _changed_topic(request: Request, topic: Subscription, code: int) -> Subscription:
    """Return a topic after one of its switches was pressed.

    Raises:
        Refusal: there is no such switch or value.
    """
    kinds = topic.kinds
    if code == TUNE_PAUSE:
        return replace(topic, paused=not topic.paused)
    if code == TUNE_ORDER:
        is_newest = topic.entry_order is EntryOrder.NEWEST
        return replace(topic, entry_order=EntryOrder.RELEVANCE if is_newest else EntryOrder.NEWEST)
    # Revisions of cross-lists are included where both revisions and cross-lists are.
    if code == TUNE_CROSS_LISTS and AnnouncementKind.CROSS in kinds:
        return replace(topic, kinds=kinds - CROSS_LIST_KINDS)
    if code == TUNE_CROSS_LISTS:
        has_revisions = AnnouncementKind.REPLACE in kinds
        added_kinds = CROSS_LIST_KINDS if has_revisions else {AnnouncementKind.CROSS}
        return replace(topic, kinds=kinds | added_kinds)
    if code == TUNE_REVISIONS and AnnouncementKind.REPLACE in kinds:
        return replace(topic, kinds=kinds - REVISION_KINDS)
    if code == TUNE_REVISIONS:
        has_cross_lists = AnnouncementKind.CROSS in kinds
        added_kinds = REVISION_KINDS if has_cross_lists else {AnnouncementKind.REPLACE}
        return replace(topic, kinds=kinds | added_kinds)
    if TUNE_LANGUAGE <= code < TUNE_LANGUAGE + len(languages := _language_choices(request)):
        return replace(topic, languages=languages[code - TUNE_LANGUAGE])
    setting, option_index = divmod(code, 10)
    if setting == TUNE_LIMIT // 10 and option_index < len(DIGEST_LIMITS):
        return replace(topic, limit=DIGEST_LIMITS[option_index])
    if setting == TUNE_FORM // 10 and option_index < len(FORM_CHOICES):
        return replace(topic, form=FORM_CHOICES[option_index])
    if setting == TUNE_SILENCE // 10 and option_index < len(SILENT_CHOICES):
        return replace(topic, silent=SILENT_CHOICES[option_index])
    raise Refusal("refusal-button-old")


def looks_pressed(store: Store, request: Request) -> Reply:
    """Handle [Looks]: show form, languages and sound, the topic's own or the chat's."""
    return _looks_reply(
        request,
        edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument),
    )


def _looks_reply(request: Request, topic: Subscription) -> Reply:
    def row(keys: Sequence[str], code: int, chosen_index: int) -> tuple[Button, ...]:
        return tuple(
            Button(
                with_check_mark(request.say(key), index == chosen_index),
                Action("tune", topic.key, code + index),
            )
            for index, key in enumerate(keys)
        )

    form_keys = ["looks-form-chat", *(f"settings-form-{form}" for form in FORM_CHOICES if form)]
    chat_form_button, *form_buttons = row(form_keys, TUNE_FORM, FORM_CHOICES.index(topic.form))
    sound_keys = ("looks-sound-chat", "looks-loud", "looks-silent")
    # No language is marked if the topic's is no longer offered.
    chat_default_button, *other_buttons = (
        Button(
            with_check_mark(
                language_buttons.choice_label(request, choice)
                if choice
                else request.say("looks-languages-chat"),
                choice == topic.languages,
            ),
            Action("tune", topic.key, TUNE_LANGUAGE + index),
        )
        for index, choice in enumerate(_language_choices(request))
    )
    buttons = (
        (chat_form_button,),
        tuple(form_buttons),
        (chat_default_button,),
        *button_rows(other_buttons, language_buttons.BUTTONS_PER_ROW),
        row(sound_keys, TUNE_SILENCE, SILENT_CHOICES.index(topic.silent)),
        (request.button("button-back", "topic", topic.key),),
    )
    lines = [Line(topic.name, bold=True), Line(request.say("looks-choose"))]
    return short_reply(lines, buttons, edit=True)


def _language_choices(request: Request) -> tuple[language_buttons.LanguageCodes | None, ...]:
    """Return the languages that a topic may be read in; None follows the chat."""
    return (None, *language_buttons.language_choices(request.bot_info.entry_languages))


def times_pressed(store: Store, request: Request) -> Reply:
    """Handle [Time] of a card: show hours and days of this topic."""
    return _times_reply(
        request,
        edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument),
    )


def _times_reply(request: Request, topic: Subscription) -> Reply:
    time_text = cadence_text.describe_cadence(topic.cadence, request.language)
    lines = [
        Line(topic.name, bold=True),
        Line(
            request.say("card-time", value=time_text, zone=zone_name(request.language, topic.zone))
        ),
        Line(request.say("card-time-own")),
    ]
    buttons = delivery_times.time_buttons(
        request,
        topic.cadence,
        hour_action=lambda clock_hour: Action("topic_hour", topic.key, clock_hour),
        switch_action=lambda switch_code: Action("topic_cadence", topic.key, switch_code),
        last_row=(
            request.button("button-other", "topic_other", topic.key),
            request.button("button-back", "topic", topic.key),
        ),
    )
    return short_reply(lines, buttons, edit=True)


def hour_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed hour of one topic."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    delivery_time = delivery_times.clock_time(request.action.second_argument)
    cadence = replace(topic.cadence, times=(delivery_time,))
    return _times_reply(
        request, edit_subscriptions.set_topic_cadence(store, topic, cadence, request.now)
    )


def cadence_pressed(store: Store, request: Request) -> Reply:
    """Handle a pressed switch of one topic's days."""
    topic = edit_subscriptions.get_own_topic(store, request.chat, request.action.first_argument)
    cadence = delivery_times.cadence_after_switch(topic.cadence, request.action.second_argument)
    return _times_reply(
        request, edit_subscriptions.set_topic_cadence(store, topic, cadence, request.now)
    )
