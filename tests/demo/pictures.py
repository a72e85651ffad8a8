"""Makes the README's pictures from the demo itself: ``python -m tests.demo.pictures``.

Needs Debian's chromium, or a browser that CHROMIUM names.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser

from tests.e2e.visitor import Visitor, browser, demo, visit

FOLDER = Path(__file__).parent.parent.parent / ".github"
TOPIC = "diffusion OR splatting"


async def main() -> None:
    """A conversation in each language, photographed."""
    async with browser() as chromium:
        async with demo() as url:
            await _english(chromium, url)
        async with demo() as url:
            await _chinese(chromium, url)


async def _english(chromium: Browser, url: str) -> None:
    """The first words with a preview, and the digest."""
    visitor = await _sits_down(chromium, url)
    await visitor.starts()
    await visitor.says(f"/sub {TOPIC}")
    await visitor.button("subscribe").wait_for()
    await _photograph(visitor, "chat-en.png")
    await visitor.button("subscribe").click()
    await visitor.button("subscribe").wait_for(state="detached")
    await _digest(visitor)
    await _photograph(visitor, "digest.png")


async def _chinese(chromium: Browser, url: str) -> None:
    """The digest as a Chinese reader has it."""
    visitor = await _sits_down(chromium, url)
    await visitor.becomes("林悦")
    await visitor.starts()
    await visitor.follows(TOPIC)
    await _digest(visitor)
    await _photograph(visitor, "chat-zh.png")


async def _sits_down(chromium: Browser, url: str) -> Visitor:
    visitor = await visit(chromium, url, width=1120, height=880, scale=1.5)
    await visitor.page.locator("#close-hint").click()
    return visitor


async def _digest(visitor: Visitor) -> None:
    await visitor.reads()
    heading = visitor.log.get_by_role("heading").last
    await heading.evaluate("node => node.closest('article').scrollIntoView()")


async def _photograph(visitor: Visitor, name: str) -> None:
    await visitor.page.evaluate("document.activeElement.blur()")
    await visitor.page.mouse.move(0, 0)
    await visitor.page.screenshot(path=FOLDER / name, animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
