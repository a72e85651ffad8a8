"""Which command menu a client shows: the narrowest scope that has one, own language first."""

from bot.demo.state import Chat, User, World
from bot.demo.wire import JsonObject

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
