"""What does an update change? Its effect and the mark that it was applied, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.chat.api.callback_data import decode_start_payload
from bot.chat.api.updates import Update, UpdateKind
from bot.chat.dispatch.managed_chats import ManagedChat, adapt_reply_for_manager
from bot.chat.dispatch.send_reply import store_reply
from bot.chat.handler_table import ANSWER_HANDLERS, BUTTONS, Route, command_route
from bot.chat.handlers.account.settings import REQUESTED_PAUSE
from bot.chat.handlers.account.welcome_and_help import (
    added_to_chat_reply,
    forwarded_command_reply,
    non_text_reply,
)
from bot.chat.handlers.papers.search import handle_text
from bot.chat.handlers.topics.export_import import import_file
from bot.chat.prepared_reads import ReadCache, run_with_reads
from bot.chat.request_and_reply import Reply, Request
from bot.chat.services import Services
from bot.chat.user_limits import Cost, Excess
from bot.chat.widgets.language_buttons import default_languages
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.telegram.keyboard import Action
from bot.texts import Refusal, say, supported_language
from storage import Store
from storage.records import Chat, ChatKind, InboxUpdate, PendingQuestion, Person

QUESTION_TTL = timedelta(minutes=15)  # a question waits for its answer
# In groups words are for us only as an answer, and every answer asked for there changes something.
_TEXT_ROUTE = Route(handle_text, admin_only=True, cost=Cost.PREVIEW)
_FILE_ROUTE = Route(import_file, admin_only=True)
_NON_TEXT_ROUTE = Route(non_text_reply)
_FORWARDED_COMMAND_ROUTE = Route(forwarded_command_reply)
_ANSWER_ONLY_KINDS = (
    UpdateKind.TEXT,
    UpdateKind.FILE,
)  # what in a group is for us only as an answer
_CHAT_CHANGE_KINDS = (
    UpdateKind.BOT_REMOVED,
    UpdateKind.CHAT_MIGRATED,
)  # of a chat: noted whoever is banned


def route_of(update: Update) -> Route | None:
    """What answers a request, before anybody's right is looked at."""
    if update.kind is UpdateKind.TEXT:
        return _TEXT_ROUTE
    if update.kind is UpdateKind.FILE:
        return _FILE_ROUTE
    if update.kind is UpdateKind.NON_TEXT:
        return _NON_TEXT_ROUTE
    if update.kind is UpdateKind.FORWARDED_COMMAND:
        return _FORWARDED_COMMAND_ROUTE
    if update.kind is UpdateKind.BUTTON:
        return BUTTONS.get(update.action.verb) if update.action else None
    link_action = decode_start_payload(update.words) if update.command == "start" else None
    return BUTTONS[link_action.verb] if link_action else command_route(update.command)


async def read_and_apply_update(
    services: Services,
    inbox_update: InboxUpdate,
    update: Update,
    managed_chat: ManagedChat | None = None,
    refusal: Refusal | None = None,
) -> Reply:
    """Applies an update, with what its handler reads made outside of the transaction."""
    now = services.now()
    services_at_now = replace(services, now=lambda: now)  # a reading is for one instant
    readings = ReadCache(update.person or update.chat, services.user_limits)
    return await run_with_reads(
        services.store,
        readings,
        partial(apply_update, services_at_now, inbox_update, update, managed_chat, refusal),
    )


def apply_update(
    services: Services,
    inbox_update: InboxUpdate,
    update: Update,
    managed_chat: ManagedChat | None = None,
    refusal: Refusal | None = None,
    read_cache: ReadCache | None = None,
) -> Reply:
    """The effect of an update and the mark that it was applied, in one transaction.

    Raises:
        Unread: the handler needs a reading; nothing was changed.
    """
    store = services.store
    with store.transaction():
        if not store.inbox.mark_applied(inbox_update.bot, inbox_update.id):
            return Reply()  # by the process that took over while this one was halted
        if (
            update.kind not in _CHAT_CHANGE_KINDS
            and (account_id := _banned_account(services, update)) is not None
        ):
            return store_reply(
                services, inbox_update, update, _ban_reply(services, update, account_id)
            )
        try:
            reply = _dispatch(services, update, managed_chat, refusal, read_cache or ReadCache())
        except Refusal as refusal:
            # Handlers refuse before they write; only the question that was answered is closed.
            reply = _refusal_reply(services, update, managed_chat, refusal)
        return store_reply(services, inbox_update, update, reply)


