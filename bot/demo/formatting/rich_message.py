"""Rich messages: parsed block by block, with Telegram's errors and echoes.

Only ``blocks`` are accepted. Telegram's servers parse rich HTML and rich Markdown by undocumented
rules, so the emulator responds like a server that is too old to know them.
"""

from collections.abc import Callable

from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.rich_size import MEDIA_TYPES, check_size, measure_blocks
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
_ALIGNMENTS = ("left", "center", "right")
_VERTICAL_ALIGNMENTS = ("top", "middle", "bottom")
_INVISIBLE_BLOCKS = {"divider", "anchor"}

# The required and the optional fields of the blocks without rules of their own.
_BLOCK_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "paragraph": (("text",), ()),
    "pre": (("text",), ("language",)),
    "footer": (("text",), ()),
    "divider": ((), ()),
    "mathematical_expression": (("expression",), ()),
    "anchor": (("name",), ()),
    "blockquote": (("blocks",), ("credit",)),
    "expandable_blockquote": (("text",), ("credit",)),
    "pullquote": (("text",), ("credit",)),
    "collage": (("blocks",), ("caption",)),
    "slideshow": (("blocks",), ("caption",)),
    "details": (("summary", "blocks"), ("is_open",)),
    "thinking": (("text",), ()),
}

ResolveMedia = Callable[[JsonObject], JsonObject]


def parse_rich_message(value: JsonObject | None, resolve_media: ResolveMedia) -> JsonObject:
    """Return the RichMessage for an InputRichMessage, or raise its error."""
    blocks = (value or {}).get("blocks")
    if value is None or not blocks:
        raise bad_request("rich message must be non-empty")
    if not isinstance(blocks, list):
        raise bad_request('Field "blocks" must be of type Array')
    echoed_blocks = _parse_blocks(blocks, resolve_media)
    kinds = [block["type"] for block in echoed_blocks if isinstance(block, dict)]
    if "thinking" in kinds:  # allowed in drafts only
        raise bad_request("block is not allowed")
    if all(kind in _INVISIBLE_BLOCKS for kind in kinds):
        raise bad_request("RICH_MESSAGE_EMPTY")
    check_size(measure_blocks(echoed_blocks))
    message: JsonObject = {"blocks": echoed_blocks}
    if flag_field(value, "is_rtl"):
        message["is_rtl"] = True
    return message


def _parse_blocks(value: Json, resolve_media: ResolveMedia) -> list[Json]:
    if not isinstance(value, list):
        raise block_parse_error('Field "blocks" must be of type Array')
    echoed_blocks: list[Json] = []
    for block in value:
        if not isinstance(block, dict):
            raise block_parse_error("expected an Object")
        block_type = string_field(block, "type")
        if block_type in MEDIA_TYPES:
            media_object = required_field(block, block_type)
            if not isinstance(media_object, dict):
                raise block_parse_error(f'Field "{block_type}" must be of type Object')
            block_fields: JsonObject = {
                block_type: resolve_media(media_object),
                **_parse_caption(block),
            }
        elif block_type in _BLOCK_FIELDS:
            block_fields = _parse_fields(block, *_BLOCK_FIELDS[block_type], resolve_media)
        elif block_type in _BLOCK_PARSERS:
            block_fields = _BLOCK_PARSERS[block_type](block, resolve_media)
        else:
            raise block_parse_error(f'type "{block_type}" is unsupported')
        echoed_blocks.append({"type": block_type, **block_fields})
    return echoed_blocks


def _parse_fields(
    block: JsonObject,
    required_names: tuple[str, ...],
    optional_names: tuple[str, ...],
    resolve_media: ResolveMedia,
) -> JsonObject:
    """Return the fields of a block, each of the type that its name has in all blocks."""
    echoed_fields: JsonObject = {}
    present_names = [
        field_name for field_name in optional_names if block.get(field_name) is not None
    ]
    for field_name in (*required_names, *present_names):
        if field_name == "blocks":
            echoed_fields[field_name] = _parse_blocks(
                required_field(block, field_name), resolve_media
            )
        elif field_name == "caption":
            echoed_fields |= _parse_caption(block)
        elif field_name == "is_open":
            if flag_field(block, field_name):
                echoed_fields[field_name] = True
        elif field_name in {"expression", "language", "name"}:
            echoed_fields[field_name] = string_field(block, field_name)
        else:
            echoed_fields[field_name] = parse_rich_text(required_field(block, field_name))
    return echoed_fields


def _parse_caption(block: JsonObject) -> JsonObject:
    """Return the caption of a block in its field, or nothing without one."""
    caption = block.get("caption")
    if caption is None:
        return {}
    if not isinstance(caption, dict):
        raise block_parse_error('Field "caption" must be of type Object')
    echoed_caption: JsonObject = {"text": parse_rich_text(required_field(caption, "text"))}
    if caption.get("credit") is not None:
        echoed_caption["credit"] = parse_rich_text(caption["credit"])
    return {"caption": echoed_caption}


