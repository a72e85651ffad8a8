"""A person of the emulated Telegram: what they do, see and wait for."""

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.telegram_state import (
    ButtonPress,
    CallbackAnswer,
    Chat,
    TelegramState,
    User,
    message_id_of,
)
from bot.demo.formatting.autolinks import add_detected_entities
from bot.demo.formatting.message_entities import FormattedText
from bot.demo.people.groups_and_channels import GroupOrChannel, set_bot_status
from bot.demo.people.visible_messages import Button, VisibleMessage, transcript, visible_messages

DEFAULT_TIMEOUT = 10.0
ChatPredicate = Callable[[tuple[VisibleMessage, ...]], bool]


@dataclass(frozen=True, slots=True)
class PendingPress:
    """A pressed button; await it for the bot's answer."""

    answer: asyncio.Future[CallbackAnswer]
    label: str
    chat: Chat

    def __await__(self) -> Generator[None, None, CallbackAnswer]:
        return self._wait_for_answer().__await__()

    async def _wait_for_answer(self) -> CallbackAnswer:
        try:
            async with asyncio.timeout(DEFAULT_TIMEOUT):
                return await asyncio.shield(self.answer)
        except TimeoutError:
            chat_text = transcript(visible_messages(self.chat))
            raise AssertionError(
                f"the bot never answered the press of {self.label!r}\n{chat_text}"
            ) from None


