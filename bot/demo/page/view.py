"""What the people of the emulated Telegram see: chats, unread messages and command menus."""

from dataclasses import dataclass, field

from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.emulator.telegram_state import Chat, TelegramState, User
from bot.demo.methods.lookup import PRESENT_STATUSES
from bot.demo.people.people import People, Person
from bot.demo.people.visible_messages import visible_message

_ADMINISTRATOR_STATUSES = {"creator", "administrator"}
_PREVIEW_LENGTH = 90  # characters of a chat's last message


def visible_commands(state: TelegramState, chat: Chat, user: User) -> list[JsonObject]:
    """Return the command menu that a person sees in a chat.

    It is the one of the narrowest scope that has any, in their own language first.
    """
    if chat.is_private:
        scopes = [f"chat:{chat.id}:", "all_private_chats", "default"]
    elif chat.members.get(user.id) in _ADMINISTRATOR_STATUSES:
        scopes = [
            f"chat_member:{chat.id}:{user.id}",
            f"chat_administrators:{chat.id}:",
            f"chat:{chat.id}:",
            "all_chat_administrators",
            "all_group_chats",
            "default",
        ]
    else:
        scopes = [
            f"chat_member:{chat.id}:{user.id}",
            f"chat:{chat.id}:",
            "all_group_chats",
            "default",
        ]
    for scope in scopes:
        for language in (user.language_code[:2], ""):
            menu = state.command_menus.get((scope, language))
            if menu:
                return menu
    return []


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
            "people": [
                {
                    **other.user.as_json(),
                    "unread": sum(
                        self._unread_count(other, other_chat)
                        for other_chat in self.visible_chats(other)
                    ),
                }
                for other in self.people.persons.values()
            ],
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
        unread_senders = (
            message.get("from")
            for message_id, message in chat.messages.items()
            if message_id > read_position
        )
        return sum(
            not isinstance(sender, dict) or sender["id"] != person.id for sender in unread_senders
        )

    def _chat_object(self, person: Person, chat: Chat) -> JsonObject:
        preview: JsonObject | None = None
        if chat.messages:
            last_id, last_message = next(reversed(chat.messages.items()))
            shown_message = visible_message(
                last_message, is_from_bot=last_id in chat.bot_message_ids
            )
            one_line_text = " ".join((shown_message.text or shown_message.document).split())
            preview = {
                "text": one_line_text[:_PREVIEW_LENGTH],
                "author": shown_message.author if chat.kind in {"group", "supergroup"} else "",
                "date": last_message["date"],
                "service": "new_chat_members" if "new_chat_members" in last_message else "",
            }
        is_administrator = chat.members.get(person.id) in _ADMINISTRATOR_STATUSES
        return {
            **chat.as_json(),
            "unread": self._unread_count(person, chat),
            "last": preview,
            "members": sum(status in PRESENT_STATUSES for status in chat.members.values()),
            "bot": chat.members.get(self.state.bot.id, "left"),
            "leads": is_administrator,
            "canWrite": chat.kind != "channel" or is_administrator,
        }
