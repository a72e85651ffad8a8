"""Rich messages: parsed block by block, with Telegram's errors and echoes.

Only ``blocks`` are accepted. Telegram's servers parse rich HTML and rich Markdown by undocumented
rules, so the emulator responds like a server that is too old to know them.
"""

from collections.abc import Callable

from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.rich_size import check_size, measure_blocks
from bot.demo.formatting.rich_table import ALIGNMENTS, choice_field, parse_rich_table
from bot.demo.formatting.rich_text import (
    block_parse_error,
    flag_field,
    number_field,
    parse_rich_button,
    parse_rich_text,
    required_field,
    string_field,
)

MAX_BUTTONS = 8
_INVISIBLE_BLOCKS = {"divider", "anchor"}
_MEDIA_TYPES = {"photo", "video", "animation", "audio", "voice_note", "document"}

ResolveMedia = Callable[[JsonObject], JsonObject]
_BlockParser = Callable[[JsonObject, ResolveMedia], JsonObject]


def parse_rich_message(value: JsonObject | None, resolve_media: ResolveMedia) -> JsonObject:
    """Return the RichMessage for an InputRichMessage, or raise its error."""
    blocks = (value or {}).get("blocks")
    if value is None or not blocks:
        raise bad_request("rich message must be non-empty")
    if not isinstance(blocks, list):
        raise bad_request('Field "blocks" must be of type Array')
    echo = _parse_blocks(blocks, resolve_media)
    kinds = [block["type"] for block in echo if isinstance(block, dict)]
    if "thinking" in kinds:  # allowed in drafts only
        raise bad_request("block is not allowed")
    if all(kind in _INVISIBLE_BLOCKS for kind in kinds):
        raise bad_request("RICH_MESSAGE_EMPTY")
    check_size(measure_blocks(echo))
    message: JsonObject = {"blocks": echo}
    if flag_field(value, "is_rtl"):
        message["is_rtl"] = True
    return message


def _parse_blocks(value: Json, resolve_media: ResolveMedia) -> list[Json]:
    if not isinstance(value, list):
        raise block_parse_error('Field "blocks" must be of type Array')
    return [_parse_block(item, resolve_media) for item in value]


def _parse_block(value: Json, resolve_media: ResolveMedia) -> JsonObject:
    if not isinstance(value, dict):
        raise block_parse_error("expected an Object")
    kind = string_field(value, "type")
    if kind in _MEDIA_TYPES:
        return _parse_media(kind, value, resolve_media)
    parse_fields = _BLOCK_PARSERS.get(kind)
    if parse_fields is None:
        raise block_parse_error(f'type "{kind}" is unsupported')
    return {"type": kind, **parse_fields(value, resolve_media)}