class Person:
    """A user of the emulated Telegram, with a private chat with the bot."""

    def __init__(self, state: TelegramState, user: User, chat: Chat) -> None:
        self.state = state
        self.user = user
        self.chat = chat

    @property
    def id(self) -> int:
        """The user id, which is also the id of the private chat."""
        return self.user.id

    def send_text(
        self,
        text: str,
        group: GroupOrChannel | None = None,
        *,
        thread_id: int = 0,
        reply_to_id: int = 0,
    ) -> int:
        """Send a text, in the private chat by default; return the message id."""
        return self._send_message(self._chat_of(group), _text_content(text), thread_id, reply_to_id)

    def send_content(self, content: JsonObject, group: GroupOrChannel | None = None) -> int:
        """Send a message without text, such as a sticker; return the message id."""
        return self._send_message(self._chat_of(group), dict(content))

    def _send_message(
        self, chat: Chat, content: JsonObject, thread_id: int = 0, reply_to_id: int = 0
    ) -> int:
        if chat.is_private and chat.members.get(self.state.bot.id) is None:
            chat.members[self.state.bot.id] = "member"
        if thread_id:
            content |= {"message_thread_id": thread_id, "is_topic_message": True}
        if reply_to_id:
            content["reply_to_message"] = {
                name: value
                for name, value in chat.messages[reply_to_id].items()
                if name != "reply_to_message"
            }
        message = self.state.post_message(chat, self.user, content)
        if self._is_delivered_to_bot(chat, message, reply_to_id):
            self.state.updates.push("message", message)
        return message_id_of(message)

    def edit_message(self, message_id: int, text: str, group: GroupOrChannel | None = None) -> None:
        """Edit an earlier message."""
        chat = self._chat_of(group)
        message = self.state.edit_message(chat, message_id, _text_content(text))
        if self._is_delivered_to_bot(chat, message, 0):
            self.state.updates.push("edited_message", message)

    def open_deep_link(self, payload: str, group: GroupOrChannel | None = None) -> int:
        """Open a deep link of the bot, which sends ``/start`` with the payload."""
        if group is None:
            return self.send_text(f"/start {payload}".strip())
        return self.send_text(f"/start@{self.state.bot.username} {payload}".strip(), group)

    def press_button(
        self,
        button: str | tuple[int, int] = "",
        *,
        data: str = "",
        in_message: int = 0,
        group: GroupOrChannel | None = None,
    ) -> PendingPress:
        """Press a button by label, (row, column) or data; await the result for the bot's answer.

        The button is that of the given message, or else of the newest message that has it.
        """
        chat = self._chat_of(group)
        messages = visible_messages(chat)
        for message in reversed(messages):
            if in_message and message.id != in_message:
                continue
            for y, row in enumerate(message.button_rows):
                for x, shown_button in enumerate(row):
                    if (
                        (y, x) == button
                        or (data and shown_button.data == data)
                        or shown_button.label == button
                    ):
                        return self._press_button(chat, message.id, shown_button)
        raise AssertionError(f"no button {button or data!r}\n{transcript(messages)}")

    def press_forged(
        self, data: str, message_id: int, group: GroupOrChannel | None = None
    ) -> PendingPress:
        """Send callback data that no button carries, as a hostile client can."""
        return self._press_button(
            self._chat_of(group), message_id, Button("forged", "callback_data", data)
        )

    def follow_link(self, label: str, group: GroupOrChannel | None = None) -> str:
        """Open the newest link with a label, and return its URL."""
        for message in reversed(self.messages(group)):
            for link_text, url in message.links:
                if label in link_text:
                    self._open_link(url)
                    return url
        raise AssertionError(f"no link {label!r}\n{self.chat_transcript(group)}")

    def block_bot(self) -> None:
        """Block the bot."""
        set_bot_status(self.state, self.chat, self.user, "kicked")

    def unblock_bot(self) -> None:
        """Unblock the bot."""
        set_bot_status(self.state, self.chat, self.user, "member")

    def delete_account(self) -> None:
        """Delete the account."""
        self.chat.is_deleted = True

    def messages(self, group: GroupOrChannel | None = None) -> tuple[VisibleMessage, ...]:
        """Return the messages of a chat, oldest first."""
        return visible_messages(self._chat_of(group))

    def chat_transcript(self, group: GroupOrChannel | None = None) -> str:
        """Return the chat as a transcript."""
        return transcript(self.messages(group))

    async def ask(self, text: str, group: GroupOrChannel | None = None) -> VisibleMessage:
        """Send a text, and return the bot's next message."""
        message_id = self.send_text(text, group)
        return await self.wait_for_reply(group, after_id=message_id)

    async def wait_for_reply(
        self, group: GroupOrChannel | None = None, *, after_id: int = -1, containing: str = ""
    ) -> VisibleMessage:
        """Wait for the bot's first message after an id, and return it.

        By default this is the id of the person's own last message.
        """
        if after_id < 0:
            after_id = max((m.id for m in self.messages(group) if not m.is_from_bot), default=0)

        def bot_replies() -> list[VisibleMessage]:
            return [
                message
                for message in self.messages(group)
                if message.is_from_bot and message.id > after_id and containing in message.text
            ]

        await self.wait_until(lambda _: bool(bot_replies()), group)
        return bot_replies()[0]

    async def wait_until(
        self,
        predicate: ChatPredicate,
        group: GroupOrChannel | None = None,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT,
    ) -> tuple[VisibleMessage, ...]:
        """Wait until ``predicate`` holds for the chat, and return its messages."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while not predicate(self.messages(group)):
                    await self.state.wait_for_event()
        except TimeoutError:
            raise AssertionError(
                f"never came about; the chat is:\n{self.chat_transcript(group)}"
            ) from None
        return self.messages(group)

    def _chat_of(self, group: GroupOrChannel | None) -> Chat:
        return self.chat if group is None else group.chat

    def _is_delivered_to_bot(self, chat: Chat, message: JsonObject, reply_to_id: int) -> bool:
        """Return whether the bot receives a message under privacy mode.

        In a group it receives commands, mentions and replies to itself.
        """
        bot = self.state.bot
        status = chat.members.get(bot.id)
        if chat.is_private or status == "administrator":
            return status != "kicked"
        if status not in {"member", "restricted"}:
            return False
        message_text = str(message.get("text") or message.get("caption") or "")
        command, _, addressee = "".join(message_text.split(maxsplit=1)[:1]).partition("@")
        if command.startswith("/"):
            return addressee.lower() in {"", bot.username.lower()}
        return (
            f"@{bot.username.lower()}" in message_text.lower()
            or reply_to_id in chat.bot_message_ids
        )

    def _press_button(self, chat: Chat, message_id: int, button: Button) -> PendingPress:
        answer: asyncio.Future[CallbackAnswer] = asyncio.get_running_loop().create_future()
        pending_press = PendingPress(answer, button.label, chat)
        if button.action != "callback_data":
            url = str(button.detail) if button.action == "url" else ""
            self._open_link(url)
            answer.set_result(CallbackAnswer(url=url))
            return pending_press
        press = ButtonPress(
            str(4_000_000_000 + self.state.next_number("press")), self.state.now(), answer
        )
        self.state.button_presses[press.id] = press
        inaccessible_message: JsonObject = {
            "chat": chat.as_json(),
            "message_id": message_id,
            "date": 0,
        }
        callback_query: JsonObject = {
            "id": press.id,
            "from": self.user.as_json(),
            "message": chat.messages.get(message_id, inaccessible_message),
            "chat_instance": str(chat.id),
            "data": button.data,
        }
        self.state.updates.push("callback_query", callback_query)
        return pending_press

    def _open_link(self, url: str) -> None:
        """Open a link as a client does: a deep link of the bot sends /start."""
        url_parts = urlsplit(url)
        if url_parts.hostname != "t.me" or url_parts.path.strip("/") != self.state.bot.username:
            return
        self.open_deep_link(parse_qs(url_parts.query).get("start", [""])[0])


def _text_content(text: str) -> JsonObject:
    message_content: JsonObject = {"text": text}
    entities: list[Json] = [
        entity.as_json() for entity in add_detected_entities(FormattedText(text)).entities
    ]
    if entities:
        message_content["entities"] = entities
    return message_content
