"""Tables of rich messages: rows of cells with inline text only."""

from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.formatting.rich_text import number, parse_refusal, required, rich_text, truth

ALIGN = ("left", "center", "right")
_VALIGN = ("top", "middle", "bottom")


def rich_table(value: JsonObject) -> JsonObject:
    """Give the fields of a table block as Telegram echoes them, or refuse it."""
    rows = required(value, "cells")
    if not isinstance(rows, list):
        raise parse_refusal('Field "cells" must be of type Array')
    shown: JsonObject = {"cells": [_row(row) for row in rows]}
    for name in ("is_bordered", "is_striped", "is_compact"):
        if truth(value, name):
            shown[name] = True
    if value.get("caption") is not None:
        shown["caption"] = rich_text(value["caption"])
    return shown


def _row(row: Json) -> list[Json]:
    if not isinstance(row, list):
        raise parse_refusal('Field "cells" must be an Array of Arrays')
    return [_cell(cell) for cell in row]


def _cell(cell: Json) -> JsonObject:
    if not isinstance(cell, dict):
        raise parse_refusal("expected an Object")
    shown: JsonObject = {}
    if cell.get("text") is not None:
        shown["text"] = rich_text(cell["text"])
    if truth(cell, "is_header"):
        shown["is_header"] = True
    for name in ("colspan", "rowspan"):
        if cell.get(name) is not None:
            shown[name] = number(cell, name)
            if not 1 <= number(cell, name) <= 1000:
                raise bad_request(f"Invalid table cell {name} specified")
    # Documented as required, yet the live server takes cells without them.
    shown["align"] = one_of(cell, "align", ALIGN)
    shown["valign"] = one_of(cell, "valign", _VALIGN)
    return shown


def one_of(value: JsonObject, name: str, choices: tuple[str, ...]) -> str:
    """Give a choice of a few words, the first when nothing is chosen."""
    chosen = value.get(name, choices[0])
    if not isinstance(chosen, str) or chosen not in choices:
        raise parse_refusal(f"Invalid {name} specified")
    return chosen
