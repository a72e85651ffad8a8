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


def set_my_commands(state: TelegramState, arguments: CallArguments) -> Json:
    """Set the command menu of a scope and language."""
    error_text = "Can't parse commands list JSON object"
    command_objects = arguments.json_value("commands", error_text)
    if not isinstance(command_objects, list):
        raise bad_request("expected an Array of BotCommand")
    if len(command_objects) > _MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = [_parse_command(value) for value in command_objects]
    scope = arguments.json_object("scope", "Can't parse BotCommandScope JSON object")
    scope_type = "default" if scope is None else scope.get("type")
    if not isinstance(scope_type, str) or scope_type not in _COMMAND_SCOPES:
        raise bad_request("Can't parse BotCommandScope: Unsupported type specified")
    scope_key = scope_type
    if scope and scope_type in {"chat", "chat_administrators", "chat_member"}:
        chat = find_chat(state, str(scope.get("chat_id", "")))
        scope_key = f"{scope_type}:{chat.id}:{scope.get('user_id', '')}"
    menu_key = scope_key, _language_code(arguments)
    if commands:
        state.command_menus[menu_key] = commands
    else:
        state.command_menus.pop(menu_key, None)
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
    argument_text = value.get(name)
    if argument_text is None:
        raise bad_request(f"Can't parse BotCommand: Can't find field \"{name}\"")
    if not isinstance(argument_text, str):
        raise bad_request(f'Can\'t parse BotCommand: Field "{name}" must be of type String')
    return argument_text


def _language_code(arguments: CallArguments) -> str:
    given_code = arguments.text("language_code")
    if given_code and not re.fullmatch(r"[a-z]{2}", given_code):
        raise bad_request("invalid language code specified")
    return given_code


def set_my_description(state: TelegramState, arguments: CallArguments) -> Json:
    """Set the text that an empty chat with the bot shows."""
    return _set_profile_field(state, arguments, "description", 512, "BOT_DESCRIPTION_TOO_LONG")


def set_my_short_description(state: TelegramState, arguments: CallArguments) -> Json:
    """Set the text that the bot's profile shows."""
    return _set_profile_field(
        state, arguments, "short_description", 120, "BOT_SHORT_DESCRIPTION_TOO_LONG"
    )


def _set_profile_field(
    state: TelegramState, arguments: CallArguments, name: str, max_length: int, error_code: str
) -> Json:
    new_text = arguments.text(name).strip()
    if len(new_text) > max_length:
        raise bad_request(error_code)
    state.profile_fields[name, _language_code(arguments)] = new_text
    return True
