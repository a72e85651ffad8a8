"""One person of the emulated Telegram: what they do, what they read, what they wait for."""

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.telegram_state import CallbackAnswer, Chat, Press, User, World
from bot.demo.formatting.autolinks import with_detected
from bot.demo.formatting.message_entities import Formatted
from bot.demo.people.places import Place, set_bot_status
from bot.demo.people.visible_messages import Button, Visible, transcript, visible

PATIENCE = 10.0
Predicate = Callable[[tuple[Visible, ...]], bool]


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press that was made; await it for the bot's answer."""

    answer: asyncio.Future[CallbackAnswer]
    label: str
    story: Callable[[], str]

    def __await__(self) -> Generator[None, None, CallbackAnswer]:
        return self._wait().__await__()

    async def _wait(self) -> CallbackAnswer:
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(self.answer)
        except TimeoutError:
            message = f"the bot never answered the press of {self.label!r}\n{self.story()}"
            raise AssertionError(message) from None


class Person:
    """A user of the emulated Telegram with a private chat with the bot."""

    def __init__(self, world: World, user: User, chat: Chat) -> None:
        self.world = world
        self.user = user
        self.chat = chat

    @property
    def id(self) -> int:
        """The user id, which is the id of the private chat too."""
        return self.user.id

    def say(
        self, text: str, place: Place | None = None, *, thread: int = 0, reply_to: int = 0
    ) -> int:
        """Write a message, in the private chat if no place is named; give its number."""
        return self._send(self._chat(place), _typed(text), thread, reply_to)

    def shows(self, content: JsonObject, place: Place | None = None) -> int:
        """Send what has no text, as Telegram has it: a sticker, a photo; give its number."""
        return self._send(self._chat(place), dict(content))

    def _send(self, chat: Chat, content: JsonObject, thread: int = 0, reply_to: int = 0) -> int:
        if chat.is_private and chat.members.get(self.world.bot.id) is None:
            chat.members[self.world.bot.id] = "member"
        if thread:
            content |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to:
            content["reply_to_message"] = _without_reply(chat.messages[reply_to])
        message = self.world.post(chat, self.user, content)
        if self._is_heard(chat, message, reply_to):
            self.world.updates.push("message", message)
        return _number(message)

    def edits(self, number: int, text: str, place: Place | None = None) -> None:
        """Change a message written before."""
        chat = self._chat(place)
        message = self.world.change(chat, number, _typed(text))
        if self._is_heard(chat, message, 0):
            self.world.updates.push("edited_message", message)

    def opens(self, payload: str, place: Place | None = None) -> int:
        """Follow a deep link of the bot, which says ``/start`` with the payload."""
        if place is None:
            return self.say(f"/start {payload}".strip())
        return self.say(f"/start@{self.world.bot.username} {payload}".strip(), place)

    def press(
        self,
        button: str | tuple[int, int] = "",
        *,
        data: str = "",
        message: int = 0,
        place: Place | None = None,
    ) -> Pressed:
        """Press a button by label, by (row, column) or by data: of one message, or the newest
        message that has it; await the result for what the bot answered."""
        chat = self._chat(place)
        number, found = self._find(chat, button, data, message)
        return self._press(chat, number, found)

    def presses_forged(self, data: str, message: int, place: Place | None = None) -> Pressed:
        """Send callback data that no button carries, as a hostile client can."""
        return self._press(self._chat(place), message, Button("forged", "callback_data", data))

    def follows(self, label: str, place: Place | None = None) -> str:
        """Follow the newest link with a label; a deep link of the bot is opened. Give the URL."""
        for message in reversed(self.reads(place)):
            for text, url in message.links:
                if label in text:
                    self._open(url)
                    return url
        raise AssertionError(f"no link {label!r}\n{self.story(place)}")

    def blocks(self) -> None:
        """Block the bot."""
        set_bot_status(self.world, self.chat, self.user, "kicked")

    def unblocks(self) -> None:
        """Let the bot write again."""
        set_bot_status(self.world, self.chat, self.user, "member")

    def leaves_telegram(self) -> None:
        """Delete the account."""
        self.chat.is_deleted = True

    def reads(self, place: Place | None = None) -> tuple[Visible, ...]:
        """Give the messages of a chat, oldest first."""
        chat = self._chat(place)
        return tuple(visible(m, is_from_bot=n in chat.own) for n, m in chat.messages.items())

    def story(self, place: Place | None = None) -> str:
        """Give the chat as a transcript."""
        return transcript(self.reads(place))

    async def ask(self, text: str, place: Place | None = None) -> Visible:
        """Say something and give the bot's next message."""
        number = self.say(text, place)
        return await self.hears(place, after=number)

    async def hears(
        self, place: Place | None = None, *, after: int = -1, containing: str = ""
    ) -> Visible:
        """Give the bot's first message after a number (default: the person's own last message)."""
        if after < 0:
            after = max((m.id for m in self.reads(place) if not m.is_from_bot), default=0)

        def heard() -> list[Visible]:
            return [
                message
                for message in self.reads(place)
                if message.is_from_bot and message.id > after and containing in message.text
            ]

        await self.until(lambda _: bool(heard()), place)
        return heard()[0]

    async def until(
        self, predicate: Predicate, place: Place | None = None, *, patience: float = PATIENCE
    ) -> tuple[Visible, ...]:
        """Wait until the chat is as described and give it; fail with its transcript otherwise."""
        try:
            async with asyncio.timeout(patience):
                while not predicate(self.reads(place)):
                    await self.world.event()
        except TimeoutError:
            raise AssertionError(f"never came about; the chat is:\n{self.story(place)}") from None
        return self.reads(place)

    def _chat(self, place: Place | None) -> Chat:
        return self.chat if place is None else place.chat

    def _is_heard(self, chat: Chat, message: JsonObject, reply_to: int) -> bool:
        """Privacy mode: in a group a bot hears commands, mentions and replies to it."""
        bot = self.world.bot
        status = chat.members.get(bot.id)
        if chat.is_private or status == "administrator":
            return status != "kicked"
        if status not in {"member", "restricted"}:
            return False
        text = str(message["text"])
        command, _, addressee = text.split(maxsplit=1)[0].partition("@")
        if command.startswith("/"):
            return addressee.lower() in {"", bot.username.lower()}
        return f"@{bot.username.lower()}" in text.lower() or reply_to in chat.own

    def _find(
        self, chat: Chat, button: str | tuple[int, int], data: str, message: int
    ) -> tuple[int, Button]:
        shown = [visible(m, is_from_bot=n in chat.own) for n, m in chat.messages.items()]
        for candidate in reversed(shown):
            if message and candidate.id != message:
                continue
            for y, row in enumerate(candidate.rows):
                for x, found in enumerate(row):
                    if (y, x) == button or (data and found.data == data) or found.label == button:
                        return candidate.id, found
        raise AssertionError(f"no button {button or data!r}\n{transcript(tuple(shown))}")

    def _press(self, chat: Chat, number: int, button: Button) -> Pressed:
        answer: asyncio.Future[CallbackAnswer] = asyncio.get_running_loop().create_future()

        def story() -> str:
            return transcript(
                tuple(visible(m, is_from_bot=n in chat.own) for n, m in chat.messages.items())
            )

        pressed = Pressed(answer, button.label, story)
        if button.action != "callback_data":
            url = str(button.detail) if button.action == "url" else ""
            self._open(url)
            answer.set_result(CallbackAnswer(url=url))
            return pressed
        press = Press(str(4_000_000_000 + self.world.number("press")), self.world.now(), answer)
        self.world.presses[press.id] = press
        self.world.updates.push("callback_query", self._query(press, chat, number, button.data))
        return pressed

    def _query(self, press: Press, chat: Chat, number: int, data: str) -> JsonObject:
        gone: JsonObject = {"chat": chat.as_json(), "message_id": number, "date": 0}
        return {
            "id": press.id,
            "from": self.user.as_json(),
            "message": chat.messages.get(number, gone),
            "chat_instance": str(chat.id),
            "data": data,
        }

    def _open(self, url: str) -> None:
        """Open a link as a client does: a deep link of the bot becomes its /start."""
        parts = urlsplit(url)
        if parts.hostname != "t.me" or parts.path.strip("/") != self.world.bot.username:
            return
        self.opens(parse_qs(parts.query).get("start", [""])[0])


def _typed(text: str) -> JsonObject:
    content: JsonObject = {"text": text}
    entities: list[Json] = [entity.as_json() for entity in with_detected(Formatted(text)).entities]
    if entities:
        content["entities"] = entities
    return content


def _without_reply(message: JsonObject) -> JsonObject:
    return {name: value for name, value in message.items() if name != "reply_to_message"}


def _number(message: JsonObject) -> int:
    number = message["message_id"]
    assert isinstance(number, int)
    return number
