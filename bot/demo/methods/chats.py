"""Methods that look at chats and their members, and that keep forum topics."""

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import Chat, Topic, World
from bot.demo.methods.lookup import (
    PERMISSIONS,
    PRESENT,
    known_chat,
    member_of,
    user_of,
    writable_chat,
)

_ICON = 0x6FB9F0


def get_chat(world: World, arguments: Arguments) -> Json:
    """Describe a chat in full."""
    chat = known_chat(world, arguments)
    gifts = ("unlimited", "limited", "unique")
    accepted: JsonObject = {f"{kind}_gifts": True for kind in gifts}
    accepted |= {"premium_subscription": True, "gifts_from_channels": True}
    full: JsonObject = {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": accepted,
    }
    if chat.kind in {"group", "supergroup"}:
        full["permissions"] = {name: name not in chat.forbidden for name in PERMISSIONS}
    if chat.pinned and chat.pinned[-1] in chat.messages:
        full["pinned_message"] = chat.messages[chat.pinned[-1]]
    return full


def get_chat_member(world: World, arguments: Arguments) -> Json:
    """Describe one member."""
    chat = known_chat(world, arguments)
    return member_of(world, chat, user_of(world, arguments))


def get_chat_administrators(world: World, arguments: Arguments) -> Json:
    """Describe the administrators."""
    chat = known_chat(world, arguments)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    leaders: list[Json] = []
    for number, status in chat.members.items():
        user = world.users[number]
        is_shown = not user.is_bot or arguments.flag("return_bots") or user is world.bot
        if status in {"creator", "administrator"} and is_shown:
            leaders.append(member_of(world, chat, user))
    return leaders


def get_chat_member_count(world: World, arguments: Arguments) -> Json:
    """Count the members."""
    chat = known_chat(world, arguments)
    return sum(status in PRESENT for status in chat.members.values())


def leave_chat(world: World, arguments: Arguments) -> Json:
    """Take the bot out of a chat."""
    chat = known_chat(world, arguments)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.members[world.bot.id] = "left"
    world.happen("member", chat.id, "left")
    return True


def create_forum_topic(world: World, arguments: Arguments) -> Json:
    """Open a new topic."""
    chat = _forum(world, arguments)
    name = arguments.text("name").strip()
    if not name:
        raise bad_request("TOPIC_NAME_EMPTY")
    created: JsonObject = {"name": name, "icon_color": _ICON}
    message = world.post(chat, world.bot, {"forum_topic_created": created})
    number = message["message_id"]
    assert isinstance(number, int)
    message |= {"message_thread_id": number, "is_topic_message": True}
    chat.topics[number] = Topic(number, name)
    return {"message_thread_id": number, "name": name, "icon_color": _ICON}


def edit_forum_topic(world: World, arguments: Arguments) -> Json:
    """Rename a topic."""
    topic = _topic(_forum(world, arguments), arguments)
    topic.name = arguments.text("name").strip() or topic.name
    return True


def close_forum_topic(world: World, arguments: Arguments) -> Json:
    """Close a topic to new messages."""
    return _set_closed(world, arguments, is_closed=True)


def reopen_forum_topic(world: World, arguments: Arguments) -> Json:
    """Open a closed topic again."""
    return _set_closed(world, arguments, is_closed=False)


def delete_forum_topic(world: World, arguments: Arguments) -> Json:
    """Remove a topic with its messages."""
    chat = _forum(world, arguments)
    topic = _topic(chat, arguments)
    gone = [n for n, m in chat.messages.items() if m.get("message_thread_id") == topic.id]
    for number in gone:
        world.remove(chat, number)
    del chat.topics[topic.id]
    return True


def _set_closed(world: World, arguments: Arguments, *, is_closed: bool) -> Json:
    topic = _topic(_forum(world, arguments), arguments)
    if topic.is_closed == is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = is_closed
    return True


def _forum(world: World, arguments: Arguments) -> Chat:
    chat = writable_chat(world, arguments)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if chat.members[world.bot.id] not in {"administrator", "creator"}:
        raise bad_request("not enough rights to create a topic")
    return chat


def _topic(chat: Chat, arguments: Arguments) -> Topic:
    topic = chat.topics.get(arguments.number("message_thread_id"))
    if topic is None:
        raise bad_request("message thread not found")
    return topic


def pin_chat_message(world: World, arguments: Arguments) -> Json:
    """Pin a message."""
    chat, message_id = _pinnable(world, arguments)
    if message_id not in chat.messages:
        raise bad_request("message to pin not found")
    if message_id not in chat.pinned:
        chat.pinned.append(message_id)
    world.happen("pin", chat.id, message_id)
    return True


def unpin_chat_message(world: World, arguments: Arguments) -> Json:
    """Unpin a message, the newest one when none is named."""
    chat, message_id = _pinnable(world, arguments)
    message_id = message_id or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    world.happen("unpin", chat.id, message_id)
    return True


def unpin_all_chat_messages(world: World, arguments: Arguments) -> Json:
    """Unpin every message."""
    chat, _ = _pinnable(world, arguments)
    chat.pinned.clear()
    world.happen("unpin", chat.id, 0)
    return True


def _pinnable(world: World, arguments: Arguments) -> tuple[Chat, int]:
    chat = writable_chat(world, arguments)
    if not chat.is_private and chat.members[world.bot.id] not in {"administrator", "creator"}:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat, arguments.number("message_id")
