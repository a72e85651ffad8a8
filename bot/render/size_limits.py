"""Does it fit one message? Measures texts and blocks, and cuts between entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.render.telegram.rich_blocks import JSON, Block

CLASSIC_UNITS = 4096  # UTF-16 units after Telegram has read the markup
CLASSIC_BYTES = 32768  # of the text with its markup
CLASSIC_ENTITIES = 100
RICH_SOFT_UNITS = 7500  # clients fold what is longer behind "Show More"
RICH_UNITS = 30_000  # Telegram refuses more than 32,768
RICH_BLOCKS = 450  # ... than 500
RICH_DEPTH = 10  # ... than 16
FRAME_UNITS = 1_000  # what stands above and below a table takes less, whatever its words
MARK = "…"


def units(text: str) -> int:
    """The length of ``text`` as Telegram counts it: UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, most: int) -> str:
    """``text`` within ``most`` units: cut at a word's end and marked, or whole when it fits."""
    if units(text) <= most:
        return text
    head = _prefix(text, most - 1)
    border = head.rfind(" ")
    # Chinese has no spaces: a border far back would throw away most of the text.
    if border > len(head) * 2 // 3:
        head = head[:border]
    return head.rstrip(" ,;:，；：、") + MARK if most > 0 else ""


def _prefix(text: str, most: int) -> str:
    """The longest beginning of ``text`` within ``most`` units that ends no character in half."""
    taken = 0
    for index, character in enumerate(text):
        taken += 2 if character > "\uffff" else 1
        if taken > most or index >= most:
            return text[:index]
    return text


def pieces(text: str, most: int) -> Iterator[str]:
    """``text`` in pieces of at most ``most`` units, cut at a line's end where one is near."""
    while units(text) > most:
        head = _prefix(text, most)
        border = head.rfind("\n")
        cut = border if border > len(head) // 2 else len(head)
        yield text[:cut]
        text = text[cut:].lstrip("\n")
    if text:
        yield text


def share(lengths: Sequence[int], room: int) -> list[int]:
    """Room for each text: short ones get what they need, long ones share the rest evenly."""
    given = [0] * len(lengths)
    for rank, index in enumerate(sorted(range(len(lengths)), key=lengths.__getitem__)):
        given[index] = min(lengths[index], max(room, 0) // (len(lengths) - rank))
        room -= given[index]
    return given


def is_small(sizes: Sequence[int], room: int, most: int) -> bool:
    """Whether entries are one run whatever frame they get: it need not be made to be measured."""
    return len(sizes) <= most and sum(sizes) <= room - FRAME_UNITS


def runs(sizes: Sequence[int], room: int, most: int) -> Iterator[tuple[int, int]]:
    """Cuts entries into runs (first, last; from 1) of at most ``most`` and ``room`` in size.

    An entry larger than ``room`` stands alone: it is never left out.
    """
    first, taken = 1, 0
    for position, size in enumerate(sizes, start=1):
        if position > first and (taken + size > room or position - first >= most):
            yield first, position - 1
            first, taken = position, 0
        taken += size
    if sizes:
        yield first, len(sizes)


# The counting rule of rich messages: each block, list item and table row is one; text is
# that of blocks, captions, cells and formulas. Addresses and names of anchors do not count.


def rich_units(blocks: Sequence[Block]) -> int:
    """The text of all blocks, in UTF-16 units."""
    return sum(_text_units(block) for block in blocks)


def _text_units(value: JSON) -> int:
    if isinstance(value, str):
        return units(value)
    if isinstance(value, list):
        return sum(_text_units(part) for part in value)
    if isinstance(value, dict):
        spoken = ("text", "summary", "blocks", "cells", "items", "caption", "credit", "expression")
        return sum(_text_units(value[key]) for key in spoken if key in value)
    return 0


def rich_blocks(blocks: Sequence[JSON]) -> int:
    """How many blocks Telegram counts, nested ones, list items and table rows included."""
    return sum(1 + _inside(block) for block in blocks if isinstance(block, dict))


def _inside(block: dict[str, JSON]) -> int:
    total = 0
    for key in ("blocks", "items"):
        inner = block.get(key)
        total += rich_blocks(inner) if isinstance(inner, list) else 0
    rows = block.get("cells")
    return total + (len(rows) if isinstance(rows, list) else 0)


def rich_depth(blocks: Sequence[JSON]) -> int:
    """How deep blocks and the formatting in their texts are nested; a flat message is 1."""
    return max((_depth(block) for block in blocks), default=0)


def _depth(value: JSON) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return max((_depth(inner) for inner in value), default=0)
    return 0


def fits(blocks: Sequence[Block], most: int = RICH_SOFT_UNITS) -> bool:
    """Whether the blocks are one message that no client folds and no server refuses."""
    return (
        rich_units(blocks) <= most
        and rich_blocks(blocks) <= RICH_BLOCKS
        and rich_depth(blocks) <= RICH_DEPTH
    )
