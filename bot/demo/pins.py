"""Methods that pin messages."""

from bot.demo.arguments import Arguments
from bot.demo.lookup import writable_chat
from bot.demo.state import Chat, World
from bot.demo.wire import Json, bad_request


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
