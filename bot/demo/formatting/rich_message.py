"""Rich messages: read block by block, refused in Telegram's words, echoed as Telegram echoes.

Only ``blocks`` are judged. Rich HTML and rich Markdown are read on Telegram's servers by rules
that nobody outside can check, so the emulator answers as a server too old to know them.
"""

from collections.abc import Callable

from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.rich_size import check_size, measure
from bot.demo.formatting.rich_table import ALIGN, one_of, rich_table
from bot.demo.formatting.rich_text import (
    number,
    parse_refusal,
    required,
    rich_button,
    rich_text,
    string,
    truth,
)

MAX_BUTTONS = 8
_SILENT = {"divider", "anchor"}
_MEDIA = {"photo", "video", "animation", "audio", "voice_note", "document"}

Media = Callable[[JsonObject], JsonObject]
_Read = Callable[[JsonObject, Media], JsonObject]


def rich_message(value: JsonObject | None, media: Media, *, is_draft: bool = False) -> JsonObject:
    """Give the RichMessage that a bot's InputRichMessage makes, or refuse it."""
    blocks = (value or {}).get("blocks")
    if value is None or not blocks:
        raise bad_request("rich message must be non-empty")
    if not isinstance(blocks, list):
        raise bad_request('Field "blocks" must be of type Array')
    shown = _blocks(blocks, media)
    _check_place(shown, is_draft=is_draft)
    check_size(measure(shown))
    message: JsonObject = {"blocks": shown}
    if truth(value, "is_rtl"):
        message["is_rtl"] = True
    return message


def _check_place(blocks: list[Json], *, is_draft: bool) -> None:
    kinds = [block["type"] for block in blocks if isinstance(block, dict)]
    if "thinking" in kinds and not is_draft:
        raise bad_request("block is not allowed")
    if all(kind in _SILENT for kind in kinds):
        raise bad_request("RICH_MESSAGE_EMPTY")


def _blocks(value: Json, media: Media) -> list[Json]:
    if not isinstance(value, list):
        raise parse_refusal('Field "blocks" must be of type Array')
    return [_block(item, media) for item in value]


def _block(value: Json, media: Media) -> JsonObject:
    if not isinstance(value, dict):
        raise parse_refusal("expected an Object")
    kind = string(value, "type")
    if kind in _MEDIA:
        return _media(kind, value, media)
    read = _BLOCKS.get(kind)
    if read is None:
        raise parse_refusal(f'type "{kind}" is unsupported')
    return {"type": kind, **read(value, media)}


def _texts(*names: str, optional: tuple[str, ...] = ()) -> _Read:
    """Make the reader of a block that holds rich texts."""

    def read(value: JsonObject, media: Media) -> JsonObject:
        shown: JsonObject = {name: rich_text(required(value, name)) for name in names}
        for name in optional:
            if value.get(name) is not None:
                shown[name] = rich_text(value[name])
        return shown

    return read


def _heading(value: JsonObject, media: Media) -> JsonObject:
    size = number(value, "size")
    text = rich_text(required(value, "text"))
    if not 1 <= size <= 6:
        raise bad_request("Invalid section heading size specified")
    return {"text": text, "size": size}


def _pre(value: JsonObject, media: Media) -> JsonObject:
    shown: JsonObject = {"text": rich_text(required(value, "text"))}
    if value.get("language") is not None:
        shown["language"] = string(value, "language")
    return shown


def _strings(name: str) -> _Read:
    """Make the reader of a block that is one plain string."""

    def read(value: JsonObject, media: Media) -> JsonObject:
        return {name: string(value, name)}

    return read


def _nothing(value: JsonObject, media: Media) -> JsonObject:
    return {}


def _list(value: JsonObject, media: Media) -> JsonObject:
    items = required(value, "items")
    if not isinstance(items, list):
        raise parse_refusal('Field "items" must be of type Array')
    if not items:
        raise bad_request("List must be non-empty")
    shown: list[Json] = []
    ordered = set()
    for place, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise parse_refusal("expected an Object")
        ordered.add("value" in item or "type" in item)
        shown.append(_item(item, place, media))
    if len(ordered) > 1:
        raise bad_request("List must be either ordered or unordered")
    return {"items": shown}


