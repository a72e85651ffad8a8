"""Groups and channels, and what their people do to the bot there."""

from dataclasses import dataclass

from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.emulator.telegram_state import Chat, Topic, User, World
from bot.demo.methods.lookup import chat_member


def set_bot_status(world: World, chat: Chat, by: User, status: str) -> None:
    """Change what the bot is in a chat, and let it know."""
    old = chat.members.get(world.bot.id, "left")
    chat.members[world.bot.id] = status
    change: JsonObject = {
        "chat": chat.as_json(),
        "from": by.as_json(),
        "date": int(world.now().timestamp()),
        "old_chat_member": chat_member(world.bot, old, chat),
        "new_chat_member": chat_member(world.bot, status, chat),
    }
    world.updates.push("my_chat_member", change)
    world.happen("member", chat.id, status)


@dataclass(frozen=True, slots=True)
class Place:
    """A group, supergroup or channel with its owner."""

    world: World
    chat: Chat
    owner: User

    @property
    def id(self) -> int:
        """The chat id."""
        return self.chat.id

    def add_bot(self, *, is_administrator: bool = False) -> None:
        """The owner adds the bot."""
        status = "administrator" if is_administrator else "member"
        set_bot_status(self.world, self.chat, self.owner, status)
        if self.chat.kind != "channel":
            content: JsonObject = {"new_chat_members": [self.world.bot.as_json()]}
            self._service(content)

    def remove_bot(self) -> None:
        """The owner throws the bot out."""
        set_bot_status(self.world, self.chat, self.owner, "kicked")

    def promote_bot(self) -> None:
        """The owner makes the bot an administrator."""
        set_bot_status(self.world, self.chat, self.owner, "administrator")

    def demote_bot(self) -> None:
        """The owner takes the bot's rights away."""
        set_bot_status(self.world, self.chat, self.owner, "member")

    def restrict_bot(self) -> None:
        """The owner forbids the bot to write."""
        set_bot_status(self.world, self.chat, self.owner, "restricted")

    def join(self, user: User, status: str = "member", **rights: bool) -> None:
        """A person joins, or is something else from now on; ``rights`` differ from the usual."""
        self.chat.members[user.id] = status
        self.chat.rights[user.id] = rights

    def forbid(self, *permissions: str) -> None:
        """The owner forbids something to all ordinary members, such as ``can_send_messages``."""
        self.chat.forbidden.update(permissions)

    def delete(self) -> None:
        """The owner deletes the chat."""
        self.chat.is_deleted = True

    def migrate(self) -> "Place":
        """The group becomes a supergroup; give the new place."""
        number = -1_000_000_000_000 - self.world.number("supergroup")
        members = dict(self.chat.members)
        new = Chat(number, "supergroup", self.chat.title, members=members)
        new.rights, new.forbidden = dict(self.chat.rights), set(self.chat.forbidden)
        self.world.chats[number] = new
        self._service({"migrate_to_chat_id": number})
        self.chat.migrated_to = number
        place = Place(self.world, new, self.owner)
        place._service({"migrate_from_chat_id": self.chat.id})
        return place

    def open_topic(self, name: str) -> int:
        """The owner opens a topic of the forum; give its thread number."""
        created: JsonObject = {"name": name, "icon_color": 0x6FB9F0}
        message = self._service({"forum_topic_created": created})
        number = message["message_id"]
        assert isinstance(number, int)
        message |= {"message_thread_id": number, "is_topic_message": True}
        self.chat.topics[number] = Topic(number, name)
        return number

    def close_topic(self, number: int) -> None:
        """The owner closes a topic."""
        self.chat.topics[number].is_closed = True

    def delete_topic(self, number: int) -> None:
        """The owner deletes a topic."""
        del self.chat.topics[number]

    def post(self, text: str) -> int:
        """The owner posts in the channel; give the message number."""
        message = self.world.post(self.chat, self.owner, {"text": text})
        self.world.updates.push("channel_post", message)
        number = message["message_id"]
        assert isinstance(number, int)
        return number

    def _service(self, content: JsonObject) -> JsonObject:
        message = self.world.post(self.chat, self.owner, content)
        self.world.updates.push("message", message)
        return message
