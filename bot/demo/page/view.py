"""What the people of the emulated Telegram see: chats, unread messages and command menus."""

from dataclasses import dataclass, field

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.telegram_state import Chat, TelegramState, User
from bot.demo.methods.lookup import PRESENT_STATUSES
from bot.demo.people.people import People, Person
from bot.demo.people.visible_messages import visible_message

_ADMINISTRATOR_STATUSES = {"creator", "administrator"}


def visible_commands(state: TelegramState, chat: Chat, user: User) -> list[JsonObject]:
    """Return the command menu that a person sees in a chat.

    It is the one of the narrowest scope that has any, in their own language first.
    """
    for scope in _command_scopes(chat, user):
        for language in (user.language_code[:2], ""):
            menu = state.command_menus.get((scope, language))
            if menu:
                return menu
    return []


def _command_scopes(chat: Chat, user: User) -> list[str]:
    """Return the scopes that Telegram tries, in its order."""
    if chat.is_private:
        return [f"chat:{chat.id}:", "all_private_chats", "default"]
    is_administrator = chat.members.get(user.id) in _ADMINISTRATOR_STATUSES
    candidates = [
        (True, f"chat_member:{chat.id}:{user.id}"),
        (is_administrator, f"chat_administrators:{chat.id}:"),
        (True, f"chat:{chat.id}:"),
        (is_administrator, "all_chat_administrators"),
        (True, "all_group_chats"),
        (True, "default"),
    ]
    return [scope for applies, scope in candidates if applies]


_PREVIEW_LENGTH = 90  # characters of a chat's last message
_WRITER_STATUSES = {"creator", "administrator"}


@dataclass(slots=True)
class PageView:
    """The emulated Telegram as its people see it, and how far each has read."""

    state: TelegramState
    people: People
    read_positions: dict[tuple[int, int], int] = field(default_factory=dict)

    def conversation_context(self, person: Person, chat: Chat) -> JsonObject:
        """Return what surrounds a conversation."""
        language = person.user.language_code[:2]
        profile = self.state.profile_fields
        return {
            "people": [self._person_object(entry) for entry in self.people.persons.values()],
            "person": person.user.as_json(),
            "bot": self.state.bot.as_json(),
            "about": profile.get(("description", language)) or profile.get(("description", ""), ""),
            "chat": self._chat_object(person, chat),
            "chats": [self._chat_object(person, entry) for entry in self.visible_chats(person)],
            "commands": [*visible_commands(self.state, chat, person.user)],
        }

    def visible_chats(self, person: Person) -> list[Chat]:
        """Return the chats that a person takes part in, the private one first."""
        chats = [
            chat
            for chat in self.state.chats.values()
            if (person.id == chat.id or chat.members.get(person.id) in PRESENT_STATUSES)
            and chat.migrated_to is None
        ]
        return sorted(chats, key=lambda chat: chat.id != person.id)

    def mark_read(self, person: Person, chat: Chat) -> None:
        """Mark everything in a chat as read by a person."""
        self.read_positions[person.id, chat.id] = chat.last_message_id

    def _unread_count(self, person: Person, chat: Chat) -> int:
        read_position = self.read_positions.get((person.id, chat.id), 0)
        return sum(
            message_id > read_position and _sender(message).get("id") != person.id
            for message_id, message in chat.messages.items()
        )

    def _person_object(self, person: Person) -> JsonObject:
        unread = sum(self._unread_count(person, chat) for chat in self.visible_chats(person))
        return {**person.user.as_json(), "unread": unread}

    def _chat_object(self, person: Person, chat: Chat) -> JsonObject:
        last_message = next(reversed(chat.messages.values()), None)
        bot_status = chat.members.get(self.state.bot.id, "left")
        own_status = chat.members.get(person.id)
        return {
            **chat.as_json(),
            "unread": self._unread_count(person, chat),
            "last": self._message_preview(chat, last_message) if last_message else None,
            "members": sum(
                member_status in PRESENT_STATUSES for member_status in chat.members.values()
            ),
            "bot": bot_status,
            "leads": own_status in _WRITER_STATUSES,
            "canWrite": chat.kind != "channel" or own_status in _WRITER_STATUSES,
        }

    def _message_preview(self, chat: Chat, message: JsonObject) -> JsonObject:
        shown_message = visible_message(
            message, is_from_bot=message["message_id"] in chat.bot_message_ids
        )
        text: Json = " ".join((shown_message.text or shown_message.document).split())[
            :_PREVIEW_LENGTH
        ]
        author = shown_message.author if chat.kind in {"group", "supergroup"} else ""
        service_kind = next((name for name in ("new_chat_members",) if name in message), "")
        return {"text": text, "author": author, "date": message["date"], "service": service_kind}


def _sender(message: JsonObject) -> JsonObject:
    sender = message.get("from")
    return sender if isinstance(sender, dict) else {}