def _item(item: JsonObject, place: int, media: Media) -> JsonObject:
    blocks = _blocks(required(item, "blocks"), media)
    shown: JsonObject = {"label": "•", "blocks": blocks}
    for name in ("has_checkbox", "is_checked"):
        if truth(item, name):
            shown[name] = True
    if "value" in item or "type" in item:
        shown["value"] = number(item, "value") if "value" in item else place
        shown["type"] = string(item, "type") if "type" in item else "1"
        shown["label"] = f"{shown['value']}."
        if shown["type"] not in {"a", "A", "i", "I", "1"}:
            raise bad_request("Invalid list item type specified")
    return shown


def _quote(value: JsonObject, media: Media) -> JsonObject:
    shown: JsonObject = {"blocks": _blocks(required(value, "blocks"), media)}
    if value.get("credit") is not None:
        shown["credit"] = rich_text(value["credit"])
    return shown


def _table(value: JsonObject, media: Media) -> JsonObject:
    return rich_table(value)


def _details(value: JsonObject, media: Media) -> JsonObject:
    shown: JsonObject = {
        "summary": rich_text(required(value, "summary")),
        "blocks": _blocks(required(value, "blocks"), media),
    }
    if truth(value, "is_open"):
        shown["is_open"] = True
    return shown


def _buttons(value: JsonObject, media: Media) -> JsonObject:
    buttons = required(value, "buttons")
    if not isinstance(buttons, list):
        raise parse_refusal('Field "buttons" must be of type Array')
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        raise bad_request("RICH_MESSAGE_BUTTONS_INVALID")
    shown: JsonObject = {"buttons": [rich_button(button) for button in buttons]}
    if value.get("align") is not None:
        shown["align"] = one_of(value, "align", ALIGN)
    return shown


def _gallery(value: JsonObject, media: Media) -> JsonObject:
    return {"blocks": _blocks(required(value, "blocks"), media), **_caption(value)}


def _caption(value: JsonObject) -> JsonObject:
    caption = value.get("caption")
    if caption is None:
        return {}
    if not isinstance(caption, dict):
        raise parse_refusal('Field "caption" must be of type Object')
    shown: JsonObject = {"text": rich_text(required(caption, "text"))}
    if caption.get("credit") is not None:
        shown["credit"] = rich_text(caption["credit"])
    return {"caption": shown}


def _map(value: JsonObject, media: Media) -> JsonObject:
    location = required(value, "location")
    if not isinstance(location, dict):
        raise parse_refusal('Field "location" must be of type Object')
    where: JsonObject = {name: location.get(name) for name in ("latitude", "longitude")}
    if not all(isinstance(value, int | float) for value in where.values()):
        raise parse_refusal("Location is invalid")
    shown: JsonObject = {"location": where, "zoom": 13, "width": 600, "height": 300}
    for name in ("zoom", "width", "height"):
        if value.get(name) is not None:
            shown[name] = number(value, name)
    zoom = shown["zoom"]
    if not isinstance(zoom, int) or not 0 <= zoom <= 24:
        raise bad_request("Invalid map properties specified")
    return {**shown, **_caption(value)}


def _media(kind: str, value: JsonObject, media: Media) -> JsonObject:
    given = required(value, kind)
    if not isinstance(given, dict):
        raise parse_refusal(f'Field "{kind}" must be of type Object')
    return {"type": kind, kind: media(given), **_caption(value)}


_BLOCKS: dict[str, _Read] = {
    "paragraph": _texts("text"),
    "heading": _heading,
    "pre": _pre,
    "footer": _texts("text"),
    "divider": _nothing,
    "mathematical_expression": _strings("expression"),
    "anchor": _strings("name"),
    "list": _list,
    "blockquote": _quote,
    "expandable_blockquote": _texts("text", optional=("credit",)),
    "pullquote": _texts("text", optional=("credit",)),
    "collage": _gallery,
    "slideshow": _gallery,
    "table": _table,
    "details": _details,
    "buttons": _buttons,
    "map": _map,
    "thinking": _texts("text"),
}

BLOCK_TYPES = {*_BLOCKS, *_MEDIA}
