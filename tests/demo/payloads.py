"""Rich messages that tests send: one with everything a digest uses, and makers of large ones."""

from bot.demo.emulator.json_encoding import Json, JsonObject


def paragraph(text: Json = "x") -> JsonObject:
    """Give a block with a text."""
    return {"type": "paragraph", "text": text}


def cell(text: Json = "x", **more: Json) -> JsonObject:
    """Give a cell of a table."""
    return {"text": text, "align": "left", "valign": "top", **more}


def table(*rows: list[Json]) -> JsonObject:
    """Give a table of rows of cells."""
    return {"type": "table", "cells": [*rows]}


def details(*blocks: Json) -> JsonObject:
    """Give a block that opens when touched."""
    return {"type": "details", "summary": "more", "blocks": [*blocks]}


def nested_details(levels: int) -> JsonObject:
    """Give a paragraph inside so many details."""
    inner_block = paragraph()
    for _ in range(levels):
        inner_block = details(inner_block)
    return inner_block


def message(*blocks: Json) -> JsonObject:
    """Give an InputRichMessage of blocks."""
    return {"blocks": [*blocks], "skip_entity_detection": True}


def digest_message() -> JsonObject:
    """Give a message with every kind of block and text that a digest may use."""
    anchor_link: JsonObject = {"type": "anchor_link", "text": "[1]", "anchor_name": "p1"}
    url_text: JsonObject = {"type": "url", "text": "On sieves", "url": "https://arxiv.org/abs/1"}
    date_text: JsonObject = {
        "type": "date_time",
        "text": "2 March",
        "unix_time": 1_772_442_000,
        "date_time_format": "Dt",
    }
    styled_texts: list[Json] = [
        {"type": kind, "text": kind}
        for kind in ("bold", "italic", "underline", "strikethrough", "code", "marked", "spoiler")
    ]
    return message(
        {"type": "heading", "size": 2, "text": "math.NT: 1 paper"},
        paragraph(["Window: ", date_text]),
        {
            "type": "table",
            "is_bordered": True,
            "is_striped": True,
            "is_compact": True,
            "caption": "Papers",
            "cells": [
                [cell("Ref", is_header=True), cell("Title", is_header=True, colspan=2)],
                [cell(anchor_link), cell(url_text), cell("A sieve for everyone.")],
            ],
        },
        {
            "type": "details",
            "summary": [{"type": "bold", "text": "[1] "}, "On sieves"],
            "blocks": [
                {"type": "anchor", "name": "p1"},
                paragraph([*styled_texts, {"type": "mathematical_expression", "expression": "+1"}]),
                {
                    "type": "buttons",
                    "align": "left",
                    "buttons": [
                        {"text": "PDF", "url": "https://arxiv.org/pdf/1"},
                        {"text": "Less", "callback_data": "l:1", "style": "danger"},
                        {"text": "Copy", "copy_text": {"text": "1"}},
                    ],
                },
                paragraph({"type": "anchor_link", "text": "↑", "anchor_name": ""}),
            ],
        },
        {"type": "list", "items": [{"blocks": [paragraph("first")]}]},
        {"type": "list", "items": [{"blocks": [paragraph("one")], "value": 3, "type": "a"}]},
        {"type": "blockquote", "blocks": [paragraph("said")], "credit": "somebody"},
        {"type": "expandable_blockquote", "text": "An abstract."},
        {"type": "pre", "text": "x = 1", "language": "python"},
        {"type": "divider"},
        {"type": "footer", "text": "arXiv digest"},
    )
