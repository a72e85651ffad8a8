"""Measure texts and blocks against Telegram's limits, and cut them to size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.render.telegram.rich_blocks import JSON, Block

CLASSIC_UNITS = 4096  # UTF-16 units of the text without its markup
CLASSIC_BYTES = 32768  # of the text with its markup
CLASSIC_ENTITIES = 100
RICH_SOFT_UNITS = 7500  # clients collapse longer messages behind "Show More"
RICH_BLOCKS = 450  # Telegram refuses more than 500
RICH_DEPTH = 10  # ... than 16
MAX_FRAME_UNITS = 1_000  # the texts above and below a table are always shorter
ELLIPSIS = "…"


def utf16_length(text: str) -> int:
    """Return the length of ``text`` as Telegram counts it: in UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, max_units: int) -> str:
    """Return ``text`` cut at a word's end to ``max_units`` units, with an ellipsis if cut."""
    if utf16_length(text) <= max_units:
        return text
    prefix = _longest_prefix(text, max_units - 1)
    cut_position = prefix.rfind(" ")
    # Chinese has no spaces: cutting at one far back would lose most of the text.
    if cut_position > len(prefix) * 2 // 3:
        prefix = prefix[:cut_position]
    return prefix.rstrip(" ,;:，；：、") + ELLIPSIS if max_units > 0 else ""


def _longest_prefix(text: str, max_units: int) -> str:
    """Return the longest prefix of whole characters within ``max_units`` units."""
    used_units = 0
    for index, character in enumerate(text):
        used_units += 2 if character > "\uffff" else 1
        if used_units > max_units or index >= max_units:
            return text[:index]
    return text


def split_text(text: str, max_units: int) -> Iterator[str]:
    """Yield ``text`` in pieces of at most ``max_units`` units, cut at a nearby line end if any."""
    while utf16_length(text) > max_units:
        prefix = _longest_prefix(text, max_units)
        line_end = prefix.rfind("\n")
        cut_position = line_end if line_end > len(prefix) // 2 else len(prefix)
        yield text[:cut_position]
        text = text[cut_position:].lstrip("\n")
    if text:
        yield text


def share_room(lengths: Sequence[int], room: int) -> list[int]:
    """Return the room for each text: short ones get all they need, long ones share the rest."""
    assigned_rooms = [0] * len(lengths)
    for shared_count, index in enumerate(sorted(range(len(lengths)), key=lengths.__getitem__)):
        assigned_rooms[index] = min(lengths[index], max(room, 0) // (len(lengths) - shared_count))
        room -= assigned_rooms[index]
    return assigned_rooms


def fits_in_one_run(sizes: Sequence[int], room: int, max_entries: int) -> bool:
    """Return whether entries fit one run with any frame, which then need not be measured."""
    return len(sizes) <= max_entries and sum(sizes) <= room - MAX_FRAME_UNITS


def split_into_runs(sizes: Sequence[int], room: int, max_entries: int) -> Iterator[tuple[int, int]]:
    """Yield the entries in runs (first, last; from 1) of at most ``max_entries`` and size ``room``.

    An entry larger than ``room`` forms a run by itself: it is never left out.
    """
    run_start, used_units = 1, 0
    for entry_position, entry_size in enumerate(sizes, start=1):
        if entry_position > run_start and (
            used_units + entry_size > room or entry_position - run_start >= max_entries
        ):
            yield run_start, entry_position - 1
            run_start, used_units = entry_position, 0
        used_units += entry_size
    if sizes:
        yield run_start, len(sizes)


# How Telegram counts rich messages: each block, list item and table row counts as one block;
# text is that of blocks, captions, cells and formulas, without URLs and names of anchors.
_TEXT_KEYS = ("text", "summary", "blocks", "cells", "items", "caption", "credit", "expression")


def rich_units(blocks: Sequence[Block]) -> int:
    """Return the length of the text of all blocks, in UTF-16 units."""
    return sum(_text_units(block) for block in blocks)


def _text_units(value: JSON) -> int:
    if isinstance(value, str):
        return utf16_length(value)
    if isinstance(value, list):
        return sum(_text_units(part) for part in value)
    if isinstance(value, dict):
        return sum(_text_units(value[key]) for key in _TEXT_KEYS if key in value)
    return 0


def count_rich_blocks(blocks: Sequence[JSON]) -> int:
    """Return how many blocks Telegram counts: nested blocks, list items and table rows included."""
    block_count = 0
    for block in blocks:
        if isinstance(block, dict):
            block_count += 1
            for field_name in ("blocks", "items"):
                nested_value = block.get(field_name)
                block_count += (
                    count_rich_blocks(nested_value) if isinstance(nested_value, list) else 0
                )
            rows = block.get("cells")
            block_count += len(rows) if isinstance(rows, list) else 0
    return block_count


def rich_depth(blocks: Sequence[JSON]) -> int:
    """Return how deep blocks and the formatting in their texts are nested; 1 for a flat message."""
    return max((_nesting_depth(block) for block in blocks), default=0)


def _nesting_depth(value: JSON) -> int:
    if isinstance(value, dict):
        return 1 + max((_nesting_depth(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return max((_nesting_depth(inner) for inner in value), default=0)
    return 0


def fits_rich_message(blocks: Sequence[Block], max_units: int = RICH_SOFT_UNITS) -> bool:
    """Return whether the blocks fit one message that no client collapses and Telegram accepts."""
    return (
        rich_units(blocks) <= max_units
        and count_rich_blocks(blocks) <= RICH_BLOCKS
        and rich_depth(blocks) <= RICH_DEPTH
    )
