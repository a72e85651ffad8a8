"""Telegram's own parser of classic HTML, asked offline: the outside judge of our reading."""

import json

import tdjson

from bot.demo.emulator.json_encoding import JsonObject

_ENTITY_KINDS = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
}

tdjson.td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())


def parse_html_by_telegram(source: str) -> JsonObject | str:
    """Give the text and entities that Telegram reads, or the text of its refusal."""
    mode = {"@type": "textParseModeHTML"}
    request = {"@type": "parseTextEntities", "text": source, "parse_mode": mode}
    answer = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"")
    if answer["@type"] == "error":
        message: str = answer["message"]
        return "Bad Request: " + message[0].lower() + message[1:]
    return {
        "text": answer["text"],
        "entities": [_entity_object(entity) for entity in answer["entities"]],
    }


def _entity_object(value: JsonObject) -> JsonObject:
    kind = value["type"]
    assert isinstance(kind, dict)
    name = str(kind["@type"]).removeprefix("textEntityType")
    entity: JsonObject = {
        "type": _ENTITY_KINDS[name],
        "offset": value["offset"],
        "length": value["length"],
    }
    for field in ("url", "language", "custom_emoji_id", "unix_time"):
        if kind.get(field):
            entity[field] = kind[field]
    if name == "MentionName":
        entity["user"] = kind["user_id"]
    if name == "DateTime":
        entity["date_time_format"] = _date_format(kind.get("formatting_type"))
        if not entity["date_time_format"]:
            del entity["date_time_format"]
    return entity


def _date_format(value: object) -> str:
    """Write Telegram's description of a date format in its short form."""
    if not isinstance(value, dict):
        return ""
    if value["@type"].endswith("Relative"):
        return "r"
    letters = "w" if value["show_day_of_week"] else ""
    for part, letter in (("date_precision", "d"), ("time_precision", "t")):
        precision = value[part]["@type"].removeprefix("dateTimePartPrecision")
        letters += {"Long": letter.upper(), "Short": letter}.get(precision, "")
    return letters
