"""The state of the emulated Telegram: users, chats, messages and events."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.updates import UpdateQueue


@dataclass(slots=True)
class User:
    """A person, or the bot itself."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = ""
    is_bot: bool = False

    def as_json(self) -> JsonObject:
        """Return the User object."""
        user_object: JsonObject = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
        }
        if self.username:
            user_object["username"] = self.username
        if self.language_code:
            user_object["language_code"] = self.language_code
        return user_object


@dataclass(slots=True)
class ForumTopic:
    """A topic of a forum."""

    id: int
    name: str
    is_closed: bool = False


@dataclass(slots=True)
class Chat:
    """A chat with its members, topics and messages."""

    id: int
    kind: str
    title: str = ""
    username: str = ""
    is_forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    # A member's rights that differ from those of their status.
    special_rights: dict[int, dict[str, bool]] = field(default_factory=dict)
    # Denied to all ordinary members, such as can_send_messages.
    forbidden_permissions: set[str] = field(default_factory=set)
    topics: dict[int, ForumTopic] = field(default_factory=dict)
    messages: dict[int, JsonObject] = field(default_factory=dict)
    bot_message_ids: set[int] = field(default_factory=set)
    last_message_id: int = 0
    migrated_to: int | None = None
    is_deleted: bool = False

    @property
    def is_private(self) -> bool:
        """Whether this is the private chat of the bot with a person."""
        return self.kind == "private"

    def as_json(self) -> JsonObject:
        """Return the Chat object."""
        title_field = "first_name" if self.is_private else "title"
        chat_object: JsonObject = {"id": self.id, "type": self.kind, title_field: self.title}
        if self.username:
            chat_object["username"] = self.username
        if self.is_forum:
            chat_object["is_forum"] = True
        return chat_object


@dataclass(frozen=True, slots=True)
class Event:
    """A change that a person looking at a chat would notice."""

    number: int
    kind: str
    chat_id: int
    detail: Json


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The bot's answer to a press: a toast, an alert or a link to open."""

    text: str = ""
    is_alert: bool = False
    url: str = ""


@dataclass(slots=True)
class ButtonPress:
    """A press of a button that waits for the bot's answer."""

    id: str
    pressed_at: datetime
    answer: asyncio.Future[CallbackAnswer]


@dataclass(slots=True)
class StoredFile:
    """A file that the bot sent."""

    id: str
    name: str
    media_type: str
    content: bytes


class TelegramState:
    """The whole state of one emulated Telegram with one bot."""

    def __init__(self, bot: User, now: Callable[[], datetime]) -> None:
        self.bot = bot
        self.now = now
        self.updates = UpdateQueue(now)
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.button_presses: dict[str, ButtonPress] = {}
        self.files: dict[str, StoredFile] = {}
        self.command_menus: dict[tuple[str, str], list[JsonObject]] = {}
        self.profile_fields: dict[tuple[str, str], str] = {}
        self.events: deque[Event] = deque(maxlen=10_000)
        self.counters: dict[str, int] = {}
        self._waiters: set[asyncio.Future[None]] = set()

    def next_number(self, subject: str) -> int:
        """Increment the counter of a subject, and return it."""
        self.counters[subject] = self.counters.get(subject, 0) + 1
        return self.counters[subject]

    @property
    def last_event_number(self) -> int:
        """The number of the newest event."""
        return self.counters.get("event", 0)

    def record_event(self, kind: str, chat_id: int, detail: Json) -> None:
        """Record an event and wake everybody who waits for one."""
        self.events.append(Event(self.next_number("event"), kind, chat_id, detail))
        self.wake_waiters()

    def wake_waiters(self) -> None:
        """Wake everybody who waits for an event."""
        waiters, self._waiters = self._waiters, set()
        for future in waiters:
            if not future.done():
                future.set_result(None)

    async def wait_for_event(self) -> None:
        """Wait until something happens."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(future)
        try:
            await future
        finally:
            self._waiters.discard(future)

    def post_message(self, chat: Chat, sender: User | None, content: JsonObject) -> JsonObject:
        """Add a message to a chat, and return the Message object."""
        chat.last_message_id += 1
        message: JsonObject = {
            "message_id": chat.last_message_id,
            "date": int(self.now().timestamp()),
            "chat": chat.as_json(),
        }
        if sender is not None:
            message["from"] = sender.as_json()
        if chat.kind == "channel":
            message.pop("from", None)
            message["sender_chat"] = chat.as_json()
        message.update(content)
        chat.messages[chat.last_message_id] = message
        if sender is self.bot:
            chat.bot_message_ids.add(chat.last_message_id)
        self.record_event("message", chat.id, message)
        return message

    def edit_message(self, chat: Chat, message_id: int, content: JsonObject) -> JsonObject:
        """Replace the content of a message, and return the new Message object."""
        old_message = chat.messages[message_id]
        unchanged_fields = {
            key: old_message[key] for key in old_message if key not in _CONTENT_FIELDS
        }
        message: JsonObject = {
            **unchanged_fields,
            **content,
            "edit_date": int(self.now().timestamp()),
        }
        chat.messages[message_id] = message
        self.record_event("edit", chat.id, message)
        return message


_CONTENT_FIELDS = {
    "text",
    "entities",
    "rich_message",
    "reply_markup",
    "link_preview_options",
    "caption",
}


def message_id_of(message: JsonObject) -> int:
    """Return the id of a Message object."""
    message_id = message["message_id"]
    assert isinstance(message_id, int)
    return message_id
