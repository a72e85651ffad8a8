"""Apply an update: its handler's changes and its mark as applied, in one transaction."""

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
from bot.chat.read_cache import ReadCache, run_with_reads
from bot.chat.request_and_reply import Reply, Request
from bot.chat.services import Services
from bot.chat.user_limits import Cost, Excess
from bot.chat.widgets.language_buttons import default_languages
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.telegram.keyboard import Action
from bot.texts import Refusal, say, supported_language
from storage import Store
from storage.records.chats import Chat, ChatKind, PendingQuestion, Person
from storage.records.messages import InboxUpdate

QUESTION_TTL = timedelta(minutes=15)
# In groups text reaches us only as an answer, and every answer there changes something.
_TEXT_ROUTE = Route(handle_text, admin_only=True, cost=Cost.PREVIEW)
_FILE_ROUTE = Route(import_file, admin_only=True)
_NON_TEXT_ROUTE = Route(non_text_reply)
_FORWARDED_COMMAND_ROUTE = Route(forwarded_command_reply)
# In a group these are for us only as an answer.
_ANSWER_ONLY_KINDS = (UpdateKind.TEXT, UpdateKind.FILE)
# Applied even for banned chats.
_CHAT_CHANGE_KINDS = (UpdateKind.BOT_REMOVED, UpdateKind.CHAT_MIGRATED)


def route_of(update: Update) -> Route | None:
    """Return the route of an update, before any rights are checked."""
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
    """Apply an update; its handler's reads run outside the transaction."""
    now = services.now()
    services_at_now = replace(services, now=lambda: now)  # the arguments of reads must not change
    read_cache = ReadCache(update.person or update.chat, services.user_limits)
    return await run_with_reads(
        services.store,
        read_cache,
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
    """Apply an update, mark it as applied and store its reply, in one transaction.

    Raises:
        ReadRequired: The handler needs a read; nothing was changed.
    """
    store = services.store
    with store.transaction():
        if not store.inbox.mark_applied(inbox_update.bot, inbox_update.id):
            return Reply()  # applied by the process that took over while this one was suspended
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
            # Handlers refuse before they write; only the answered question is closed.
            reply = _refusal_reply(services, update, managed_chat, refusal)
        return store_reply(services, inbox_update, update, reply)


def _refusal_reply(
    services: Services, update: Update, managed_chat: ManagedChat | None, refusal: Refusal
) -> Reply:
    """Return the reason of a refusal, with the chat if another one is managed."""
    chat = services.store.chats.get(services.bot_info.bot_id, update.chat)
    language = chat.language if chat else supported_language(update.language)
    reply = _sentence_reply(update, refusal.say(language))
    return adapt_reply_for_manager(reply, managed_chat, language) if managed_chat else reply


def reject_over_limit(
    services: Services, inbox_update: InboxUpdate, update: Update, excess: Excess
) -> Reply:
    """Mark an update as applied without effect, and say why once a minute."""
    store = services.store
    with store.transaction():
        if not store.inbox.mark_applied(inbox_update.bot, inbox_update.id):
            return Reply()  # applied before
        if not excess.should_notify or _banned_account(services, update) is not None:
            return Reply()
        chat = store.chats.get(services.bot_info.bot_id, update.chat)
        language = chat.language if chat else supported_language(update.language)
        text = say(language, f"limit-{excess.cost}", most=excess.limit)
        return store_reply(services, inbox_update, update, _sentence_reply(update, text))


def mark_update_failed(
    services: Services, inbox_update: InboxUpdate, update: Update, reason: str
) -> Reply:
    """Mark an update as failed because of an error of ours, and say so."""
    store = services.store
    with store.transaction():
        if not store.inbox.mark_failed(inbox_update.bot, inbox_update.id, reason):
            return Reply()
        reply = short_reply([Line(say(supported_language(update.language), "refusal-failed"))])
        return store_reply(services, inbox_update, update, reply)


def complete_follow_up(
    services: Services, inbox_update: InboxUpdate, update: Update, reply: Reply
) -> Reply:
    """Store the reply of a follow-up and mark it as done, in one transaction."""
    store = services.store
    with store.transaction():
        if not store.inbox.mark_follow_up_done(inbox_update.bot, inbox_update.id):
            return Reply()  # done by the process that took over, or the chat was erased
        return store_reply(services, inbox_update, update, reply, is_follow_up=True)


def _banned_account(services: Services, update: Update) -> int | None:
    return services.store.bans_and_quotas.banned_id(
        services.bot_info.bot_id, update.chat, update.person
    )


def _ban_reply(services: Services, update: Update, account_id: int) -> Reply:
    """Tell a banned person or chat so, once."""
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
        # A requested pause must outlive a block.
        if stored_chat and not stored_chat.pause_reason:
            store.chats.pause(bot, update.chat, "blocked")
        return Reply()
    is_new = store.chats.get(bot, update.chat) is None
    chat = _ensure_chat(services, update)
    if update.kind is UpdateKind.BOT_ADDED:  # the chat was stored or resumed above
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
    """Run the route's handler, or the handler of the answered question."""
    if question and update.kind is UpdateKind.TEXT:
        answer_request = replace(
            request, action=Action(question.verb, question.first_argument, question.second_argument)
        )
        return ANSWER_HANDLERS[question.verb](store, answer_request)
    return route.handle(store, request)


def _ensure_managed_chat(services: Services, manager: Chat, managed_chat: ManagedChat) -> Chat:
    """Return the managed chat; a new one starts with its manager's settings."""
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
    """Return and close the person's open question; a command closes it too."""
    if update.kind in (UpdateKind.BUTTON, UpdateKind.NON_TEXT, UpdateKind.FORWARDED_COMMAND):
        return None
    if not (update.person or update.speaks_for_chat):
        return None
    oldest, bot = services.now() - QUESTION_TTL, services.bot_info.bot_id
    question = services.store.pending_questions.take(bot, update.chat, update.person, oldest)
    expected_chat = managed_chat.chat if managed_chat else 0
    return question if question and question.about_chat == expected_chat else None


def _ensure_chat(services: Services, update: Update) -> Chat:
    """Return the chat, stored if it is new and resumed if it was unreachable."""
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
    if _is_paused_by_us(chat):  # an update from the chat means that it is reachable
        store.chats.resume(bot, update.chat)
        store.outbox.requeue_dropped(bot, update.chat, now=services.now())
        chat = store.chats.get(bot, update.chat) or chat
    return chat


def _is_paused_by_us(chat: Chat) -> bool:
    """Return whether the chat is paused for another reason than its own request."""
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
    """Return the request again for a follow-up, or None if the chat is gone."""
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
    """Return what the handler receives: who asks, in which chat and with which text."""
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