def _rich_text_parser(*names: str, optional: tuple[str, ...] = ()) -> _BlockParser:
    """Return the parser of a block that contains rich texts."""

    def parse_fields(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
        echo: JsonObject = {name: parse_rich_text(required_field(value, name)) for name in names}
        for name in optional:
            if value.get(name) is not None:
                echo[name] = parse_rich_text(value[name])
        return echo

    return parse_fields


def _parse_heading(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    size = number_field(value, "size")
    text = parse_rich_text(required_field(value, "text"))
    if not 1 <= size <= 6:
        raise bad_request("Invalid section heading size specified")
    return {"text": text, "size": size}


def _parse_preformatted(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    echo: JsonObject = {"text": parse_rich_text(required_field(value, "text"))}
    if value.get("language") is not None:
        echo["language"] = string_field(value, "language")
    return echo


def _string_parser(name: str) -> _BlockParser:
    """Return the parser of a block that is one plain string."""

    def parse_fields(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
        return {name: string_field(value, name)}

    return parse_fields


def _parse_empty_block(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    return {}


def _parse_list(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    items = required_field(value, "items")
    if not isinstance(items, list):
        raise block_parse_error('Field "items" must be of type Array')
    if not items:
        raise bad_request("List must be non-empty")
    echo: list[Json] = []
    ordered_flags = set()
    for position, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise block_parse_error("expected an Object")
        ordered_flags.add("value" in item or "type" in item)
        echo.append(_parse_list_item(item, position, resolve_media))
    if len(ordered_flags) > 1:
        raise bad_request("List must be either ordered or unordered")
    return {"items": echo}


def _parse_list_item(item: JsonObject, position: int, resolve_media: ResolveMedia) -> JsonObject:
    blocks = _parse_blocks(required_field(item, "blocks"), resolve_media)
    echo: JsonObject = {"label": "•", "blocks": blocks}
    for name in ("has_checkbox", "is_checked"):
        if flag_field(item, name):
            echo[name] = True
    if "value" in item or "type" in item:
        echo["value"] = number_field(item, "value") if "value" in item else position
        echo["type"] = string_field(item, "type") if "type" in item else "1"
        echo["label"] = f"{echo['value']}."
        if echo["type"] not in {"a", "A", "i", "I", "1"}:
            raise bad_request("Invalid list item type specified")
    return echo


def _parse_quote(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    echo: JsonObject = {"blocks": _parse_blocks(required_field(value, "blocks"), resolve_media)}
    if value.get("credit") is not None:
        echo["credit"] = parse_rich_text(value["credit"])
    return echo


def _parse_table(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    return parse_rich_table(value)


def _parse_details(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    echo: JsonObject = {
        "summary": parse_rich_text(required_field(value, "summary")),
        "blocks": _parse_blocks(required_field(value, "blocks"), resolve_media),
    }
    if flag_field(value, "is_open"):
        echo["is_open"] = True
    return echo


def _parse_buttons(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    buttons = required_field(value, "buttons")
    if not isinstance(buttons, list):
        raise block_parse_error('Field "buttons" must be of type Array')
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        raise bad_request("RICH_MESSAGE_BUTTONS_INVALID")
    echo: JsonObject = {"buttons": [parse_rich_button(button) for button in buttons]}
    if value.get("align") is not None:
        echo["align"] = choice_field(value, "align", ALIGNMENTS)
    return echo


def _parse_gallery(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    return {
        "blocks": _parse_blocks(required_field(value, "blocks"), resolve_media),
        **_parse_caption(value),
    }


def _parse_caption(value: JsonObject) -> JsonObject:
    caption = value.get("caption")
    if caption is None:
        return {}
    if not isinstance(caption, dict):
        raise block_parse_error('Field "caption" must be of type Object')
    echo: JsonObject = {"text": parse_rich_text(required_field(caption, "text"))}
    if caption.get("credit") is not None:
        echo["credit"] = parse_rich_text(caption["credit"])
    return {"caption": echo}


def _parse_map(value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    location = required_field(value, "location")
    if not isinstance(location, dict):
        raise block_parse_error('Field "location" must be of type Object')
    coordinates: JsonObject = {name: location.get(name) for name in ("latitude", "longitude")}
    if not all(isinstance(value, int | float) for value in coordinates.values()):
        raise block_parse_error("Location is invalid")
    echo: JsonObject = {"location": coordinates, "zoom": 13, "width": 600, "height": 300}
    for name in ("zoom", "width", "height"):
        if value.get(name) is not None:
            echo[name] = number_field(value, name)
    zoom = echo["zoom"]
    if not isinstance(zoom, int) or not 0 <= zoom <= 24:
        raise bad_request("Invalid map properties specified")
    return {**echo, **_parse_caption(value)}


def _parse_media(kind: str, value: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    media_object = required_field(value, kind)
    if not isinstance(media_object, dict):
        raise block_parse_error(f'Field "{kind}" must be of type Object')
    return {"type": kind, kind: resolve_media(media_object), **_parse_caption(value)}


_BLOCK_PARSERS: dict[str, _BlockParser] = {
    "paragraph": _rich_text_parser("text"),
    "heading": _parse_heading,
    "pre": _parse_preformatted,
    "footer": _rich_text_parser("text"),
    "divider": _parse_empty_block,
    "mathematical_expression": _string_parser("expression"),
    "anchor": _string_parser("name"),
    "list": _parse_list,
    "blockquote": _parse_quote,
    "expandable_blockquote": _rich_text_parser("text", optional=("credit",)),
    "pullquote": _rich_text_parser("text", optional=("credit",)),
    "collage": _parse_gallery,
    "slideshow": _parse_gallery,
    "table": _parse_table,
    "details": _parse_details,
    "buttons": _parse_buttons,
    "map": _parse_map,
    "thinking": _rich_text_parser("text"),
}

BLOCK_TYPES = {*_BLOCK_PARSERS, *_MEDIA_TYPES}
