"""Telegram's own parser of classic HTML, asked offline: the outside judge of our reading."""

import json

import tdjson

from bot.demo.emulator.json_encoding import JsonObject

_KINDS = {
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


def judged(source: str) -> JsonObject | str:
    """Give the text and entities that Telegram reads, or the text of its refusal."""
    mode = {"@type": "textParseModeHTML"}
    question = {"@type": "parseTextEntities", "text": source, "parse_mode": mode}
    answer = json.loads(tdjson.td_execute(json.dumps(question).encode()) or b"")
    if answer["@type"] == "error":
        message: str = answer["message"]
        return "Bad Request: " + message[0].lower() + message[1:]
    return {"text": answer["text"], "entities": [_entity(each) for each in answer["entities"]]}


def _entity(value: JsonObject) -> JsonObject:
    kind = value["type"]
    assert isinstance(kind, dict)
    name = str(kind["@type"]).removeprefix("textEntityType")
    entity: JsonObject = {
        "type": _KINDS[name],
        "offset": value["offset"],
        "length": value["length"],
    }
    for field in ("url", "language", "custom_emoji_id", "unix_time"):
        if kind.get(field):
            entity[field] = kind[field]
    if name == "MentionName":
        entity["user"] = kind["user_id"]
    if name == "DateTime":
        entity["date_time_format"] = _format(kind.get("formatting_type"))
        if not entity["date_time_format"]:
            del entity["date_time_format"]
    return entity


def _format(value: object) -> str:
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
