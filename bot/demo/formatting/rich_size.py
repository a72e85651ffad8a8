"""How large a rich message is, counted as Telegram counts, and whether that is too large."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.message_entities import utf16_length

MAX_CHARACTERS = 32_768
MAX_BLOCKS = 500
MAX_DEPTH = 16
MAX_MEDIA = 50
MAX_COLUMNS = 20

_MEDIA = {"photo", "video", "animation", "audio", "voice_note", "document"}
_SOURCES = ("expression", "alternative_text")


@dataclass(frozen=True, slots=True)
class Size:
    """The five measures that are limited."""

    characters: int = 0
    blocks: int = 0
    depth: int = 0
    media: int = 0
    columns: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            self.characters + other.characters,
            self.blocks + other.blocks,
            max(self.depth, other.depth),
            self.media + other.media,
            max(self.columns, other.columns),
        )


def measure(blocks: list[Json]) -> Size:
    """Count characters in UTF-16 units, blocks, depth, media and table columns."""
    return _total(_block(block, 1) for block in blocks if isinstance(block, dict))


def check_size(size: Size) -> None:
    """Refuse a message that is over a limit, naming the limit as Telegram does."""
    if size.blocks > MAX_BLOCKS:
        raise bad_request("RICH_MESSAGE_BLOCKS_TOO_MANY")
    if size.depth > MAX_DEPTH:
        raise bad_request("RICH_MESSAGE_DEPTH_INVALID")
    if size.media > MAX_MEDIA:
        raise bad_request("RICH_MESSAGE_MEDIA_TOO_MANY")
    if size.columns > MAX_COLUMNS:
        raise bad_request("RICH_MESSAGE_TABLE_COLS_TOO_MANY")
    if size.characters > MAX_CHARACTERS:
        raise bad_request("RICH_MESSAGE_TEXT_TOO_LONG")


def _total(sizes: Iterator[Size]) -> Size:
    total = Size()
    for size in sizes:
        total += size
    return total


def _block(block: JsonObject, depth: int) -> Size:
    """Count one block: itself, its texts, its children one level deeper."""
    kind = block.get("type")
    size = Size(blocks=1, depth=depth, media=1 if kind in _MEDIA else 0)
    for name in ("text", "summary", "credit", "caption", "expression"):
        size += _text(block.get(name), depth)
    size += _total(_block(child, depth + 1) for child in _objects(block.get("blocks")))
    for item in _objects(block.get("items")):
        size += Size(blocks=1)
        size += _total(_block(child, depth + 1) for child in _objects(item.get("blocks")))
    for button in _objects(block.get("buttons")):
        size += _text(button.get("text"), depth)
    return size + _table(block.get("cells"), depth)


def _table(rows: Json, depth: int) -> Size:
    if not isinstance(rows, list):
        return Size()
    size = Size(blocks=len(rows), columns=columns(rows))
    for row in rows:
        size += _total(_text(cell.get("text"), depth) for cell in _objects(row))
    return size


def columns(rows: list[Json]) -> int:
    """Count the columns of a table, with cells that span several and that reach further rows."""
    widest = 0
    reaching: list[tuple[int, int]] = []  # (rows still covered, columns covered)
    for row in rows:
        width = sum(span for _, span in reaching)
        reaching = [(left - 1, span) for left, span in reaching if left > 1]
        for cell in _objects(row):
            span, reach = _span(cell, "colspan"), _span(cell, "rowspan")
            width += span
            if reach > 1:
                reaching.append((reach - 1, span))
        widest = max(widest, width)
    return widest


def _span(cell: JsonObject, name: str) -> int:
    value = cell.get(name)
    return value if isinstance(value, int) else 1


def _text(value: Json, depth: int) -> Size:
    """Count a rich text; every object that dresses it is one level deeper."""
    if isinstance(value, str):
        return Size(characters=utf16_length(value), depth=depth)
    if isinstance(value, list):
        return _total(_text(item, depth) for item in value)
    if not isinstance(value, dict):
        return Size()
    if "type" not in value:  # a caption: text and credit
        return _text(value.get("text"), depth) + _text(value.get("credit"), depth)
    size = Size(depth=depth + 1)
    for name in ("text", *_SOURCES):
        size += _text(value.get(name), depth + 1)
    button = value.get("button")
    return size + _text(button.get("text"), depth + 1) if isinstance(button, dict) else size


def _objects(value: Json) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
