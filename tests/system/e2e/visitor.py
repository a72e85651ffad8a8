"""A visitor of the demo in short sentences, and the browser and demo they need.

async with demo() as url, browser() as chromium:
    visitor = await visit(chromium, url, width=360)
    await visitor.starts()
    await visitor.follows("robot*")
    await visitor.skips_to_the_next_digest()
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright

BROWSER = os.environ.get("CHROMIUM", "/usr/bin/chromium")
HAS_BROWSER = Path(BROWSER).exists()
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
PATIENCE = 12_000  # milliseconds for anything to come about
PICTURES = Path(__file__).parent / "screenshots"


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """Runs ``papergram demo`` on a free port and gives the page's address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "bot", "demo", "--no-browser", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        told = (await process.stdout.readline()).decode()
        found = re.search(r"http://\S+?:\d+", told)
        assert found is not None, told
        yield found[0]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()
    assert process.returncode == 0


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Runs headless Chromium."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield chromium
        await chromium.close()


@dataclass(slots=True)
class Visitor:
    """Somebody at the demo's page; ``complaints`` collects what the browser's console says."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    @property
    def messages(self) -> Locator:
        """The messages of the conversation, oldest first."""
        return self.log.get_by_role("article")

    def button(self, verb: str) -> Locator:
        """The newest button of a verb."""
        return self.log.locator(f'button[data-callback^="1{verb}:"]').last

    def chat(self, kind: str) -> Locator:
        """The chat of a kind in the list of chats."""
        return self.page.get_by_test_id("chats").locator(f'button[data-kind="{kind}"]')

    async def says(self, text: str) -> None:
        """Types a message, sends it, and waits for the answer."""
        before = await self.messages.count()
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")
        await self.messages.nth(before + 1).wait_for()

    async def starts(self) -> None:
        """Presses the button of an empty chat and waits for the greeting."""
        await self.log.locator(".empty button").click()
        await self.messages.nth(1).wait_for()

    async def presses(self, verb: str, then: str) -> None:
        """Presses the newest button of a verb and waits for one of another."""
        await self.button(verb).click()
        await self.button(then).wait_for()

    async def follows(self, words: str) -> None:
        """Follows a topic; what the bot then asks may wait."""
        await self.says(f"/sub {words}")
        await self.button("subscribe").click()
        await self.button("subscribe").wait_for(state="detached")

    async def reads(self) -> None:
        """Asks for what is new and waits for the numbers of its papers."""
        await self.says("/digest")
        await self.button("entry").wait_for()

    async def skips_to_the_next_digest(self) -> None:
        """Moves the clock until a digest comes, and waits for its table."""
        tables = self.log.get_by_role("table")
        before = await tables.count()
        await self.page.get_by_test_id("next-digest").click()
        await tables.nth(before).wait_for()

    async def becomes(self, name: str) -> None:
        """Becomes another person of the demo."""
        await self.page.locator("label.person", has_text=name).click()
        await self.page.locator("label.person:has(:checked)", has_text=name).wait_for()

    async def opens(self, kind: str) -> None:
        """Opens the group, the channel or the private chat."""
        await self.chat(kind).click()
        await self.page.locator(f'#chats button[data-kind="{kind}"][aria-current]').wait_for(
            state="attached"
        )

    async def toasted(self) -> str:
        """Waits for a passing notice and gives it."""
        await self.page.locator("#toast").wait_for()
        return await self.page.locator("#toast").inner_text()

    async def photographs(self, name: str) -> None:
        """Keeps a picture of the page, once nothing on it moves."""
        PICTURES.mkdir(exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


async def visit(
    chromium: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 860,
    theme: str = "light",
    scale: float = 1,
) -> Visitor:
    """Opens the page with a screen and a preference."""
    context = await chromium.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="dark" if theme == "dark" else "light",
        timezone_id="UTC",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(await context.new_page())
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on("console", lambda line: visitor.complaints.append(line.text))
    await visitor.page.goto(url)
    await visitor.chat("private").wait_for(state="attached")
    return visitor
