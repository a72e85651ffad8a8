"""Methods about the bot itself: its profile and its command menus."""

import re

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import TelegramState
from bot.demo.methods.lookup import find_chat

_COMMAND_SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}
_MAX_COMMANDS = 100
_MAX_COMMAND_LENGTH = 32
_MAX_DESCRIPTION_LENGTH = 256


def get_me(state: TelegramState, arguments: CallArguments) -> Json:
    """Describe the bot."""
    capabilities = {
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
    return {**state.bot.as_json(), **capabilities}


def log_out_or_close(state: TelegramState, arguments: CallArguments) -> Json:
    """Accept logging out or closing, which changes nothing here."""
    return True


def set_my_commands(state: TelegramState, arguments: CallArguments) -> Json:
    """Set the command menu of a scope and language."""
    error_text = "Can't parse commands list JSON object"
    command_objects = arguments.json_value("commands", error_text)
    if not isinstance(command_objects, list):
        raise bad_request("expected an Array of BotCommand")
    if len(command_objects) > _MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = [_parse_command(value) for value in command_objects]
    key = _scope_key(state, arguments), _language_code(arguments)
    if commands:
        state.command_menus[key] = commands
    else:
        state.command_menus.pop(key, None)
    state.record_event("commands", 0, None)
    return True


def get_my_commands(state: TelegramState, arguments: CallArguments) -> Json:
    """Return the command menu of a scope and language."""
    menu = state.command_menus.get((_scope_key(state, arguments), _language_code(arguments)), [])
    commands: list[Json] = [*menu]
    return commands


def delete_my_commands(state: TelegramState, arguments: CallArguments) -> Json:
    """Delete the command menu of a scope and language."""
    state.command_menus.pop((_scope_key(state, arguments), _language_code(arguments)), None)
    state.record_event("commands", 0, None)
    return True


def _parse_command(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise bad_request("Can't parse BotCommand: expected an Object")
    command, description = _required_text(value, "command"), _required_text(value, "description")
    command = command.strip().removeprefix("/")
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > _MAX_COMMAND_LENGTH:
        raise bad_request(f"command length must not exceed {_MAX_COMMAND_LENGTH}")
    if not description.strip():
        raise bad_request("command description must be non-empty")
    if len(description.strip()) > _MAX_DESCRIPTION_LENGTH:
        raise bad_request(f"command description length must not exceed {_MAX_DESCRIPTION_LENGTH}")
    if not re.fullmatch(r"[a-z0-9_]+", command):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": command, "description": description.strip()}


def _required_text(value: JsonObject, name: str) -> str:
    text = value.get(name)
    if text is None:
        raise bad_request(f"Can't parse BotCommand: Can't find field \"{name}\"")
    if not isinstance(text, str):
        raise bad_request(f'Can\'t parse BotCommand: Field "{name}" must be of type String')
    return text


def _scope_key(state: TelegramState, arguments: CallArguments) -> str:
    """Return a scope as one key, with its chat and user."""
    scope = arguments.json_object("scope", "Can't parse BotCommandScope JSON object")
    if scope is None:
        return "default"
    kind = scope.get("type")
    if not isinstance(kind, str) or kind not in _COMMAND_SCOPES:
        raise bad_request("Can't parse BotCommandScope: Unsupported type specified")
    if kind in {"chat", "chat_administrators", "chat_member"}:
        chat = find_chat(state, str(scope.get("chat_id", "")))
        return f"{kind}:{chat.id}:{scope.get('user_id', '')}"
    return kind


def _language_code(arguments: CallArguments) -> str:
    code = arguments.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


# Maximum length and error code of each profile field.
_PROFILE_LIMITS = {
    "name": (64, "BOT_NAME_TOO_LONG"),
    "description": (512, "BOT_DESCRIPTION_TOO_LONG"),
    "short_description": (120, "BOT_SHORT_DESCRIPTION_TOO_LONG"),
}


def set_my_name(state: TelegramState, arguments: CallArguments) -> Json:
    """Set the bot's name in a language."""
    return _set_profile_field(state, arguments, "name")


def set_my_description(state: TelegramState, arguments: CallArguments) -> Json:
    """Set the text that an empty chat with the bot shows."""
    return _set_profile_field(state, arguments, "description")


def set_my_short_description(state: TelegramState, arguments: CallArguments) -> Json:
    """Set the text that the bot's profile shows."""
    return _set_profile_field(state, arguments, "short_description")


def get_my_name(state: TelegramState, arguments: CallArguments) -> Json:
    """Return the bot's name in a language."""
    return {"name": _profile_field(state, arguments, "name") or state.bot.first_name}


def get_my_description(state: TelegramState, arguments: CallArguments) -> Json:
    """Return the text that an empty chat with the bot shows."""
    return {"description": _profile_field(state, arguments, "description")}


def get_my_short_description(state: TelegramState, arguments: CallArguments) -> Json:
    """Return the text that the bot's profile shows."""
    return {"short_description": _profile_field(state, arguments, "short_description")}


def _set_profile_field(state: TelegramState, arguments: CallArguments, name: str) -> Json:
    max_length, error_code = _PROFILE_LIMITS[name]
    value = arguments.text(name).strip()
    if len(value) > max_length:
        raise bad_request(error_code)
    state.profile_fields[name, _language_code(arguments)] = value
    return True


def _profile_field(state: TelegramState, arguments: CallArguments, name: str) -> str:
    """Return a value in a language, or else the one for all languages."""
    profile = state.profile_fields
    return profile.get((name, _language_code(arguments))) or profile.get((name, ""), "")
