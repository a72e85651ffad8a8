"""The text inside rich messages: strings, lists and formatting objects."""

import re

from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject, bad_request
from bot.demo.formatting.keyboards import button_action, echo_action
from bot.demo.formatting.links import is_rich_link
from bot.demo.formatting.message_entities import CUSTOM_EMOJI_ID, DATE_TIME_FORMAT

# The required fields of each type.
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
_PLAIN_LABEL_TYPES = {"custom_emoji", "date_time"}
_BUTTON_STYLES = {"danger", "success", "primary", "link"}
_EMAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")


def block_parse_error(text: str) -> ApiError:
    """Return the error of a block that cannot be parsed."""
    return bad_request("Can't parse InputRichBlock: " + text)


def required_field(value: JsonObject, name: str) -> Json:
    """Return a required field."""
    if value.get(name) is None:
        raise block_parse_error(f'Can\'t find field "{name}"')
    return value[name]


def string_field(value: JsonObject, name: str) -> str:
    """Return a required string."""
    field = required_field(value, name)
    if not isinstance(field, str):
        raise block_parse_error(f'Field "{name}" must be of type String')
    return field


def number_field(value: JsonObject, name: str) -> int:
    """Return a required integer; like Telegram, accept one written as text."""
    field = required_field(value, name)
    if isinstance(field, str) and re.fullmatch(r"-?\d{1,18}", field):
        return int(field)
    if isinstance(field, bool) or not isinstance(field, int):
        raise block_parse_error(f'Field "{name}" must be of type Number')
    return field


def flag_field(value: JsonObject, name: str) -> bool:
    """Return an optional boolean."""
    field = value.get(name)
    if field is None:
        return False
    if not isinstance(field, bool):
        raise block_parse_error(f'Field "{name}" must be of type Boolean')
    return field


def parse_rich_text(value: Json) -> Json:
    """Return a rich text as Telegram echoes it, or raise its error."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [parse_rich_text(item) for item in value]
    if not isinstance(value, dict):
        raise block_parse_error("RichText must be a String, an Array or an Object")
    text_type = string_field(value, "type")
    if text_type not in RICH_TEXT_FIELDS:
        raise block_parse_error("Unsupported rich text type")
    echoed_text: JsonObject = {"type": text_type}
    for field_name in RICH_TEXT_FIELDS[text_type]:
        if field_name == "text":
            echoed_text[field_name] = parse_rich_text(required_field(value, field_name))
        elif field_name == "button":
            echoed_text[field_name] = parse_rich_button(required_field(value, field_name))
        elif field_name == "unix_time":
            echoed_text[field_name] = number_field(value, field_name)
        elif field_name == "user":
            user = required_field(value, field_name)  # a bot may pass only its id
            if not isinstance(user, dict) or type(user.get("id")) is not int:
                raise block_parse_error('Field "user" must be of type Object')
            first_name = user.get("first_name")
            echoed_text[field_name] = {
                "id": user["id"],
                "is_bot": user.get("is_bot") is True,
                "first_name": first_name if isinstance(first_name, str) else "",
            }
        else:
            echoed_text[field_name] = string_field(value, field_name)
    _check_values(text_type, echoed_text)
    return echoed_text


def _check_values(kind: str, echo: JsonObject) -> None:
    """Raise the error of an address, date or emoji that Telegram refuses."""
    if kind == "url" and not is_rich_link(str(echo["url"])):
        raise bad_request("RICH_MESSAGE_URL_INVALID")
    if kind == "email_address" and not _EMAIL_ADDRESS.fullmatch(str(echo["email_address"])):
        raise bad_request("RICH_MESSAGE_EMAIL_INVALID")
    if kind == "date_time":
        unix_time = echo["unix_time"]
        is_in_range = isinstance(unix_time, int) and 0 < unix_time < 2**31
        if not is_in_range or not DATE_TIME_FORMAT.fullmatch(str(echo["date_time_format"])):
            raise bad_request("RICH_MESSAGE_DATE_INVALID")
    if kind == "custom_emoji" and not CUSTOM_EMOJI_ID.fullmatch(str(echo["custom_emoji_id"])):
        raise bad_request("RICH_MESSAGE_EMOJI_INVALID")


def parse_rich_button(value: Json) -> JsonObject:
    """Return a button of a rich message as Telegram echoes it, or raise its error."""
    if not isinstance(value, dict):
        raise block_parse_error("RichMessageButton must be an Object")
    label = parse_rich_text(required_field(value, "text"))
    if not _is_plain_label(label):
        raise bad_request("RICH_MESSAGE_ENTITIES_INVALID")
    action = button_action(value, "Can't parse InputRichBlock: ")
    echoed_button: JsonObject = {"text": label, action: echo_action(action, value[action])}
    button_style = value.get("style")
    if button_style is not None:
        is_known_style = isinstance(button_style, str) and button_style in _BUTTON_STYLES
        if not is_known_style or (button_style == "link" and action != "callback_data"):
            raise block_parse_error("Invalid button style specified")
        echoed_button["style"] = button_style
    if action == "url" and not is_rich_link(str(value["url"])):
        raise bad_request("RICH_MESSAGE_URL_INVALID")
    return echoed_button


def _is_plain_label(label: Json) -> bool:
    if isinstance(label, list):
        return all(_is_plain_label(item) for item in label)
    return isinstance(label, str) or (
        isinstance(label, dict) and label["type"] in _PLAIN_LABEL_TYPES
    )
