"""May this person do this, and in which chat? Asked of Telegram, outside every transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat.api.members import LEADERS, may_have_posted, may_write, member
from bot.chat.api.updates import Asked, What
from bot.chat.dispatch.apply_update import entrance_of
from bot.chat.dispatch.managed_chats import There, managed, named
from bot.chat.handler_table import Entrance
from bot.chat.services import Counter
from bot.chat.user_limits import Cost
from bot.render.telegram.keyboard import Elsewhere
from bot.texts import Refusal
from storage.records import ChatKind

_ASKING = (What.COMMAND, What.WORDS, What.FILE, What.WORDLESS, What.PASSED_ON, What.BUTTON)


@dataclass(frozen=True, slots=True)
class Standing:
    """A request with the other chat it is about, if any, and why it may not be done, if so."""

    request: Asked
    there: There | None = None
    refusal: Refusal | None = None


def costs_of(request: Asked) -> tuple[Cost, ...]:
    """What a request counts as; news of a chat, and words for other bots, count as nothing."""
    if request.what not in _ASKING:
        return ()
    entrance = entrance_of(request)
    if entrance is None and request.kind is not ChatKind.PRIVATE:
        return ()
    if request.what is What.WORDLESS:
        return (Cost.WORDLESS,)
    first = Cost.BUTTON if request.what is What.BUTTON else Cost.COMMAND
    return (first, entrance.cost) if entrance and entrance.cost else (first,)


async def standing(counter: Counter, request: Asked) -> Standing:
    """Finds out where somebody wants to act, and whether they may."""
    entrance = entrance_of(request)
    if entrance is None or (entrance.operator and request.chat != counter.house.operator):
        return Standing(request)
    name, request = await _named(counter, request, entrance)
    try:
        if name:
            return Standing(request, await managed(counter.bot, name, request.person))
        return Standing(await _led(counter, request, entrance))
    except Refusal as refusal:
        return Standing(request, refusal=refusal)


async def _named(counter: Counter, request: Asked, entrance: Entrance) -> tuple[str, Asked]:
    """The other chat that a request in private names, and the request without that name."""
    if request.kind is not ChatKind.PRIVATE:
        return "", request
    if request.what is What.BUTTON:
        pressed = request.action
        return (str(pressed.chat) if isinstance(pressed, Elsewhere) else ""), request
    if request.what is not What.COMMAND:
        bot, asks = counter.house.bot, counter.store.asks
        about = await counter.store.run(asks.about, bot, request.chat, request.person)
        return (str(about) if about else ""), request
    found = named(request.words) if entrance.acts_elsewhere else None
    return (found[0], replace(request, words=found[1])) if found else ("", request)


async def _led(counter: Counter, request: Asked, entrance: Entrance) -> Asked:
    """The request of somebody who may make it here.

    In private everybody is alone. In groups changes are for administrators, and what a press
    posts is for those who may write there themselves. In channels both are for administrators
    who may post.

    Who leads a group without a name is known by it when they press, and not when they write: what
    they press is theirs without a name too, or their written answers would find no question.

    Raises:
        Refusal: they may not, or Telegram does not say.
    """
    chat, kind, person = request.chat, request.kind, request.person
    is_channel = kind is ChatKind.CHANNEL
    if kind is ChatKind.PRIVATE or request.speaks_for_chat or (is_channel and not person):
        return request
    posts = entrance.posts and request.what is What.BUTTON
    if entrance.changes or (posts and is_channel and not entrance.opens):
        who = await member(counter.bot, chat, person)
        if who is None or who.status not in LEADERS:
            raise Refusal("refusal-not-admin")
        if not may_write(who, kind):
            raise Refusal("refusal-not-poster")
        if getattr(who, "is_anonymous", False) and not is_channel:
            return replace(request, person=0, speaks_for_chat=True)
    elif posts and not is_channel and not await may_have_posted(counter.bot, chat, kind, person):
        raise Refusal("refusal-not-writer")
    return request
