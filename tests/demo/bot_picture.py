"""Draw the bot's picture: ``python -m tests.demo.bot_picture`` writes it as SVG and as PNG.

Requires Debian's chromium, or a browser that CHROMIUM names.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.system.e2e.visitor import running_browser

FOLDER = Path(__file__).parent.parent.parent / ".github"
SIDE = 640  # pixels; Telegram shows the circle in it
BLUE, WHITE, GREY, AMBER = "#1f5f99", "#ffffff", "#a9bfd3", "#e3a008"

Box = tuple[int, int, int, int, int, str]  # left, top, width, height, radius of corners, colour

# A sheet with a title, and the summary table under it.
BOXES: tuple[Box, ...] = (
    (0, 0, SIDE, SIDE, 0, BLUE),
    (150, 130, 340, 380, 26, WHITE),
    (190, 178, 190, 28, 14, BLUE),
    *((190, top, 52, 42, 10, AMBER) for top in (252, 332, 412)),
    *((266, top + 9, width, 24, 12, GREY) for top, width in ((252, 184), (332, 184), (412, 126))),
)


def draw_picture() -> str:
    """Return the picture as SVG."""
    boxes = "".join(
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="{radius}"'
        f' fill="{colour}"/>\n'
        for left, top, width, height, radius, colour in BOXES
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}"'
        f' width="{SIDE}" height="{SIDE}">\n<title>Papergram</title>\n{boxes}</svg>\n'
    )


async def main() -> None:
    """Write both files."""
    svg = draw_picture()
    (FOLDER / "papergram.svg").write_text(svg, encoding="utf-8")
    async with running_browser() as chromium:
        page = await chromium.new_page(viewport={"width": SIDE, "height": SIDE})
        await page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
        await page.screenshot(path=FOLDER / "papergram.png")


if __name__ == "__main__":
    asyncio.run(main())
