"""Measure a rich message as Telegram does, and enforce its limits."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request, object_items
from bot.demo.formatting.message_entities import utf16_length

MAX_CHARACTERS = 32_768
MAX_BLOCKS = 500
MAX_DEPTH = 16
MAX_MEDIA = 50
MAX_COLUMNS = 20

MEDIA_TYPES = {"photo", "video", "animation", "audio", "voice_note", "document"}
_SOURCE_FIELDS = ("expression", "alternative_text")


@dataclass(frozen=True, slots=True)
class RichMessageSize:
    """The five limited measures."""

    characters: int = 0
    blocks: int = 0
    depth: int = 0
    media: int = 0
    columns: int = 0

    def __add__(self, other: "RichMessageSize") -> "RichMessageSize":
        return RichMessageSize(
            self.characters + other.characters,
            self.blocks + other.blocks,
            max(self.depth, other.depth),
            self.media + other.media,
            max(self.columns, other.columns),
        )


def measure_blocks(blocks: list[Json]) -> RichMessageSize:
    """Count characters in UTF-16 units, blocks, depth, media and table columns."""
    return _sum_sizes(_block_size(block, 1) for block in blocks if isinstance(block, dict))


def check_size(size: RichMessageSize) -> None:
    """Raise the error of the first limit that is exceeded."""
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


def _sum_sizes(sizes: Iterator[RichMessageSize]) -> RichMessageSize:
    total_size = RichMessageSize()
    for size in sizes:
        total_size += size
    return total_size


def _block_size(block: JsonObject, depth: int) -> RichMessageSize:
    """Return the size of a block with its texts, and its children one level deeper."""
    block_type = block.get("type")
    block_size = RichMessageSize(blocks=1, depth=depth, media=1 if block_type in MEDIA_TYPES else 0)
    for field_name in ("text", "summary", "credit", "caption", "expression"):
        block_size += _text_size(block.get(field_name), depth)
    block_size += _sum_sizes(
        _block_size(child, depth + 1) for child in object_items(block.get("blocks"))
    )
    for item in object_items(block.get("items")):
        block_size += RichMessageSize(blocks=1)
        block_size += _sum_sizes(
            _block_size(child, depth + 1) for child in object_items(item.get("blocks"))
        )
    for button in object_items(block.get("buttons")):
        block_size += _text_size(button.get("text"), depth)
    rows = block.get("cells")
    if isinstance(rows, list):
        block_size += RichMessageSize(blocks=len(rows), columns=column_count(rows))
        for row in rows:
            block_size += _sum_sizes(
                _text_size(cell.get("text"), depth) for cell in object_items(row)
            )
    return block_size


def column_count(rows: list[Json]) -> int:
    """Return the number of columns, with cells that span columns and rows."""
    max_width = 0
    open_rowspans: list[tuple[int, int]] = []  # (rows still covered, columns covered)
    for row in rows:
        width = sum(colspan for _, colspan in open_rowspans)
        open_rowspans = [
            (rows_left - 1, colspan) for rows_left, colspan in open_rowspans if rows_left > 1
        ]
        for cell in object_items(row):
            colspan, rowspan = _span_value(cell, "colspan"), _span_value(cell, "rowspan")
            width += colspan
            if rowspan > 1:
                open_rowspans.append((rowspan - 1, colspan))
        max_width = max(max_width, width)
    return max_width


def _span_value(cell: JsonObject, name: str) -> int:
    value = cell.get(name)
    return value if isinstance(value, int) else 1


def _text_size(value: Json, depth: int) -> RichMessageSize:
    """Return the size of a rich text; each formatting object adds a level of depth."""
    if isinstance(value, str):
        return RichMessageSize(characters=utf16_length(value), depth=depth)
    if isinstance(value, list):
        return _sum_sizes(_text_size(item, depth) for item in value)
    if not isinstance(value, dict):
        return RichMessageSize()
    if "type" not in value:  # a caption: text and credit
        return _text_size(value.get("text"), depth) + _text_size(value.get("credit"), depth)
    text_size = RichMessageSize(depth=depth + 1)
    for field_name in ("text", *_SOURCE_FIELDS):
        text_size += _text_size(value.get(field_name), depth + 1)
    button = value.get("button")
    return (
        text_size + _text_size(button.get("text"), depth + 1)
        if isinstance(button, dict)
        else text_size
    )
