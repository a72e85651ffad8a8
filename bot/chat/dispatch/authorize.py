"""Decide whether a person may do something, and in which chat, by asking Telegram."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat.api.members import ADMIN_STATUSES, get_member, may_post_in_group, may_write
from bot.chat.api.updates import Update, UpdateKind
from bot.chat.dispatch.managed_chats import ManagedChat, find_managed_chat, parse_chat_argument
from bot.chat.handler_table import Route
from bot.chat.services import Services
from bot.chat.user_limits import Cost
from bot.render.telegram.keyboard import ManagedChatAction
from bot.texts import Refusal
from storage.records.chats import ChatKind

_CHARGED_KINDS = (
    UpdateKind.COMMAND,
    UpdateKind.TEXT,
    UpdateKind.FILE,
    UpdateKind.NON_TEXT,
    UpdateKind.LOCATION,
    UpdateKind.FORWARDED_COMMAND,
    UpdateKind.BUTTON,
)


@dataclass(frozen=True, slots=True)
class Authorization:
    """An update with its route, the other chat that it manages, and why it is refused, if it is.

    Without a route the bot does not understand it, or another bot is meant.
    """

    update: Update
    route: Route | None
    managed_chat: ManagedChat | None = None
    refusal: Refusal | None = None


def costs_of(update: Update, route: Route | None) -> tuple[Cost, ...]:
    """Return what a request counts as; nothing for chat changes and other bots' commands."""
    if update.kind not in _CHARGED_KINDS:
        return ()
    if route is None and update.chat_kind is not ChatKind.PRIVATE:
        return ()
    if update.kind is UpdateKind.NON_TEXT:
        return (Cost.NON_TEXT,)
    base_cost = Cost.BUTTON if update.kind is UpdateKind.BUTTON else Cost.COMMAND
    return (base_cost, route.cost) if route and route.cost else (base_cost,)


async def authorize(services: Services, update: Update, route: Route | None) -> Authorization:
    """Find the chat that a request acts on, and check the person's rights there."""
    if route is None or (route.operator_only and update.chat != services.bot_info.operator_chat):
        return Authorization(update, None)
    other_chat = ""  # that a private request names
    if update.chat_kind is ChatKind.PRIVATE:
        if update.kind is UpdateKind.BUTTON:
            if isinstance(update.action, ManagedChatAction):
                other_chat = str(update.action.chat)
        elif update.kind is UpdateKind.COMMAND:
            if route.accepts_chat_argument and (argument := parse_chat_argument(update.words)):
                other_chat, remaining_words = argument
                update = replace(update, words=remaining_words)
        elif chat_id := await services.store.run(
            services.store.pending_questions.about_chat,
            services.bot_info.bot_id,
            update.chat,
            update.person,
        ):
            other_chat = str(chat_id)
    try:
        if other_chat:
            managed_chat = await find_managed_chat(services.bot, other_chat, update.person)
            return Authorization(update, route, managed_chat)
        return Authorization(await _authorize_in_chat(services, update, route), route)
    except Refusal as refusal:
        return Authorization(update, route, refusal=refusal)


async def _authorize_in_chat(services: Services, update: Update, route: Route) -> Update:
    """Return the request of somebody who may make it in this chat.

    In private chats everything is allowed. In groups changes are for administrators, and buttons
    that post are for members who may write. In channels both are for administrators who may post.

    An anonymous administrator has an id in a press but not in a message: the press is made
    anonymous too, because otherwise their typed answer would find no question.

    Raises:
        Refusal: they may not, or Telegram cannot be asked.
    """
    chat, chat_kind, person = update.chat, update.chat_kind, update.person
    is_channel = chat_kind is ChatKind.CHANNEL
    if chat_kind is ChatKind.PRIVATE or update.speaks_for_chat or (is_channel and not person):
        return update
    needs_write_access = route.requires_write_access and update.kind is UpdateKind.BUTTON
    if route.admin_only or (needs_write_access and is_channel and not route.opens_private_chat):
        chat_member = await get_member(services.bot, chat, person)
        if chat_member is None or chat_member.status not in ADMIN_STATUSES:
            raise Refusal("refusal-not-admin")
        if not may_write(chat_member, chat_kind):
            raise Refusal("refusal-not-poster")
        if getattr(chat_member, "is_anonymous", False) and not is_channel:
            return replace(update, person=0, speaks_for_chat=True)
    elif (
        needs_write_access
        and not is_channel
        and not await may_post_in_group(services.bot, chat, chat_kind, person)
    ):
        raise Refusal("refusal-not-writer")
    return update
