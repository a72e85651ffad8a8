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
class PageSession:
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

    async def send_message(self, payload: JsonObject) -> Json:
        """Send a text to the open chat."""
        typed_text = str(payload["text"]).strip()[:_MAX_MESSAGE_LENGTH]
        if not typed_text:
            raise ValueError("nothing to say")
        if self.group and self.chat.kind == "channel":
            if self.group.owner.id != self.person.id:
                raise ValueError("only the owner posts here")
            return {"message": self.group.post_message(typed_text)}
        return {"message": self.person.send_text(typed_text, self.group)}

    async def press_button(self, payload: JsonObject) -> Json:
        """Press a button, and return the bot's answer."""
        message_id = payload["message"]
        assert isinstance(message_id, int)
        answer = await self.person.press_button(
            data=str(payload["data"]), in_message=message_id, group=self.group
        )
        return {"text": answer.text, "alert": answer.is_alert, "url": answer.url}

    async def open_deep_link(self, payload: JsonObject) -> Json:
        """Open a deep link of the bot in the open chat."""
        link_payload = str(payload["payload"])[:_MAX_PAYLOAD_LENGTH]
        return {"message": self.person.open_deep_link(link_payload, self.group)}

    async def add_bot(self, payload: JsonObject) -> Json:
        """Add the bot to a group or channel that the person owns, as a startgroup link does."""
        if self.group is None or self.group.owner.id != self.person.id:
            raise ValueError("only the owner adds the bot")
        if self.chat.members.get(self.view.state.bot.id) not in {"member", "administrator"}:
            self.group.add_bot(is_administrator=self.chat.kind == "channel")
        if "payload" in payload and self.chat.kind != "channel":
            await self.open_deep_link(payload)
        return {}

    async def remove_bot(self, payload: JsonObject) -> Json:
        """Remove the bot from a group or channel that the person owns."""
        if self.group is None or self.group.owner.id != self.person.id:
            raise ValueError("only the owner removes the bot")
        self.group.remove_bot()
        return {}

    async def mark_read(self, payload: JsonObject) -> Json:
        """Mark the open chat as read."""
        self.view.mark_read(self.person, self.chat)
        return {}

    async def set_blocked(self, payload: JsonObject) -> Json:
        """Block or unblock the bot."""
        if payload["blocked"]:
            self.person.block_bot()
        else:
            self.person.unblock_bot()
        return {}

    async def move_clock(self, payload: JsonObject) -> Json:
        """Move the clock forward by some minutes, and return the new time."""
        minutes = payload["minutes"]
        assert isinstance(minutes, int)
        assert self.advance_clock is not None
        await self.advance_clock(timedelta(minutes=minutes))
        return {"now": self.view.state.now().isoformat()}

    async def move_clock_to_next_digest(self, payload: JsonObject) -> Json:
        """Move the clock to the next digest of the open chat; return whether it came."""
        assert self.skip_to_next_digest is not None
        has_digest_come = await self.skip_to_next_digest(self.chat.id)
        return {"came": has_digest_come, "now": self.view.state.now().isoformat()}


PAGE_ACTIONS: Mapping[str, Callable[[PageSession, JsonObject], Awaitable[Json]]] = {
    "say": PageSession.send_message,
    "press": PageSession.press_button,
    "open": PageSession.open_deep_link,
    "add": PageSession.add_bot,
    "remove": PageSession.remove_bot,
    "read": PageSession.mark_read,
    "block": PageSession.set_blocked,
    "advance": PageSession.move_clock,
    "next": PageSession.move_clock_to_next_digest,
}
