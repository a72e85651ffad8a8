"""The bot's picture, as the script draws it and as Telegram can take it."""

from __future__ import annotations

from math import hypot

from tests.demo.bot_picture import BOXES, FOLDER, SIDE, draw_picture


def test_the_files_are_what_the_script_draws() -> None:
    assert (FOLDER / "papergram.svg").read_text("utf-8") == draw_picture()
    png = (FOLDER / "papergram.png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (SIDE, SIDE)


def test_nothing_stands_outside_the_circle_that_telegram_shows() -> None:
    _, *drawn_boxes = BOXES
    for left, top, width, height, _, _ in drawn_boxes:
        for x in (left, left + width):
            for y in (top, top + height):
                assert hypot(x - SIDE / 2, y - SIDE / 2) < SIDE / 2
