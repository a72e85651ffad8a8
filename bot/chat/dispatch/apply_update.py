"""Apply an update: its handler's changes and its mark as applied, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.chat.api.updates import Update, UpdateKind
from bot.chat.dispatch.authorize import Authorization
from bot.chat.dispatch.managed_chats import ManagedChat, adapt_reply_for_manager
from bot.chat.dispatch.send_reply import store_reply
from bot.chat.handler_table import ANSWER_HANDLERS
from bot.chat.handlers.account.welcome_and_help import added_to_chat_reply
from bot.chat.read_cache import ReadCache, run_with_reads
from bot.chat.request_and_reply import Reply, Request
from bot.chat.services import Services
from bot.chat.user_limits import Excess
from bot.chat.widgets.language_buttons import default_languages
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.telegram.keyboard import Action
from bot.texts import Refusal, say, supported_language
from storage.records.chats import REQUESTED_PAUSE, Chat, ChatKind, Person
from storage.records.messages import InboxUpdate

QUESTION_TTL = timedelta(minutes=15)
# Text and files answer the person's open question; a command closes it without an answer.
_KINDS_THAT_CLOSE_QUESTIONS = (UpdateKind.COMMAND, UpdateKind.TEXT, UpdateKind.FILE)


async def read_and_apply_update(
    services: Services, inbox_update: InboxUpdate, authorization: Authorization
) -> Reply:
    """Apply an update; its handler's reads run outside the transaction."""
    now = services.now()
    services_at_now = replace(services, now=lambda: now)  # the arguments of reads must not change
    update = authorization.update
    return await run_with_reads(
        services.store,
        ReadCache(update.person or update.chat, services.user_limits),
        partial(apply_update, services_at_now, inbox_update, authorization),
    )


def apply_update(
    services: Services,
    inbox_update: InboxUpdate,
    authorization: Authorization,
    read_cache: ReadCache,
) -> Reply:
    """Apply an update, mark it as applied and store its reply, in one transaction.

    Raises:
        ReadRequired: the handler needs a read; nothing was changed.
    """
    store, bot, update = services.store, services.bot_info.bot_id, authorization.update
    with store.transaction():
        if not store.inbox.mark_applied(inbox_update.bot, inbox_update.id):
            return Reply()  # applied by the process that took over while this one was suspended
        if update.kind is UpdateKind.CHAT_MIGRATED:
            store.chats.migrate(bot, update.chat, update.migrated_to)
            return Reply()
        if update.kind is UpdateKind.BOT_REMOVED:
            removed_chat = store.chats.get(bot, update.chat)
            # A requested pause must outlive a block.
            if removed_chat and not removed_chat.pause_reason:
                store.chats.pause(bot, update.chat, "blocked")
            return Reply()
        account_id = _banned_account(services, update)
        if account_id is None:
            try:
                reply = _call_handler(services, authorization, read_cache)
            except Refusal as refusal:
                # Handlers refuse before they write; only the answered question is closed.
                language = _chat_language(services, update)
                reply = _sentence_reply(update, refusal.say(language))
                if authorization.managed_chat:
                    reply = adapt_reply_for_manager(reply, authorization.managed_chat, language)
        elif store.bans_and_quotas.mark_ban_notified(bot, account_id):
            refusal_text = say(_chat_language(services, update), "refusal-banned")
            reply = _sentence_reply(update, refusal_text)
        else:
            reply = Reply()  # notified before
        return store_reply(services, inbox_update, update, reply)


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
        language = _chat_language(services, update)
        refusal_text = say(language, f"limit-{excess.cost}", most=excess.limit)
        return store_reply(services, inbox_update, update, _sentence_reply(update, refusal_text))


def mark_update_failed(
    services: Services, inbox_update: InboxUpdate, update: Update, reason: str
) -> Reply:
    """Mark an update as failed because of an error of ours, and say so."""
    store = services.store
    with store.transaction():
        if not store.inbox.mark_failed(inbox_update.bot, inbox_update.id, reason):
            return Reply()
        return store_reply(services, inbox_update, update, failure_reply(update))


def failure_reply(update: Update) -> Reply:
    """Return the apology for an error of ours, in the language of the client."""
    return short_reply([Line(say(supported_language(update.language), "refusal-failed"))])


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


def _chat_language(services: Services, update: Update) -> str:
    """Return the language of the update's chat, or of the client if the chat is new."""
    chat = services.store.chats.get(services.bot_info.bot_id, update.chat)
    return chat.language if chat else supported_language(update.language)


