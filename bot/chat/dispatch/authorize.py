"""May this person do this, and in which chat? Asked of Telegram, outside every transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat.api.members import ADMIN_STATUSES, get_member, may_post_in_group, may_write
from bot.chat.api.updates import Update, UpdateKind
from bot.chat.dispatch.apply_update import route_of
from bot.chat.dispatch.managed_chats import ManagedChat, find_managed_chat, parse_chat_argument
from bot.chat.handler_table import Route
from bot.chat.services import Services
from bot.chat.user_limits import Cost
from bot.render.telegram.keyboard import ManagedChatAction
from bot.texts import Refusal
from storage.records import ChatKind

_CHARGED_KINDS = (
    UpdateKind.COMMAND,
    UpdateKind.TEXT,
    UpdateKind.FILE,
    UpdateKind.NON_TEXT,
    UpdateKind.FORWARDED_COMMAND,
    UpdateKind.BUTTON,
)


@dataclass(frozen=True, slots=True)
class Authorization:
    """A request with the other chat it is about, if any, and why it may not be done, if so."""

    request: Update
    managed_chat: ManagedChat | None = None
    refusal: Refusal | None = None


def costs_of(update: Update) -> tuple[Cost, ...]:
    """What a request counts as; news of a chat, and words for other bots, count as nothing."""
    if update.kind not in _CHARGED_KINDS:
        return ()
    route = route_of(update)
    if route is None and update.chat_kind is not ChatKind.PRIVATE:
        return ()
    if update.kind is UpdateKind.NON_TEXT:
        return (Cost.NON_TEXT,)
    first = Cost.BUTTON if update.kind is UpdateKind.BUTTON else Cost.COMMAND
    return (first, route.cost) if route and route.cost else (first,)


async def authorize(services: Services, update: Update) -> Authorization:
    """Finds out where somebody wants to act, and whether they may."""
    route = route_of(update)
    if route is None or (route.operator_only and update.chat != services.bot_info.operator_chat):
        return Authorization(update)
    name, update = await _other_chat_argument(services, update, route)
    try:
        if name:
            return Authorization(update, await find_managed_chat(services.bot, name, update.person))
        return Authorization(await _authorize_in_chat(services, update, route))
    except Refusal as refusal:
        return Authorization(update, refusal=refusal)


async def _other_chat_argument(
    services: Services, update: Update, route: Route
) -> tuple[str, Update]:
    """The other chat that a request in private names, and the request without that name."""
    if update.chat_kind is not ChatKind.PRIVATE:
        return "", update
    if update.kind is UpdateKind.BUTTON:
        action = update.action
        return (str(action.chat) if isinstance(action, ManagedChatAction) else ""), update
    if update.kind is not UpdateKind.COMMAND:
        bot, pending_questions = services.bot_info.bot_id, services.store.pending_questions
        chat_id = await services.store.run(
            pending_questions.about_chat, bot, update.chat, update.person
        )
        return (str(chat_id) if chat_id else ""), update
    chat_argument = parse_chat_argument(update.words) if route.accepts_chat_argument else None
    return (
        (chat_argument[0], replace(update, words=chat_argument[1]))
        if chat_argument
        else ("", update)
    )


async def _authorize_in_chat(services: Services, update: Update, route: Route) -> Update:
    """The request of somebody who may make it here.

    In private everybody is alone. In groups changes are for administrators, and what a press
    posts is for those who may write there themselves. In channels both are for administrators
    who may post.

    Who leads a group without a name is known by it when they press, and not when they write: what
    they press is theirs without a name too, or their written answers would find no question.

    Raises:
        Refusal: they may not, or Telegram does not say.
    """
    chat, kind, person = update.chat, update.chat_kind, update.person
    is_channel = kind is ChatKind.CHANNEL
    if kind is ChatKind.PRIVATE or update.speaks_for_chat or (is_channel and not person):
        return update
    needs_write_access = route.requires_write_access and update.kind is UpdateKind.BUTTON
    if route.admin_only or (needs_write_access and is_channel and not route.opens_private_chat):
        chat_member = await get_member(services.bot, chat, person)
        if chat_member is None or chat_member.status not in ADMIN_STATUSES:
            raise Refusal("refusal-not-admin")
        if not may_write(chat_member, kind):
            raise Refusal("refusal-not-poster")
        if getattr(chat_member, "is_anonymous", False) and not is_channel:
            return replace(update, person=0, speaks_for_chat=True)
    elif (
        needs_write_access
        and not is_channel
        and not await may_post_in_group(services.bot, chat, kind, person)
    ):
        raise Refusal("refusal-not-writer")
    return update
