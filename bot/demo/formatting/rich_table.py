"""Tables of rich messages: rows of cells that contain rich text."""

from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.rich_text import (
    block_parse_error,
    flag_field,
    number_field,
    parse_rich_text,
    required_field,
)

ALIGNMENTS = ("left", "center", "right")
_VERTICAL_ALIGNMENTS = ("top", "middle", "bottom")


def parse_rich_table(value: JsonObject) -> JsonObject:
    """Return the fields of a table block as Telegram echoes them, or raise its error."""
    rows = required_field(value, "cells")
    if not isinstance(rows, list):
        raise block_parse_error('Field "cells" must be of type Array')
    echo: JsonObject = {"cells": [_parse_row(row) for row in rows]}
    for name in ("is_bordered", "is_striped", "is_compact"):
        if flag_field(value, name):
            echo[name] = True
    if value.get("caption") is not None:
        echo["caption"] = parse_rich_text(value["caption"])
    return echo


def _parse_row(row: Json) -> list[Json]:
    if not isinstance(row, list):
        raise block_parse_error('Field "cells" must be an Array of Arrays')
    return [_parse_cell(cell) for cell in row]


def _parse_cell(cell: Json) -> JsonObject:
    if not isinstance(cell, dict):
        raise block_parse_error("expected an Object")
    echo: JsonObject = {}
    if cell.get("text") is not None:
        echo["text"] = parse_rich_text(cell["text"])
    if flag_field(cell, "is_header"):
        echo["is_header"] = True
    for name in ("colspan", "rowspan"):
        if cell.get(name) is not None:
            echo[name] = number_field(cell, name)
            if not 1 <= number_field(cell, name) <= 1000:
                raise bad_request(f"Invalid table cell {name} specified")
    # Documented as required, but the live server accepts cells without them.
    echo["align"] = choice_field(cell, "align", ALIGNMENTS)
    echo["valign"] = choice_field(cell, "valign", _VERTICAL_ALIGNMENTS)
    return echo


def choice_field(value: JsonObject, name: str, choices: tuple[str, ...]) -> str:
    """Return one of a few words, the first by default."""
    choice = value.get(name, choices[0])
    if not isinstance(choice, str) or choice not in choices:
        raise block_parse_error(f"Invalid {name} specified")
    return choice
