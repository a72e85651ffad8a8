"""Keyboards: checked as Telegram checks them, given back as it shows them."""

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.links import checked_link

MAX_BUTTONS = 100
MAX_DATA_BYTES = 64
MAX_COPY = 256
_STYLES = {"danger", "success", "primary"}
_ACTIONS = (
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
_WORDS = {
    "url",
    "callback_data",
    "switch_inline_query",
    "switch_inline_query_current_chat",
}
_PARTS: dict[str, dict[str, type]] = {
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


def reply_markup(arguments: Arguments, *, inline_only: bool = False) -> JsonObject | None:
    """Give the inline keyboard of a call, None when there is none to show, or refuse."""
    value = arguments.structure("reply_markup", "Can't parse reply keyboard markup JSON object")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("Object expected as reply markup")
    if "inline_keyboard" not in value:
        if inline_only or not any(name in value for name in _OTHER_KEYBOARDS):
            raise bad_request("inline keyboard expected")
        return None
    rows = _rows(value["inline_keyboard"])
    if sum(len(row) for row in rows) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    kept: list[Json] = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _rows(value: Json) -> list[list[Json]]:
    if not isinstance(value, list):
        raise bad_request('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
    rows: list[list[Json]] = []
    for row in value:
        if not isinstance(row, list):
            raise bad_request('Field "inline_keyboard" must be an Array of Arrays')
        rows.append([_button(button) for button in row])
    return rows


def _button(value: Json) -> JsonObject:
    prefix = "Can't parse inline keyboard button: "
    if not isinstance(value, dict):
        raise bad_request(prefix + "InlineKeyboardButton must be an Object")
    if "text" not in value:
        raise bad_request(prefix + 'Can\'t find field "text"')
    if not isinstance(value["text"], str):
        raise bad_request(prefix + 'Field "text" must be of type String')
    if not value["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    style = value.get("style")
    if style is not None and (not isinstance(style, str) or style not in _STYLES):
        raise bad_request(prefix + "Invalid button style specified")
    action = button_action(value, prefix)
    shown: JsonObject = {"text": value["text"], action: shown_action(action, value[action])}
    for extra in ("style", "icon_custom_emoji_id"):
        if isinstance(value.get(extra), str):
            shown[extra] = value[extra]
    if action == "url":
        shown["url"] = _address(str(value["url"]))
    return shown


def button_action(value: JsonObject, prefix: str) -> str:
    """Name the one thing that a button does, or refuse the button."""
    chosen = [
        name for name in _ACTIONS if value.get(name) not in (None, "") or _may_be_empty(name, value)
    ]
    if not chosen:
        raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
    action = chosen[0]
    detail = value[action]
    kind, word = (str, "String") if action in _WORDS else (dict, "Object")
    if not isinstance(detail, kind):
        raise bad_request(f'{prefix}Field "{action}" must be of type {word}')
    if action == "callback_data" and len(str(detail).encode()) > MAX_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "copy_text":
        _check_copy(detail)
    if action == "web_app" or action == "login_url":
        _check_page(action, detail, prefix)
    return action


def shown_action(action: str, detail: Json) -> Json:
    """Give what a button does without the fields that Telegram does not know."""
    if not isinstance(detail, dict):
        return detail
    kinds: dict[str, type] = _PARTS.get(action, {})
    return {n: value for n, value in detail.items() if isinstance(value, kinds.get(n, ()))}


def _may_be_empty(name: str, value: JsonObject) -> bool:
    return name.startswith("switch_inline_query") and value.get(name) == ""


def _check_copy(detail: Json) -> None:
    text = detail.get("text") if isinstance(detail, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_COPY:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_page(action: str, detail: Json, prefix: str) -> None:
    url = detail.get("url") if isinstance(detail, dict) else None
    if not isinstance(url, str):
        raise bad_request(prefix + 'Can\'t find field "url"')
    if not url.startswith("https://"):
        kind = "Web App" if action == "web_app" else "login"
        raise bad_request(
            f"inline keyboard button {kind} URL '{url}' is invalid: Only HTTPS links are allowed"
        )


def _address(url: str) -> str:
    """Give the address of a button as Telegram stores it, or refuse it in Telegram's words."""
    link = checked_link(url)
    if link is not None:
        return link
    scheme, separator, _ = url.partition("://")
    wrong = (
        "Unsupported URL protocol"
        if separator and not scheme.startswith("http")
        else "Wrong HTTP URL"
    )
    raise bad_request(f"inline keyboard button URL '{url}' is invalid: {wrong}")
