"""The text inside rich messages: strings, lists, and objects that dress a piece of text."""

import re
from collections.abc import Callable

from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject, bad_request
from bot.demo.formatting.keyboards import button_action, shown_action
from bot.demo.formatting.links import is_rich_link

# The fields that each type needs.
RICH_TEXT_FIELDS: dict[str, tuple[str, ...]] = {
    "bold": ("text",),
    "italic": ("text",),
    "underline": ("text",),
    "strikethrough": ("text",),
    "spoiler": ("text",),
    "subscript": ("text",),
    "superscript": ("text",),
    "marked": ("text",),
    "code": ("text",),
    "date_time": ("text", "unix_time", "date_time_format"),
    "text_mention": ("text", "user"),
    "custom_emoji": ("custom_emoji_id", "alternative_text"),
    "mathematical_expression": ("expression",),
    "url": ("text", "url"),
    "email_address": ("text", "email_address"),
    "phone_number": ("text", "phone_number"),
    "bank_card_number": ("text", "bank_card_number"),
    "mention": ("text", "username"),
    "hashtag": ("text", "hashtag"),
    "cashtag": ("text", "cashtag"),
    "bot_command": ("text", "bot_command"),
    "button": ("button",),
    "anchor": ("name",),
    "anchor_link": ("text", "anchor_name"),
    "reference": ("text", "name"),
    "reference_link": ("text", "reference_name"),
}
_PLAIN = {"custom_emoji", "date_time"}
_STYLES = {"danger", "success", "primary", "link"}
_DATE_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")


def parse_refusal(text: str) -> ApiError:
    """Word the refusal of a block that could not be read."""
    return bad_request("Can't parse InputRichBlock: " + text)


def required(value: JsonObject, name: str) -> Json:
    """Give a field that must be there."""
    if value.get(name) is None:
        raise parse_refusal(f'Can\'t find field "{name}"')
    return value[name]


def string(value: JsonObject, name: str) -> str:
    """Give a text field that must be there."""
    found = required(value, name)
    if not isinstance(found, str):
        raise parse_refusal(f'Field "{name}" must be of type String')
    return found


def number(value: JsonObject, name: str) -> int:
    """Give a whole number that must be there; Telegram also takes it written as text."""
    found = required(value, name)
    if isinstance(found, str) and re.fullmatch(r"-?\d{1,18}", found):
        return int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        raise parse_refusal(f'Field "{name}" must be of type Number')
    return found


def truth(value: JsonObject, name: str) -> bool:
    """Give an optional yes or no."""
    found = value.get(name)
    if found is None:
        return False
    if not isinstance(found, bool):
        raise parse_refusal(f'Field "{name}" must be of type Boolean')
    return found


def rich_text(value: Json) -> Json:
    """Give a rich text as Telegram echoes it, or refuse it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [rich_text(item) for item in value]
    if not isinstance(value, dict):
        raise parse_refusal("RichText must be a String, an Array or an Object")
    kind = string(value, "type")
    if kind not in RICH_TEXT_FIELDS:
        raise parse_refusal("Unsupported rich text type")
    shown: JsonObject = {"type": kind}
    for name in RICH_TEXT_FIELDS[kind]:
        shown[name] = _read(name, value)
    _check(kind, shown)
    return shown


def _read(name: str, value: JsonObject) -> Json:
    if name == "text":
        return rich_text(required(value, name))
    if name == "button":
        return rich_button(required(value, name))
    if name == "unix_time":
        return number(value, name)
    if name == "user":
        return _user(required(value, name))
    return string(value, name)


def _user(user: Json) -> JsonObject:
    """Give the user that a mention names; a bot needs to write no more than the number."""
    if not isinstance(user, dict) or type(user.get("id")) is not int:
        raise parse_refusal('Field "user" must be of type Object')
    name = user.get("first_name")
    return {
        "id": user["id"],
        "is_bot": user.get("is_bot") is True,
        "first_name": name if isinstance(name, str) else "",
    }


def _check(kind: str, shown: JsonObject) -> None:
    check = _CHECKS.get(kind)
    if check is not None:
        check(shown)


def _check_url(shown: JsonObject) -> None:
    if not is_rich_link(str(shown["url"])):
        raise bad_request("RICH_MESSAGE_URL_INVALID")


def _check_email(shown: JsonObject) -> None:
    if not _EMAIL.fullmatch(str(shown["email_address"])):
        raise bad_request("RICH_MESSAGE_EMAIL_INVALID")


def _check_date(shown: JsonObject) -> None:
    time = shown["unix_time"]
    is_sound = isinstance(time, int) and 0 < time < 2**31
    if not is_sound or not _DATE_FORMAT.fullmatch(str(shown["date_time_format"])):
        raise bad_request("RICH_MESSAGE_DATE_INVALID")


def _check_emoji(shown: JsonObject) -> None:
    if not re.fullmatch(r"-?[1-9]\d{0,18}", str(shown["custom_emoji_id"])):
        raise bad_request("RICH_MESSAGE_EMOJI_INVALID")


_CHECKS: dict[str, Callable[[JsonObject], None]] = {
    "url": _check_url,
    "email_address": _check_email,
    "date_time": _check_date,
    "custom_emoji": _check_emoji,
}


def rich_button(value: Json) -> JsonObject:
    """Give a button of a rich message as Telegram echoes it, or refuse it."""
    if not isinstance(value, dict):
        raise parse_refusal("RichMessageButton must be an Object")
    label = rich_text(required(value, "text"))
    if not _is_plain(label):
        raise bad_request("RICH_MESSAGE_ENTITIES_INVALID")
    action = button_action(value, "Can't parse InputRichBlock: ")
    shown: JsonObject = {"text": label, action: shown_action(action, value[action])}
    style = value.get("style")
    if style is not None:
        is_known = isinstance(style, str) and style in _STYLES
        if not is_known or (style == "link" and action != "callback_data"):
            raise parse_refusal("Invalid button style specified")
        shown["style"] = style
    if action == "url" and not is_rich_link(str(value["url"])):
        raise bad_request("RICH_MESSAGE_URL_INVALID")
    return shown


def _is_plain(label: Json) -> bool:
    if isinstance(label, list):
        return all(_is_plain(item) for item in label)
    return isinstance(label, str) or (isinstance(label, dict) and label["type"] in _PLAIN)
