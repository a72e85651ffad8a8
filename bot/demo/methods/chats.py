"""Methods about chats, their members, forum topics and pinned messages."""

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import Chat, ForumTopic, TelegramState
from bot.demo.methods.lookup import (
    MEMBER_PERMISSIONS,
    PRESENT_STATUSES,
    accessible_chat,
    member_object,
    resolve_user,
    writable_chat,
)

_DEFAULT_ICON_COLOR = 0x6FB9F0


def get_chat(state: TelegramState, arguments: CallArguments) -> Json:
    """Describe a chat in full."""
    chat = accessible_chat(state, arguments)
    gifts = ("unlimited", "limited", "unique")
    accepted_gifts: JsonObject = {f"{kind}_gifts": True for kind in gifts}
    accepted_gifts |= {"premium_subscription": True, "gifts_from_channels": True}
    description: JsonObject = {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": accepted_gifts,
    }
    if chat.kind in {"group", "supergroup"}:
        description["permissions"] = {
            name: name not in chat.forbidden_permissions for name in MEMBER_PERMISSIONS
        }
    if chat.pinned_message_ids and chat.pinned_message_ids[-1] in chat.messages:
        description["pinned_message"] = chat.messages[chat.pinned_message_ids[-1]]
    return description


def get_chat_member(state: TelegramState, arguments: CallArguments) -> Json:
    """Describe one member."""
    chat = accessible_chat(state, arguments)
    return member_object(state, chat, resolve_user(state, arguments))


def get_chat_administrators(state: TelegramState, arguments: CallArguments) -> Json:
    """Describe the administrators."""
    chat = accessible_chat(state, arguments)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    administrators: list[Json] = []
    for user_id, status in chat.members.items():
        user = state.users[user_id]
        is_shown = not user.is_bot or arguments.flag("return_bots") or user is state.bot
        if status in {"creator", "administrator"} and is_shown:
            administrators.append(member_object(state, chat, user))
    return administrators


def get_chat_member_count(state: TelegramState, arguments: CallArguments) -> Json:
    """Count the members."""
    chat = accessible_chat(state, arguments)
    return sum(status in PRESENT_STATUSES for status in chat.members.values())


def leave_chat(state: TelegramState, arguments: CallArguments) -> Json:
    """Take the bot out of a chat."""
    chat = accessible_chat(state, arguments)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.members[state.bot.id] = "left"
    state.record_event("member", chat.id, "left")
    return True


def create_forum_topic(state: TelegramState, arguments: CallArguments) -> Json:
    """Create a topic."""
    chat = _require_forum(state, arguments)
    name = arguments.text("name").strip()
    if not name:
        raise bad_request("TOPIC_NAME_EMPTY")
    topic_fields: JsonObject = {"name": name, "icon_color": _DEFAULT_ICON_COLOR}
    message = state.post_message(chat, state.bot, {"forum_topic_created": topic_fields})
    thread_id = message["message_id"]
    assert isinstance(thread_id, int)
    message |= {"message_thread_id": thread_id, "is_topic_message": True}
    chat.topics[thread_id] = ForumTopic(thread_id, name)
    return {"message_thread_id": thread_id, "name": name, "icon_color": _DEFAULT_ICON_COLOR}


def edit_forum_topic(state: TelegramState, arguments: CallArguments) -> Json:
    """Rename a topic."""
    topic = _require_topic(_require_forum(state, arguments), arguments)
    topic.name = arguments.text("name").strip() or topic.name
    return True


def close_forum_topic(state: TelegramState, arguments: CallArguments) -> Json:
    """Close a topic to new messages."""
    return _set_topic_closed(state, arguments, is_closed=True)


def reopen_forum_topic(state: TelegramState, arguments: CallArguments) -> Json:
    """Reopen a closed topic."""
    return _set_topic_closed(state, arguments, is_closed=False)


def delete_forum_topic(state: TelegramState, arguments: CallArguments) -> Json:
    """Delete a topic with its messages."""
    chat = _require_forum(state, arguments)
    topic = _require_topic(chat, arguments)
    message_ids = [
        number
        for number, message in chat.messages.items()
        if message.get("message_thread_id") == topic.id
    ]
    for message_id in message_ids:
        state.delete_message(chat, message_id)
    del chat.topics[topic.id]
    return True


def _set_topic_closed(state: TelegramState, arguments: CallArguments, *, is_closed: bool) -> Json:
    topic = _require_topic(_require_forum(state, arguments), arguments)
    if topic.is_closed == is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = is_closed
    return True


def _require_forum(state: TelegramState, arguments: CallArguments) -> Chat:
    chat = writable_chat(state, arguments)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if chat.members[state.bot.id] not in {"administrator", "creator"}:
        raise bad_request("not enough rights to create a topic")
    return chat


def _require_topic(chat: Chat, arguments: CallArguments) -> ForumTopic:
    topic = chat.topics.get(arguments.number("message_thread_id"))
    if topic is None:
        raise bad_request("message thread not found")
    return topic


def pin_chat_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Pin a message."""
    chat, message_id = _chat_and_message_to_pin(state, arguments)
    if message_id not in chat.messages:
        raise bad_request("message to pin not found")
    if message_id not in chat.pinned_message_ids:
        chat.pinned_message_ids.append(message_id)
    state.record_event("pin", chat.id, message_id)
    return True


def unpin_chat_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Unpin a message, the newest one by default."""
    chat, message_id = _chat_and_message_to_pin(state, arguments)
    message_id = message_id or (chat.pinned_message_ids[-1] if chat.pinned_message_ids else 0)
    if message_id not in chat.pinned_message_ids:
        raise bad_request("message to unpin not found")
    chat.pinned_message_ids.remove(message_id)
    state.record_event("unpin", chat.id, message_id)
    return True


def unpin_all_chat_messages(state: TelegramState, arguments: CallArguments) -> Json:
    """Unpin every message."""
    chat, _ = _chat_and_message_to_pin(state, arguments)
    chat.pinned_message_ids.clear()
    state.record_event("unpin", chat.id, 0)
    return True


def _chat_and_message_to_pin(state: TelegramState, arguments: CallArguments) -> tuple[Chat, int]:
    chat = writable_chat(state, arguments)
    if not chat.is_private and chat.members[state.bot.id] not in {"administrator", "creator"}:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat, arguments.number("message_id")