def _sentence_reply(update: Update, text: str) -> Reply:
    return Reply(toast=text) if update.callback_query_id else short_reply([Line(text)])


def _call_handler(services: Services, authorization: Authorization, read_cache: ReadCache) -> Reply:
    """Return the reply of the update's handler, or of the handler of the question it answers.

    Raises:
        Refusal: the person may not do this, or the handler refuses.
    """
    store, bot, update = services.store, services.bot_info.bot_id, authorization.update
    is_new = store.chats.get(bot, update.chat) is None
    chat = _ensure_chat(services, update)
    if update.kind is UpdateKind.BOT_ADDED:  # the chat was stored or resumed above
        return added_to_chat_reply(store, update, chat) if is_new and update.is_added else Reply()
    is_private = update.chat_kind is ChatKind.PRIVATE
    if authorization.route is None:
        if update.kind is UpdateKind.BUTTON:
            return Reply(toast=say(chat.language, "refusal-button-old"))
        if not is_private:
            return Reply()  # groups have commands for other bots
        return short_reply([Line(say(chat.language, "refusal-command-unknown"))])
    managed_chat = authorization.managed_chat
    pending_question = None
    if update.kind in _KINDS_THAT_CLOSE_QUESTIONS and (update.person or update.speaks_for_chat):
        pending_question = store.pending_questions.take(
            bot, update.chat, update.person, services.now() - QUESTION_TTL
        )
        if pending_question and pending_question.about_chat != (
            managed_chat.chat if managed_chat else 0
        ):
            pending_question = None
    if not (pending_question or is_private) and update.kind in (UpdateKind.TEXT, UpdateKind.FILE):
        return Reply()  # in a group these are for us only as an answer
    if authorization.refusal:
        raise authorization.refusal
    request = build_request(
        services,
        update,
        _ensure_managed_chat(services, managed_chat, chat) if managed_chat else chat,
        read_cache,
        manager_language=chat.language if managed_chat else "",
    )
    if pending_question and update.kind is UpdateKind.TEXT:
        action = Action(
            pending_question.verb, pending_question.first_argument, pending_question.second_argument
        )
        reply = ANSWER_HANDLERS[pending_question.verb](store, replace(request, action=action))
    else:
        reply = authorization.route.handle(store, request)
    if managed_chat is None:
        return reply
    store.pending_questions.move_to_chat(
        bot, managed_chat.chat, update.person, target_chat=update.chat
    )
    return adapt_reply_for_manager(reply, managed_chat, chat.language)


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
    # Paused by us for another reason: an update from the chat means that it is reachable.
    if chat.pause_reason not in ("", REQUESTED_PAUSE):
        store.chats.resume(bot, update.chat)
        store.outbox_repair.requeue_dropped(bot, update.chat, now=services.now())
        chat = store.chats.get(bot, update.chat) or chat
    return chat


def _ensure_managed_chat(services: Services, managed_chat: ManagedChat, manager_chat: Chat) -> Chat:
    """Return a managed chat; a new one is stored with the settings of its manager's chat.

    Raises:
        Refusal: the chat is banned.
    """
    store, bot = services.store, services.bot_info.bot_id
    if store.bans_and_quotas.banned_id(bot, managed_chat.chat, managed_chat.chat) is not None:
        raise Refusal("there-banned")
    return store.chats.get_or_add(
        replace(
            manager_chat,
            id=managed_chat.chat,
            kind=managed_chat.kind,
            title=managed_chat.title,
            onboarded=True,
            pause_reason="",
            paused_until=None,
        )
    )


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
        services,
        update,
        chat,
        ReadCache(),
        manager_language=own_chat.language if managed_chat else "",
    )


def build_request(
    services: Services,
    update: Update,
    chat: Chat,
    read_cache: ReadCache,
    *,
    manager_language: str = "",
) -> Request:
    """Return what the handler receives: who asks, in which chat and with which text."""
    bot_info = services.bot_info
    max_topics = services.store.bans_and_quotas.topic_quota(bot_info.bot_id, chat.id)
    if max_topics is not None:
        bot_info = replace(bot_info, max_topics=max_topics)
    return Request(
        bot_info=bot_info,
        chat=chat,
        person=Person(bot_info.bot_id, update.person, update.name, update.language),
        now=services.now(),
        words=update.words,
        papers=update.papers,
        categories=update.categories,
        action=update.action or Action(""),
        thread=update.thread if chat.id == update.chat else 0,
        manager_language=manager_language,
        read_cache=read_cache,
    )
