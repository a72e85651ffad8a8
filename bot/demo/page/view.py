"""Which command menu a client shows: the narrowest scope that has one, own language first."""

from dataclasses import dataclass, field

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.telegram_state import Chat, User, World
from bot.demo.methods.lookup import PRESENT
from bot.demo.people.people import People, Person
from bot.demo.people.visible_messages import visible

_LEADERS = {"creator", "administrator"}


def commands(world: World, chat: Chat, user: User) -> list[JsonObject]:
    """Give the menu that a person sees in a chat."""
    for scope in _scopes(chat, user):
        for language in (user.language_code[:2], ""):
            found = world.commands.get((scope, language))
            if found:
                return found
    return []


def _scopes(chat: Chat, user: User) -> list[str]:
    """Give the scopes that Telegram tries, in its order."""
    if chat.is_private:
        return [f"chat:{chat.id}:", "all_private_chats", "default"]
    leads = chat.members.get(user.id) in _LEADERS
    tried = [
        (True, f"chat_member:{chat.id}:{user.id}"),
        (leads, f"chat_administrators:{chat.id}:"),
        (True, f"chat:{chat.id}:"),
        (leads, "all_chat_administrators"),
        (True, "all_group_chats"),
        (True, "default"),
    ]
    return [scope for applies, scope in tried if applies]


_PREVIEW = 90  # characters of the last message in the list of chats
_WRITERS = {"creator", "administrator"}


@dataclass(slots=True)
class View:
    """The emulated Telegram as its people see it, and how far each has read."""

    world: World
    people: People
    read: dict[tuple[int, int], int] = field(default_factory=dict)

    def around(self, person: Person, chat: Chat) -> JsonObject:
        """Describe what surrounds a conversation."""
        language = person.user.language_code[:2]
        profile = self.world.profile
        return {
            "people": [self._person(one) for one in self.people.persons.values()],
            "person": person.user.as_json(),
            "bot": self.world.bot.as_json(),
            "about": profile.get(("description", language)) or profile.get(("description", ""), ""),
            "chat": self._chat(person, chat),
            "chats": [self._chat(person, one) for one in self.chats(person)],
            "commands": [*commands(self.world, chat, person.user)],
        }

    def chats(self, person: Person) -> list[Chat]:
        """Give the chats that a person takes part in, the private one first."""
        found = [
            chat
            for chat in self.world.chats.values()
            if (person.id == chat.id or chat.members.get(person.id) in PRESENT)
            and chat.migrated_to is None
        ]
        return sorted(found, key=lambda chat: chat.id != person.id)

    def reads(self, person: Person, chat: Chat) -> None:
        """Mark everything in a chat as read by a person."""
        self.read[person.id, chat.id] = chat.last_message

    def _unread(self, person: Person, chat: Chat) -> int:
        after = self.read.get((person.id, chat.id), 0)
        return sum(
            number > after and _sender(message).get("id") != person.id
            for number, message in chat.messages.items()
        )

    def _person(self, person: Person) -> JsonObject:
        unread = sum(self._unread(person, chat) for chat in self.chats(person))
        return {**person.user.as_json(), "unread": unread}

    def _chat(self, person: Person, chat: Chat) -> JsonObject:
        last = next(reversed(chat.messages.values()), None)
        status = chat.members.get(self.world.bot.id, "left")
        own = chat.members.get(person.id)
        return {
            **chat.as_json(),
            "unread": self._unread(person, chat),
            "last": self._preview(chat, last) if last else None,
            "members": sum(one in PRESENT for one in chat.members.values()),
            "bot": status,
            "leads": own in _WRITERS,
            "canWrite": chat.kind != "channel" or own in _WRITERS,
        }

    def _preview(self, chat: Chat, message: JsonObject) -> JsonObject:
        seen = visible(message, is_from_bot=message["message_id"] in chat.own)
        text: Json = " ".join((seen.text or seen.document).split())[:_PREVIEW]
        author = seen.author if chat.kind in {"group", "supergroup"} else ""
        service = next((name for name in ("new_chat_members",) if name in message), "")
        return {"text": text, "author": author, "date": message["date"], "service": service}


def _sender(message: JsonObject) -> JsonObject:
    sender = message.get("from")
    return sender if isinstance(sender, dict) else {}
