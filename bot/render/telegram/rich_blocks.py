"""What is a rich message made of? The blocks of Telegram's Bot API, as plain values.

Blocks are data, never Markdown or HTML: nothing is escaped and nothing can be injected.
Only the types a digest needs are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Block: TypeAlias = dict[str, JSON]
RichText: TypeAlias = JSON  # a string, a list of texts, or an object with a type
Cell: TypeAlias = dict[str, JSON]


def bold(text: RichText) -> Block:
    """Bold text."""
    return {"type": "bold", "text": text}


def italic(text: RichText) -> Block:
    """Italic text."""
    return {"type": "italic", "text": text}


def url(text: RichText, address: str) -> RichText:
    """Text that opens ``address``; without an address the text alone."""
    return {"type": "url", "text": text, "url": address} if address else text


def anchor_link(text: RichText, name: str) -> Block:
    """Text that scrolls to the anchor ``name``; the empty name is the top of the message."""
    return {"type": "anchor_link", "text": text, "anchor_name": name}


def heading(text: RichText, size: int) -> Block:
    """A heading, size 1 (largest) to 6."""
    return {"type": "heading", "text": text, "size": size}


def paragraph(*texts: RichText) -> Block:
    """A paragraph of the texts one after another."""
    return {"type": "paragraph", "text": list(texts) if len(texts) > 1 else texts[0]}


def footer(text: RichText) -> Block:
    """The grey line at the end."""
    return {"type": "footer", "text": text}


def anchor(name: str) -> Block:
    """A place that ``anchor_link`` finds; as the first block of details it also opens them."""
    return {"type": "anchor", "name": name}


def details(summary: RichText, blocks: Sequence[Block]) -> Block:
    """A collapsed section whose ``summary`` is always seen."""
    return {"type": "details", "summary": summary, "blocks": list(blocks)}


def cell(text: RichText, *, is_header: bool = False) -> Cell:
    """A table cell; both alignments are always said, as the documentation asks."""
    block: Cell = {"text": text, "align": "left", "valign": "top"}
    return {**block, "is_header": True} if is_header else block


def table(rows: Sequence[Sequence[Cell]]) -> Block:
    """A bordered, striped, compact table."""
    cells: list[JSON] = [list(row) for row in rows]
    return {
        "type": "table",
        "cells": cells,
        "is_bordered": True,
        "is_striped": True,
        "is_compact": True,
    }
