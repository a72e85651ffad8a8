"""Keyboards: validated and echoed as by Telegram."""

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.links import normalize_link

MAX_BUTTONS = 100
MAX_CALLBACK_DATA_BYTES = 64
MAX_COPY_TEXT_LENGTH = 256
_BUTTON_STYLES = {"danger", "success", "primary"}
_BUTTON_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "disabled",
)
_STRING_ACTIONS = {
    "url",
    "callback_data",
    "switch_inline_query",
    "switch_inline_query_current_chat",
}
_ACTION_FIELDS: dict[str, dict[str, type]] = {
    "copy_text": {"text": str},
    "web_app": {"url": str},
    "login_url": {
        "url": str,
        "forward_text": str,
        "bot_username": str,
        "request_write_access": bool,
    },
    "switch_inline_query_chosen_chat": {
        "query": str,
        "allow_user_chats": bool,
        "allow_bot_chats": bool,
        "allow_group_chats": bool,
        "allow_channel_chats": bool,
    },
}
_OTHER_KEYBOARDS = ("keyboard", "remove_keyboard", "force_reply")


def parse_reply_markup(arguments: CallArguments, *, inline_only: bool = False) -> JsonObject | None:
    """Return the inline keyboard of a call, None without one, or raise its error."""
    markup = arguments.json_value("reply_markup", "Can't parse reply keyboard markup JSON object")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("Object expected as reply markup")
    if "inline_keyboard" not in markup:
        if inline_only or not any(name in markup for name in _OTHER_KEYBOARDS):
            raise bad_request("inline keyboard expected")
        return None
    if not isinstance(markup["inline_keyboard"], list):
        raise bad_request('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
    nonempty_rows: list[Json] = []
    button_count = 0
    for row in markup["inline_keyboard"]:
        if not isinstance(row, list):
            raise bad_request('Field "inline_keyboard" must be an Array of Arrays')
        buttons: list[Json] = [_parse_button(button) for button in row]
        button_count += len(buttons)
        if buttons:
            nonempty_rows.append(buttons)
    if button_count > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": nonempty_rows} if nonempty_rows else None


def _parse_button(value: Json) -> JsonObject:
    error_prefix = "Can't parse inline keyboard button: "
    if not isinstance(value, dict):
        raise bad_request(error_prefix + "InlineKeyboardButton must be an Object")
    if "text" not in value:
        raise bad_request(error_prefix + 'Can\'t find field "text"')
    if not isinstance(value["text"], str):
        raise bad_request(error_prefix + 'Field "text" must be of type String')
    if not value["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    style = value.get("style")
    if style is not None and (not isinstance(style, str) or style not in _BUTTON_STYLES):
        raise bad_request(error_prefix + "Invalid button style specified")
    action = button_action(value, error_prefix)
    button: JsonObject = {"text": value["text"], action: echo_action(action, value[action])}
    for extra_field in ("style", "icon_custom_emoji_id"):
        if isinstance(value.get(extra_field), str):
            button[extra_field] = value[extra_field]
    if action == "url":
        url = str(value["url"])
        link = normalize_link(url)
        if link is None:
            scheme, separator, _ = url.partition("://")
            is_other_protocol = separator and not scheme.startswith("http")
            problem = "Unsupported URL protocol" if is_other_protocol else "Wrong HTTP URL"
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: {problem}")
        button["url"] = link
    return button


def button_action(value: JsonObject, prefix: str) -> str:
    """Return the name of a button's only action, or raise its error."""
    actions = [
        name
        for name in _BUTTON_ACTIONS
        if value.get(name) not in (None, "")
        or (name.startswith("switch_inline_query") and value.get(name) == "")
    ]
    if not actions:
        raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
    action_name = actions[0]
    action_value = value[action_name]
    expected_type, type_name = (
        (str, "String") if action_name in _STRING_ACTIONS else (dict, "Object")
    )
    if not isinstance(action_value, expected_type):
        raise bad_request(f'{prefix}Field "{action_name}" must be of type {type_name}')
    if action_name == "callback_data" and len(str(action_value).encode()) > MAX_CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if action_name == "copy_text":
        copied_text = action_value.get("text") if isinstance(action_value, dict) else None
        if not isinstance(copied_text, str) or not 1 <= len(copied_text) <= MAX_COPY_TEXT_LENGTH:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if action_name in {"web_app", "login_url"}:
        url = action_value.get("url") if isinstance(action_value, dict) else None
        if not isinstance(url, str):
            raise bad_request(prefix + 'Can\'t find field "url"')
        if not url.startswith("https://"):
            button_kind = "Web App" if action_name == "web_app" else "login"
            problem = "is invalid: Only HTTPS links are allowed"
            raise bad_request(f"inline keyboard button {button_kind} URL '{url}' {problem}")
    return action_name


def echo_action(action: str, detail: Json) -> Json:
    """Return a button's action without unknown fields."""
    if not isinstance(detail, dict):
        return detail
    field_types: dict[str, type] = _ACTION_FIELDS.get(action, {})
    return {
        name: value
        for name, value in detail.items()
        if isinstance(value, field_types.get(name, ()))
    }
