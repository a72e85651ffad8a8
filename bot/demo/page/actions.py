"""The actions of the person at the page: write, press, open, read, move the clock."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.telegram_state import Chat
from bot.demo.page.view import PageView
from bot.demo.people.people import GroupOrChannel, Person

AdvanceClock = Callable[[timedelta], Awaitable[None]]
SkipToNextDigest = Callable[[int], Awaitable[bool]]

_MAX_MESSAGE_LENGTH = 4096
_MAX_PAYLOAD_LENGTH = 64  # of a deep link


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The acting person, the open chat, and the controls of the clock."""

    view: PageView
    person: Person
    group: GroupOrChannel | None
    advance_clock: AdvanceClock | None
    skip_to_next_digest: SkipToNextDigest | None

    @property
    def chat(self) -> Chat:
        """The open chat."""
        return self.person.chat if self.group is None else self.group.chat


PageAction = Callable[[ActionContext, JsonObject], Awaitable[Json]]


async def _send_message(context: ActionContext, payload: JsonObject) -> Json:
    text = str(payload["text"]).strip()[:_MAX_MESSAGE_LENGTH]
    if not text:
        raise ValueError("nothing to say")
    if context.group and context.chat.kind == "channel":
        if context.group.owner.id != context.person.id:
            raise ValueError("only the owner posts here")
        return {"message": context.group.post_message(text)}
    return {"message": context.person.send_text(text, context.group)}


async def _press_button(context: ActionContext, payload: JsonObject) -> Json:
    message_id = payload["message"]
    assert isinstance(message_id, int)
    answer = await context.person.press_button(
        data=str(payload["data"]), in_message=message_id, group=context.group
    )
    return {"text": answer.text, "alert": answer.is_alert, "url": answer.url}


async def _open_deep_link(context: ActionContext, payload: JsonObject) -> Json:
    return {
        "message": context.person.open_deep_link(
            str(payload["payload"])[:_MAX_PAYLOAD_LENGTH], context.group
        )
    }


async def _add_bot(context: ActionContext, payload: JsonObject) -> Json:
    """Add the bot to a group or channel that the person owns, as a startgroup link does."""
    if context.group is None or context.group.owner.id != context.person.id:
        raise ValueError("only the owner adds the bot")
    if context.chat.members.get(context.view.state.bot.id) not in {"member", "administrator"}:
        context.group.add_bot(is_administrator=context.chat.kind == "channel")
    if "payload" in payload and context.chat.kind != "channel":
        context.person.open_deep_link(str(payload["payload"])[:_MAX_PAYLOAD_LENGTH], context.group)
    return {}


async def _remove_bot(context: ActionContext, payload: JsonObject) -> Json:
    if context.group is None or context.group.owner.id != context.person.id:
        raise ValueError("only the owner removes the bot")
    context.group.remove_bot()
    return {}


async def _mark_read(context: ActionContext, payload: JsonObject) -> Json:
    context.view.mark_read(context.person, context.chat)
    return {}


async def _set_blocked(context: ActionContext, payload: JsonObject) -> Json:
    if payload["blocked"]:
        context.person.block_bot()
    else:
        context.person.unblock_bot()
    return {}


async def _advance_clock(context: ActionContext, payload: JsonObject) -> Json:
    minutes = payload["minutes"]
    assert isinstance(minutes, int)
    assert context.advance_clock is not None
    await context.advance_clock(timedelta(minutes=minutes))
    return {"now": context.view.state.now().isoformat()}


async def _skip_to_next_digest(context: ActionContext, payload: JsonObject) -> Json:
    assert context.skip_to_next_digest is not None
    has_digest_come = await context.skip_to_next_digest(context.chat.id)
    return {"came": has_digest_come, "now": context.view.state.now().isoformat()}


PAGE_ACTIONS: Mapping[str, PageAction] = {
    "say": _send_message,
    "press": _press_button,
    "open": _open_deep_link,
    "add": _add_bot,
    "remove": _remove_bot,
    "read": _mark_read,
    "block": _set_blocked,
    "advance": _advance_clock,
    "next": _skip_to_next_digest,
}
