"""Groups and channels, and what their owners do there."""

from dataclasses import dataclass

from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.emulator.telegram_state import (
    Chat,
    ForumTopic,
    TelegramState,
    User,
    message_id_of,
)
from bot.demo.methods.lookup import chat_member_object


def set_bot_status(state: TelegramState, chat: Chat, actor: User, status: str) -> None:
    """Change the bot's status in a chat, and send the update."""
    old_status = chat.members.get(state.bot.id, "left")
    chat.members[state.bot.id] = status
    member_update: JsonObject = {
        "chat": chat.as_json(),
        "from": actor.as_json(),
        "date": int(state.now().timestamp()),
        "old_chat_member": chat_member_object(state.bot, old_status, chat),
        "new_chat_member": chat_member_object(state.bot, status, chat),
    }
    state.updates.push("my_chat_member", member_update)
    state.record_event("member", chat.id, status)


@dataclass(frozen=True, slots=True)
class GroupOrChannel:
    """A group, supergroup or channel with its owner."""

    state: TelegramState
    chat: Chat
    owner: User

    @property
    def id(self) -> int:
        """The chat id."""
        return self.chat.id

    def add_bot(self, *, is_administrator: bool = False) -> None:
        """Add the bot."""
        status = "administrator" if is_administrator else "member"
        set_bot_status(self.state, self.chat, self.owner, status)
        if self.chat.kind != "channel":
            message_content: JsonObject = {"new_chat_members": [self.state.bot.as_json()]}
            self._post_service_message(message_content)

    def remove_bot(self) -> None:
        """Ban the bot."""
        set_bot_status(self.state, self.chat, self.owner, "kicked")

    def promote_bot(self) -> None:
        """Make the bot an administrator."""
        set_bot_status(self.state, self.chat, self.owner, "administrator")

    def demote_bot(self) -> None:
        """Make the bot an ordinary member."""
        set_bot_status(self.state, self.chat, self.owner, "member")

    def restrict_bot(self) -> None:
        """Forbid the bot to write."""
        set_bot_status(self.state, self.chat, self.owner, "restricted")

    def set_member(self, user: User, status: str = "member", **rights: bool) -> None:
        """Set a person's status, and ``rights`` that differ from that status."""
        self.chat.members[user.id] = status
        self.chat.special_rights[user.id] = rights

    def forbid_permissions(self, *permissions: str) -> None:
        """Deny permissions, such as ``can_send_messages``, to all members."""
        self.chat.forbidden_permissions.update(permissions)

    def delete_chat(self) -> None:
        """Delete the chat."""
        self.chat.is_deleted = True

    def migrate(self) -> "GroupOrChannel":
        """Turn the group into a supergroup, and return that."""
        new_chat_id = -1_000_000_000_000 - self.state.next_number("supergroup")
        members = dict(self.chat.members)
        supergroup = Chat(new_chat_id, "supergroup", self.chat.title, members=members)
        supergroup.special_rights = dict(self.chat.special_rights)
        supergroup.forbidden_permissions = set(self.chat.forbidden_permissions)
        self.state.chats[new_chat_id] = supergroup
        self._post_service_message({"migrate_to_chat_id": new_chat_id})
        self.chat.migrated_to = new_chat_id
        new_group = GroupOrChannel(self.state, supergroup, self.owner)
        new_group._post_service_message({"migrate_from_chat_id": self.chat.id})
        return new_group

    def open_topic(self, name: str) -> int:
        """Open a topic of the forum, and return its thread id."""
        topic_fields: JsonObject = {"name": name, "icon_color": 0x6FB9F0}
        message = self._post_service_message({"forum_topic_created": topic_fields})
        thread_id = message_id_of(message)
        message |= {"message_thread_id": thread_id, "is_topic_message": True}
        self.chat.topics[thread_id] = ForumTopic(thread_id, name)
        return thread_id

    def close_topic(self, thread_id: int) -> None:
        """Close a topic."""
        self.chat.topics[thread_id].is_closed = True

    def delete_topic(self, thread_id: int) -> None:
        """Delete a topic."""
        del self.chat.topics[thread_id]

    def post_message(self, text: str) -> int:
        """Post in the channel as its owner, and return the message id."""
        message = self.state.post_message(self.chat, self.owner, {"text": text})
        self.state.updates.push("channel_post", message)
        return message_id_of(message)

    def _post_service_message(self, content: JsonObject) -> JsonObject:
        message = self.state.post_message(self.chat, self.owner, content)
        self.state.updates.push("message", message)
        return message
