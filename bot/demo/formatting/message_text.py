"""The text of a message, parsed and limited as by Telegram."""

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.autolinks import add_detected_entities
from bot.demo.formatting.html_to_entities import parse_html
from bot.demo.formatting.message_entities import FormattedText, MessageEntity, trim, utf16_length

MAX_TEXT_LENGTH = 4096
MAX_CAPTION_LENGTH = 1024
MAX_RAW_BYTES = 32_768
MAX_ENTITIES = 100
_ENTITY_FIELDS = {
    "mention": (),
    "hashtag": (),
    "cashtag": (),
    "bot_command": (),
    "url": (),
    "email": (),
    "phone_number": (),
    "bold": (),
    "italic": (),
    "underline": (),
    "strikethrough": (),
    "spoiler": (),
    "blockquote": (),
    "expandable_blockquote": (),
    "code": (),
    "pre": ("language",),
    "text_link": ("url",),
    "text_mention": (),
    "custom_emoji": ("custom_emoji_id",),
    "date_time": ("unix_time", "date_time_format"),
}


def message_text_fields(arguments: CallArguments, users: dict[int, JsonObject]) -> JsonObject:
    """Return ``text`` and ``entities`` of a message, or raise its error."""
    message_text = arguments.text("text")
    if not message_text:
        raise bad_request("message text is empty")
    formatted_text = _parse_formatted_text(arguments, message_text, "entities")
    if not formatted_text.text:
        raise bad_request("text must be non-empty")
    if len(formatted_text.text) > MAX_TEXT_LENGTH:
        raise bad_request("message is too long")
    return _text_fields(formatted_text, "text", "entities", users)


def caption_fields(arguments: CallArguments, users: dict[int, JsonObject]) -> JsonObject:
    """Return ``caption`` and ``caption_entities``, if there are any, or raise an error."""
    caption = arguments.text("caption")
    if not caption:
        return {}
    formatted_caption = _parse_formatted_text(arguments, caption, "caption_entities")
    if len(formatted_caption.text) > MAX_CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    if not formatted_caption.text:
        return {}
    return _text_fields(formatted_caption, "caption", "caption_entities", users)


def _parse_formatted_text(
    arguments: CallArguments, source: str, entities_parameter: str
) -> FormattedText:
    if len(source.encode("utf-8", "replace")) > MAX_RAW_BYTES:
        raise bad_request("text is too long")
    parse_mode = arguments.text("parse_mode").lower()
    if parse_mode == "html":
        formatted_text = parse_html(source)
    elif parse_mode:
        # The bot sends HTML and blocks only; an approximate Markdown parser would prove nothing.
        raise bad_request("unsupported parse_mode")
    else:
        entity_values = arguments.json_value(entities_parameter, "Can't parse entities JSON object")
        if entity_values is not None and not isinstance(entity_values, list):
            raise bad_request("expected an Array of MessageEntity")
        formatted_text = FormattedText(
            source, tuple(_parse_entity(value) for value in entity_values or ())
        )
    return add_detected_entities(trim(formatted_text))


def _parse_entity(value: Json) -> MessageEntity:
    if not isinstance(value, dict):
        raise bad_request("Can't parse MessageEntity: expected an Object")
    for field_name in ("offset", "length", "type"):
        if field_name not in value:
            raise bad_request(f"Can't parse MessageEntity: Can't find field \"{field_name}\"")
    entity_type, entity_offset, entity_length = value["type"], value["offset"], value["length"]
    if type(entity_offset) is not int or type(entity_length) is not int:
        raise bad_request('Can\'t parse MessageEntity: Field "offset" must be of type Number')
    if not isinstance(entity_type, str) or entity_type not in _ENTITY_FIELDS:
        raise bad_request("Can't parse MessageEntity: Unsupported type specified")
    extra_fields = []
    for field_name in _ENTITY_FIELDS[entity_type]:
        detail_value = value.get(field_name)
        if isinstance(detail_value, int if field_name == "unix_time" else str):
            extra_fields.append((field_name, detail_value))
    return MessageEntity(entity_type, entity_offset, entity_length, tuple(extra_fields))


def _text_fields(
    formatted: FormattedText, text_key: str, entities_key: str, users: dict[int, JsonObject]
) -> JsonObject:
    message_fields: JsonObject = {text_key: formatted.text}
    text_length = utf16_length(formatted.text)
    entity_objects: list[Json] = []
    # Telegram silently drops entities beyond the limit.
    for entity in formatted.entities[:MAX_ENTITIES]:
        if not 0 <= entity.offset < entity.end <= text_length:
            continue
        entity_object = entity.as_json()
        user_id = entity_object.get("user")
        if isinstance(user_id, int):
            unknown_user: JsonObject = {"id": user_id, "is_bot": False, "first_name": ""}
            entity_object["user"] = users.get(user_id, unknown_user)
        entity_objects.append(entity_object)
    if entity_objects:
        message_fields[entities_key] = entity_objects
    return message_fields