def _parse_heading(block: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    heading_size = number_field(block, "size")
    heading_text = parse_rich_text(required_field(block, "text"))
    if not 1 <= heading_size <= 6:
        raise bad_request("Invalid section heading size specified")
    return {"text": heading_text, "size": heading_size}


def _parse_list(block: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    list_items = required_field(block, "items")
    if not isinstance(list_items, list):
        raise block_parse_error('Field "items" must be of type Array')
    if not list_items:
        raise bad_request("List must be non-empty")
    echoed_items: list[Json] = []
    ordered_flags = set()
    for item_number, list_item in enumerate(list_items, start=1):
        if not isinstance(list_item, dict):
            raise block_parse_error("expected an Object")
        is_ordered = "value" in list_item or "type" in list_item
        ordered_flags.add(is_ordered)
        nested_blocks = _parse_blocks(required_field(list_item, "blocks"), resolve_media)
        item_echo: JsonObject = {"label": "•", "blocks": nested_blocks}
        for flag_name in ("has_checkbox", "is_checked"):
            if flag_field(list_item, flag_name):
                item_echo[flag_name] = True
        if is_ordered:
            item_echo["value"] = (
                number_field(list_item, "value") if "value" in list_item else item_number
            )
            item_echo["type"] = string_field(list_item, "type") if "type" in list_item else "1"
            item_echo["label"] = f"{item_echo['value']}."
            if item_echo["type"] not in {"a", "A", "i", "I", "1"}:
                raise bad_request("Invalid list item type specified")
        echoed_items.append(item_echo)
    if len(ordered_flags) > 1:
        raise bad_request("List must be either ordered or unordered")
    return {"items": echoed_items}


def _parse_table(block: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    rows = required_field(block, "cells")
    if not isinstance(rows, list):
        raise block_parse_error('Field "cells" must be of type Array')
    row_echoes: list[Json] = []
    for row in rows:
        if not isinstance(row, list):
            raise block_parse_error('Field "cells" must be an Array of Arrays')
        row_echoes.append([_parse_cell(cell) for cell in row])
    echoed_table: JsonObject = {"cells": row_echoes}
    for flag_name in ("is_bordered", "is_striped", "is_compact"):
        if flag_field(block, flag_name):
            echoed_table[flag_name] = True
    if block.get("caption") is not None:
        echoed_table["caption"] = parse_rich_text(block["caption"])
    return echoed_table


def _parse_cell(cell: Json) -> JsonObject:
    if not isinstance(cell, dict):
        raise block_parse_error("expected an Object")
    echoed_cell: JsonObject = {}
    if cell.get("text") is not None:
        echoed_cell["text"] = parse_rich_text(cell["text"])
    if flag_field(cell, "is_header"):
        echoed_cell["is_header"] = True
    for field_name in ("colspan", "rowspan"):
        if cell.get(field_name) is not None:
            span = echoed_cell[field_name] = number_field(cell, field_name)
            if not 1 <= span <= 1000:
                raise bad_request(f"Invalid table cell {field_name} specified")
    # Documented as required, but the live server accepts cells without them.
    echoed_cell["align"] = _choice_field(cell, "align", _ALIGNMENTS)
    echoed_cell["valign"] = _choice_field(cell, "valign", _VERTICAL_ALIGNMENTS)
    return echoed_cell


def _choice_field(value: JsonObject, name: str, choices: tuple[str, ...]) -> str:
    """Return one of a few words, the first by default."""
    choice = value.get(name, choices[0])
    if not isinstance(choice, str) or choice not in choices:
        raise block_parse_error(f"Invalid {name} specified")
    return choice


def _parse_buttons(block: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    buttons = required_field(block, "buttons")
    if not isinstance(buttons, list):
        raise block_parse_error('Field "buttons" must be of type Array')
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        raise bad_request("RICH_MESSAGE_BUTTONS_INVALID")
    echoed_buttons: JsonObject = {"buttons": [parse_rich_button(button) for button in buttons]}
    if block.get("align") is not None:
        echoed_buttons["align"] = _choice_field(block, "align", _ALIGNMENTS)
    return echoed_buttons


def _parse_map(block: JsonObject, resolve_media: ResolveMedia) -> JsonObject:
    location = required_field(block, "location")
    if not isinstance(location, dict):
        raise block_parse_error('Field "location" must be of type Object')
    coordinates: JsonObject = {
        field_name: location.get(field_name) for field_name in ("latitude", "longitude")
    }
    if not all(isinstance(value, int | float) for value in coordinates.values()):
        raise block_parse_error("Location is invalid")
    echoed_map: JsonObject = {"location": coordinates, "zoom": 13, "width": 600, "height": 300}
    for field_name in ("zoom", "width", "height"):
        if block.get(field_name) is not None:
            echoed_map[field_name] = number_field(block, field_name)
    zoom = echoed_map["zoom"]
    if not isinstance(zoom, int) or not 0 <= zoom <= 24:
        raise bad_request("Invalid map properties specified")
    return {**echoed_map, **_parse_caption(block)}


_BLOCK_PARSERS: dict[str, Callable[[JsonObject, ResolveMedia], JsonObject]] = {
    "heading": _parse_heading,
    "list": _parse_list,
    "table": _parse_table,
    "buttons": _parse_buttons,
    "map": _parse_map,
}

BLOCK_TYPES = {*_BLOCK_FIELDS, *_BLOCK_PARSERS, *MEDIA_TYPES}
