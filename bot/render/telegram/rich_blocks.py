"""Build the blocks of a rich message, as the Bot API defines them, from plain values.

Blocks are data, never Markdown or HTML: nothing is escaped and nothing can be injected. Only the
types that digests need are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Block: TypeAlias = dict[str, JSON]
RichText: TypeAlias = JSON  # a string, a list of texts, or an object with a type
Cell: TypeAlias = dict[str, JSON]


def bold(text: RichText) -> Block:
    """Return bold text."""
    return {"type": "bold", "text": text}


def italic(text: RichText) -> Block:
    """Return italic text."""
    return {"type": "italic", "text": text}


def url(text: RichText, address: str) -> RichText:
    """Return text that opens ``address``; without an address the text alone."""
    return {"type": "url", "text": text, "url": address} if address else text


def anchor_link(text: RichText, name: str) -> Block:
    """Return text that scrolls to the anchor ``name``; the empty name is the top of the message."""
    return {"type": "anchor_link", "text": text, "anchor_name": name}


def heading(text: RichText, size: int) -> Block:
    """Return a heading, size 1 (largest) to 6."""
    return {"type": "heading", "text": text, "size": size}


def paragraph(*texts: RichText) -> Block:
    """Return a paragraph of the concatenated texts."""
    return {"type": "paragraph", "text": list(texts) if len(texts) > 1 else texts[0]}


def footer(text: RichText) -> Block:
    """Return the grey line at the end."""
    return {"type": "footer", "text": text}


def anchor(name: str) -> Block:
    """Return a target of ``anchor_link``; as the first block of details it also opens them."""
    return {"type": "anchor", "name": name}


def details(summary: RichText, blocks: Sequence[Block]) -> Block:
    """Return a collapsed section whose ``summary`` is always visible."""
    return {"type": "details", "summary": summary, "blocks": list(blocks)}


def cell(text: RichText, *, is_header: bool = False) -> Cell:
    """Return a table cell; the documentation asks for both alignments in each."""
    block: Cell = {"text": text, "align": "left", "valign": "top"}
    return {**block, "is_header": True} if is_header else block


def table(rows: Sequence[Sequence[Cell]]) -> Block:
    """Return a bordered, striped, compact table."""
    cells: list[JSON] = [list(row) for row in rows]
    return {
        "type": "table",
        "cells": cells,
        "is_bordered": True,
        "is_striped": True,
        "is_compact": True,
    }
