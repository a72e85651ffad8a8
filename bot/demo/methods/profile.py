"""Methods about the bot itself: who it is, its names, its command menus."""

import re

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import World
from bot.demo.methods.lookup import find_chat

_SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}
_MAX_COMMANDS = 100
_MAX_COMMAND = 32
_MAX_DESCRIPTION = 256


def get_me(world: World, arguments: Arguments) -> Json:
    """Describe the bot."""
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_guest_queries": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
        "supports_join_request_queries": False,
    }
    return {**world.bot.as_json(), **abilities}


def leave_server(world: World, arguments: Arguments) -> Json:
    """Agree to log out or to close, which changes nothing here."""
    return True


def set_my_commands(world: World, arguments: Arguments) -> Json:
    """Set the command menu of a scope and language."""
    refusal = "Can't parse commands list JSON object"
    given = arguments.structure("commands", refusal)
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > _MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(value) for value in given]
    key = _scope(world, arguments), _language(arguments)
    if commands:
        world.commands[key] = commands
    else:
        world.commands.pop(key, None)
    world.happen("commands", 0, None)
    return True


def get_my_commands(world: World, arguments: Arguments) -> Json:
    """Give the command menu of a scope and language."""
    found = world.commands.get((_scope(world, arguments), _language(arguments)), [])
    commands: list[Json] = [*found]
    return commands


def delete_my_commands(world: World, arguments: Arguments) -> Json:
    """Remove the command menu of a scope and language."""
    world.commands.pop((_scope(world, arguments), _language(arguments)), None)
    world.happen("commands", 0, None)
    return True


def _command(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise bad_request("Can't parse BotCommand: expected an Object")
    command, description = _field(value, "command"), _field(value, "description")
    command = command.strip().removeprefix("/")
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > _MAX_COMMAND:
        raise bad_request(f"command length must not exceed {_MAX_COMMAND}")
    if not description.strip():
        raise bad_request("command description must be non-empty")
    if len(description.strip()) > _MAX_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {_MAX_DESCRIPTION}")
    if not re.fullmatch(r"[a-z0-9_]+", command):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": command, "description": description.strip()}


def _field(value: JsonObject, name: str) -> str:
    found = value.get(name)
    if found is None:
        raise bad_request(f"Can't parse BotCommand: Can't find field \"{name}\"")
    if not isinstance(found, str):
        raise bad_request(f'Can\'t parse BotCommand: Field "{name}" must be of type String')
    return found


def _scope(world: World, arguments: Arguments) -> str:
    """Give a scope as one word, with the chat and user that it is about."""
    scope = arguments.object("scope", "Can't parse BotCommandScope JSON object")
    if scope is None:
        return "default"
    kind = scope.get("type")
    if not isinstance(kind, str) or kind not in _SCOPES:
        raise bad_request("Can't parse BotCommandScope: Unsupported type specified")
    if kind in {"chat", "chat_administrators", "chat_member"}:
        chat = find_chat(world, str(scope.get("chat_id", "")))
        return f"{kind}:{chat.id}:{scope.get('user_id', '')}"
    return kind


def _language(arguments: Arguments) -> str:
    code = arguments.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


# Each field of the profile with its longest value and the code of its refusal.
_LIMITS = {
    "name": (64, "BOT_NAME_TOO_LONG"),
    "description": (512, "BOT_DESCRIPTION_TOO_LONG"),
    "short_description": (120, "BOT_SHORT_DESCRIPTION_TOO_LONG"),
}


def set_my_name(world: World, arguments: Arguments) -> Json:
    """Set the bot's name in a language."""
    return _set(world, arguments, "name")


def set_my_description(world: World, arguments: Arguments) -> Json:
    """Set what an empty chat with the bot shows."""
    return _set(world, arguments, "description")


def set_my_short_description(world: World, arguments: Arguments) -> Json:
    """Set what the bot's profile shows."""
    return _set(world, arguments, "short_description")


def get_my_name(world: World, arguments: Arguments) -> Json:
    """Give the bot's name in a language."""
    return {"name": _get(world, arguments, "name") or world.bot.first_name}


def get_my_description(world: World, arguments: Arguments) -> Json:
    """Give what an empty chat with the bot shows."""
    return {"description": _get(world, arguments, "description")}


def get_my_short_description(world: World, arguments: Arguments) -> Json:
    """Give what the bot's profile shows."""
    return {"short_description": _get(world, arguments, "short_description")}


def _set(world: World, arguments: Arguments, name: str) -> Json:
    longest, refusal = _LIMITS[name]
    value = arguments.text(name).strip()
    if len(value) > longest:
        raise bad_request(refusal)
    world.profile[name, _language(arguments)] = value
    return True


def _get(world: World, arguments: Arguments, name: str) -> str:
    """Give a value in a language, else the one for all languages."""
    profile = world.profile
    return profile.get((name, _language(arguments))) or profile.get((name, ""), "")
