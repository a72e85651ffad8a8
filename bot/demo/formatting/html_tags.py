"""The tags and character references of Telegram's HTML, and what each means."""

import re

from bot.demo.emulator.json_encoding import ApiError, bad_request
from bot.demo.formatting.links import checked_link, mentioned_user

_SIMPLE = {
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
TAGS = {*_SIMPLE, "a", "pre", "code", "blockquote", "tg-emoji", "tg-time"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]+));?")
_DATE_FORMAT = re.compile(r"r|w?[dD]?[tT]?")


def refusal(text: str) -> ApiError:
    """Word the refusal of a marked-up text."""
    return bad_request("Can't parse entities: " + text)


def decoded_reference(reference: re.Match[str]) -> str | None:
    """Give the letter that a reference means, or None when it stands for itself."""
    hexadecimal, decimal, name = reference.groups()
    if name is not None:
        return _NAMED.get(name)
    digits, base = (hexadecimal, 16) if hexadecimal is not None else (decimal, 10)
    if not digits or len(reference[0].rstrip(";")) >= 10:
        return None
    code = int(digits, base)
    if code == 0 or code >= 0x10FFFF:
        return None
    return chr(code)


_Extra = tuple[tuple[str, str | int], ...]


def meaning(tag: str, attributes: dict[str, str]) -> tuple[str, _Extra] | None:
    """Give kind and details of an entity, or None when the server drops it in silence."""
    if tag in _SIMPLE:
        return _SIMPLE[tag], ()
    if tag == "blockquote":
        return ("expandable_blockquote" if "expandable" in attributes else "blockquote"), ()
    if tag == "a":
        return _link(attributes["href"])
    if tag == "tg-emoji":
        return _emoji(attributes.get("emoji-id", ""))
    return _time(attributes)


def _link(url: str) -> tuple[str, _Extra] | None:
    user = mentioned_user(url)
    if user is not None:
        return "text_mention", (("user", user),)
    link = checked_link(url)
    return ("text_link", (("url", link),)) if link else None


def _emoji(identifier: str) -> tuple[str, _Extra]:
    if not re.fullmatch(r"-?[1-9]\d{0,18}", identifier):
        raise refusal("Invalid custom emoji identifier specified")
    return "custom_emoji", (("custom_emoji_id", identifier),)


def _time(attributes: dict[str, str]) -> tuple[str, _Extra] | None:
    form = attributes.get("format", "")
    if not _DATE_FORMAT.fullmatch(form):
        raise refusal("Invalid date format used")
    unix = attributes.get("unix", "")
    if not re.fullmatch(r"[1-9]\d{0,9}", unix):
        return None
    extra: _Extra = (("unix_time", int(unix)),)
    return "date_time", (*extra, ("date_time_format", form)) if form else extra
