"""The tags and character references of Telegram's HTML."""

import re

from bot.demo.emulator.json_encoding import ApiError, bad_request
from bot.demo.formatting.links import mentioned_user_id, normalize_link
from bot.demo.formatting.message_entities import CUSTOM_EMOJI_ID, DATE_TIME_FORMAT

_STYLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
}
SUPPORTED_TAGS = {*_STYLE_TAGS, "a", "pre", "code", "blockquote", "tg-emoji", "tg-time"}
_NAMED_REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
CHARACTER_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]+));?")


def html_parse_error(text: str) -> ApiError:
    """Return the error of a text with invalid markup."""
    return bad_request("Can't parse entities: " + text)


def decode_reference(reference: re.Match[str]) -> str | None:
    """Return the character of a reference, or None if the reference is literal text."""
    hexadecimal, decimal, entity_name = reference.groups()
    if entity_name is not None:
        return _NAMED_REFERENCES.get(entity_name)
    digits, number_base = (hexadecimal, 16) if hexadecimal is not None else (decimal, 10)
    if not digits or len(reference[0].rstrip(";")) >= 10:
        return None
    code_point = int(digits, number_base)
    if code_point == 0 or code_point >= 0x10FFFF:
        return None
    return chr(code_point)


_ExtraFields = tuple[tuple[str, str | int], ...]


def entity_for_tag(tag: str, attributes: dict[str, str]) -> tuple[str, _ExtraFields] | None:
    """Return kind and fields of a tag's entity, or None if the server silently drops it."""
    if tag in _STYLE_TAGS:
        return _STYLE_TAGS[tag], ()
    if tag == "blockquote":
        return ("expandable_blockquote" if "expandable" in attributes else "blockquote"), ()
    if tag == "a":
        user_id = mentioned_user_id(attributes["href"])
        if user_id is not None:
            return "text_mention", (("user", user_id),)
        link = normalize_link(attributes["href"])
        return ("text_link", (("url", link),)) if link else None
    if tag == "tg-emoji":
        emoji_id = attributes.get("emoji-id", "")
        if not CUSTOM_EMOJI_ID.fullmatch(emoji_id):
            raise html_parse_error("Invalid custom emoji identifier specified")
        return "custom_emoji", (("custom_emoji_id", emoji_id),)
    date_format = attributes.get("format", "")
    if not DATE_TIME_FORMAT.fullmatch(date_format):
        raise html_parse_error("Invalid date format used")
    unix_time = attributes.get("unix", "")
    if not re.fullmatch(r"[1-9]\d{0,9}", unix_time):
        return None
    date_fields: _ExtraFields = (("unix_time", int(unix_time)),)
    if date_format:
        date_fields += (("date_time_format", date_format),)
    return "date_time", date_fields
