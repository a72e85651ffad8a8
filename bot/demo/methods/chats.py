"""Methods about chats and their members."""

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import TelegramState
from bot.demo.methods.lookup import MEMBER_PERMISSIONS, accessible_chat, chat_member_object


def get_chat(state: TelegramState, arguments: CallArguments) -> Json:
    """Describe a chat in full."""
    chat = accessible_chat(state, arguments)
    gifts = ("unlimited", "limited", "unique")
    accepted_gifts: JsonObject = {f"{kind}_gifts": True for kind in gifts}
    accepted_gifts |= {"premium_subscription": True, "gifts_from_channels": True}
    chat_object: JsonObject = {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": accepted_gifts,
    }
    if chat.kind in {"group", "supergroup"}:
        chat_object["permissions"] = {
            name: name not in chat.forbidden_permissions for name in MEMBER_PERMISSIONS
        }
    return chat_object


def get_chat_member(state: TelegramState, arguments: CallArguments) -> Json:
    """Describe one member."""
    chat = accessible_chat(state, arguments)
    user_id = arguments.number("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    user = state.users.get(user_id)
    if user is None:
        raise bad_request("user not found")
    return chat_member_object(user, chat.members.get(user_id, "left"), chat)