def _refusal_reply(
    services: Services, update: Update, managed_chat: ManagedChat | None, refusal: Refusal
) -> Reply:
    """Why something is not done, and in which chat where that is another one."""
    chat = services.store.chats.get(services.bot_info.bot_id, update.chat)
    language = chat.language if chat else supported_language(update.language)
    reply = _sentence_reply(update, refusal.say(language))
    return adapt_reply_for_manager(reply, managed_chat, language) if managed_chat else reply


def reject_over_limit(
    services: Services, inbox_update: InboxUpdate, update: Update, excess: Excess
) -> Reply:
    """Marks an update as applied without any effect, and says why once a minute."""
    store = services.store
    with store.transaction():
        if not store.inbox.mark_applied(inbox_update.bot, inbox_update.id):
            return Reply()  # it was answered before
        if not excess.should_notify or _banned_account(services, update) is not None:
            return Reply()
        chat = store.chats.get(services.bot_info.bot_id, update.chat)
        language = chat.language if chat else supported_language(update.language)
        text = say(language, f"limit-{excess.cost}", most=excess.limit)
        return store_reply(services, inbox_update, update, _sentence_reply(update, text))


def mark_update_failed(
    services: Services, inbox_update: InboxUpdate, update: Update, reason: str
) -> Reply:
    """Set an update aside that we cannot apply by a mistake of ours, and say so."""
    store = services.store
    with store.transaction():
        if not store.inbox.mark_failed(inbox_update.bot, inbox_update.id, reason):
            return Reply()
        reply = short_reply([Line(say(supported_language(update.language), "refusal-failed"))])
        return store_reply(services, inbox_update, update, reply)


def complete_follow_up(
    services: Services, inbox_update: InboxUpdate, update: Update, reply: Reply
) -> Reply:
    """The answer of an errand and the mark that it was done, in one transaction."""
    store = services.store
    with store.transaction():
        if not store.inbox.mark_follow_up_done(inbox_update.bot, inbox_update.id):
            return Reply()  # by the process that took over, or its chat is forgotten
        return store_reply(services, inbox_update, update, reply, is_follow_up=True)


def _banned_account(services: Services, update: Update) -> int | None:
    return services.store.bans_and_quotas.banned_id(
        services.bot_info.bot_id, update.chat, update.person
    )


def _ban_reply(services: Services, update: Update, account_id: int) -> Reply:
    """Who is banned hears so once."""
    store, bot = services.store, services.bot_info.bot_id
    if not store.bans_and_quotas.mark_ban_notified(bot, account_id):
        return Reply()
    chat = store.chats.get(bot, update.chat)
    language = chat.language if chat else supported_language(update.language)
    return _sentence_reply(update, say(language, "refusal-banned"))


def _sentence_reply(update: Update, text: str) -> Reply:
    return Reply(toast=text) if update.callback_query_id else short_reply([Line(text)])


def _dispatch(
    services: Services,
    update: Update,
    managed_chat: ManagedChat | None,
    refusal: Refusal | None,
    read_cache: ReadCache,
) -> Reply:
    store, bot = services.store, services.bot_info.bot_id
    if update.kind is UpdateKind.CHAT_MIGRATED:
        store.chats.migrate(bot, update.chat, update.migrated_to)
        return Reply()
    if update.kind is UpdateKind.BOT_REMOVED:
        stored_chat = store.chats.get(bot, update.chat)
        if (
            stored_chat and not stored_chat.pause_reason
        ):  # a pause that was asked for outlives a block
            store.chats.pause(bot, update.chat, "blocked")
        return Reply()
    is_new = store.chats.get(bot, update.chat) is None
    chat = _ensure_chat(services, update)
    if update.kind is UpdateKind.BOT_ADDED:  # being known again is the effect
        return added_to_chat_reply(store, update, chat) if is_new and update.is_added else Reply()
    route = route_of(update)
    if route is None or (route.operator_only and update.chat != services.bot_info.operator_chat):
        return _not_understood_reply(update, chat)
    question = _take_pending_question(services, update, managed_chat)
    if (
        not question
        and update.kind in _ANSWER_ONLY_KINDS
        and update.chat_kind is not ChatKind.PRIVATE
    ):
        return Reply()
    if refusal:
        raise refusal
    if (
        managed_chat
        and store.bans_and_quotas.banned_id(bot, managed_chat.chat, managed_chat.chat) is not None
    ):
        raise Refusal("there-banned")
    if managed_chat is None:
        request = replace(build_request(services, update, chat), read_cache=read_cache)
        return _call_handler(store, route, question, update, request)
    request = build_request(
        services,
        update,
        _ensure_managed_chat(services, chat, managed_chat),
        manager_language=chat.language,
    )
    request = replace(request, read_cache=read_cache)
    reply = _call_handler(store, route, question, update, request)
    store.pending_questions.move_to_chat(
        bot, managed_chat.chat, update.person, target_chat=update.chat
    )
    return adapt_reply_for_manager(reply, managed_chat, chat.language)


def _call_handler(
    store: Store, route: Route, question: PendingQuestion | None, update: Update, request: Request
) -> Reply:
    """What the entrance says, or what words mean as the answer to a question."""
    if question and update.kind is UpdateKind.TEXT:
        answer_request = replace(
            request, action=Action(question.verb, question.first_argument, question.second_argument)
        )
        return ANSWER_HANDLERS[question.verb](store, answer_request)
    return route.handle(store, request)


def _ensure_managed_chat(services: Services, manager: Chat, managed_chat: ManagedChat) -> Chat:
    """The chat that is acted on; one that is new begins as its manager's own chat is."""
    new_chat = replace(
        manager,
        id=managed_chat.chat,
        kind=managed_chat.kind,
        title=managed_chat.title,
        onboarded=True,
        pause_reason="",
        paused_until=None,
    )
    return services.store.chats.get_or_add(new_chat)


def _take_pending_question(
    services: Services, update: Update, managed_chat: ManagedChat | None
) -> PendingQuestion | None:
    """What this person was asked a moment ago; a command instead of an answer closes it."""
    if update.kind in (UpdateKind.BUTTON, UpdateKind.NON_TEXT, UpdateKind.FORWARDED_COMMAND):
        return None
    if not (update.person or update.speaks_for_chat):
        return None
    oldest, bot = services.now() - QUESTION_TTL, services.bot_info.bot_id
    question = services.store.pending_questions.take(bot, update.chat, update.person, oldest)
    expected_chat = managed_chat.chat if managed_chat else 0
    return question if question and question.about_chat == expected_chat else None


def _ensure_chat(services: Services, update: Update) -> Chat:
    """The chat as the store knows it; a first message makes it known, a reply revives it."""
    store, bot = services.store, services.bot_info.bot_id
    if update.person:
        store.chats.upsert_person(Person(bot, update.person, update.name, update.language))
    chat = store.chats.get_or_add(
        Chat(
            bot,
            update.chat,
            update.chat_kind,
            title=update.title,
            language=supported_language(update.language),
            languages=default_languages(update.language, services.bot_info.entry_languages),
            form=services.default_form,
        )
    )
    if _is_paused_by_us(chat):  # who writes to us has unblocked us
        store.chats.resume(bot, update.chat)
        store.outbox.requeue_dropped(bot, update.chat, now=services.now())
        chat = store.chats.get(bot, update.chat) or chat
    return chat


def _is_paused_by_us(chat: Chat) -> bool:
    """The chat could not be reached, and did not ask for a pause itself."""
    return chat.pause_reason not in ("", REQUESTED_PAUSE)


def _not_understood_reply(update: Update, chat: Chat) -> Reply:
    if update.kind is UpdateKind.BUTTON:
        return Reply(toast=say(chat.language, "refusal-button-old"))
    if update.chat_kind is not ChatKind.PRIVATE:
        return Reply()  # groups have commands for other bots
    return short_reply([Line(say(chat.language, "refusal-command-unknown"))])


def rebuild_request(
    services: Services, update: Update, managed_chat: ManagedChat | None
) -> Request | None:
    """The same question a moment later, for what was to be fetched; None if the chat is gone."""
    store, bot = services.store, services.bot_info.bot_id
    own_chat = store.chats.get(bot, update.chat)
    chat = store.chats.get(bot, managed_chat.chat) if managed_chat else own_chat
    if own_chat is None or chat is None:
        return None
    return build_request(
        services, update, chat, manager_language=own_chat.language if managed_chat else ""
    )


def build_request(
    services: Services, update: Update, chat: Chat, *, manager_language: str = ""
) -> Request:
    """What a handler is asked: by whom, in which chat, with which words."""
    link_action = decode_start_payload(update.words) if update.command == "start" else None
    max_topics = services.store.bans_and_quotas.topic_quota(services.bot_info.bot_id, chat.id)
    bot_info = (
        services.bot_info
        if max_topics is None
        else replace(services.bot_info, max_topics=max_topics)
    )
    return Request(
        bot_info=bot_info,
        chat=chat,
        person=Person(services.bot_info.bot_id, update.person, update.name, update.language),
        now=services.now(),
        words=update.words,
        papers=update.papers,
        categories=update.categories,
        action=update.action or link_action or Action(""),
        thread=update.thread if chat.id == update.chat else 0,
        manager_language=manager_language,
    )
