"""A visitor of the demo in short sentences, and the browser and demo they need.

async with demo() as url, browser() as chromium:
    visitor = await visit(chromium, url, width=360)
    await visitor.starts()
    await visitor.follows("robot*")
    await visitor.skip_to_next_digest()
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
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
)
TIMEOUT_MS = 12_000  # milliseconds for anything to come about
SCREENSHOTS = Path(__file__).parent / "screenshots"


@asynccontextmanager
async def running_demo() -> AsyncIterator[str]:
    """Run ``papergram demo`` on a free port, and yield the URL of its page."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "bot", "demo", "--no-browser", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        first_line = (await process.stdout.readline()).decode()
        url_match = re.search(r"http://\S+?:\d+", first_line)
        assert url_match is not None, first_line
        yield url_match[0]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()
    assert process.returncode == 0


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Runs headless Chromium."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=BROWSER, args=list(BROWSER_FLAGS)
        )
        yield chromium
        await chromium.close()


@dataclass(slots=True)
class Visitor:
    """Somebody at the demo's page; ``console_errors`` collects what the browser's console says."""

    page: Page
    console_errors: list[str] = field(default_factory=list)

    @property
    def conversation(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    @property
    def messages(self) -> Locator:
        """The messages of the conversation, oldest first."""
        return self.conversation.get_by_role("article")

    def newest_button(self, verb: str) -> Locator:
        """The newest button of a verb."""
        return self.conversation.locator(f'button[data-callback^="1{verb}:"]').last

    def chat_item(self, kind: str) -> Locator:
        """The chat of a kind in the list of chats."""
        return self.page.get_by_test_id("chats").locator(f'button[data-kind="{kind}"]')

    async def send_message(self, text: str) -> None:
        """Types a message, sends it, and waits for the answer."""
        count_before = await self.messages.count()
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")
        await self.messages.nth(count_before + 1).wait_for()

    async def start_bot(self) -> None:
        """Presses the button of an empty chat and waits for the greeting."""
        await self.conversation.locator(".empty button").click()
        await self.messages.nth(1).wait_for()

    async def press_button(self, verb: str, next_verb: str) -> None:
        """Presses the newest button of a verb and waits for one of another."""
        await self.newest_button(verb).click()
        await self.newest_button(next_verb).wait_for()

    async def subscribe(self, words: str) -> None:
        """Follows a topic; what the bot then asks may wait."""
        await self.send_message(f"/sub {words}")
        await self.newest_button("subscribe").click()
        await self.newest_button("subscribe").wait_for(state="detached")

    async def request_digest(self) -> None:
        """Asks for what is new and waits for the numbers of its papers."""
        await self.send_message("/digest")
        await self.newest_button("entry").wait_for()

    async def skip_to_next_digest(self) -> None:
        """Moves the clock until a digest comes, and waits for its table."""
        tables = self.conversation.get_by_role("table")
        count_before = await tables.count()
        await self.page.get_by_test_id("next-digest").click()
        await tables.nth(count_before).wait_for()

    async def switch_person(self, name: str) -> None:
        """Becomes another person of the demo."""
        await self.page.locator("label.person", has_text=name).click()
        await self.page.locator("label.person:has(:checked)", has_text=name).wait_for()

    async def open_chat(self, kind: str) -> None:
        """Opens the group, the channel or the private chat."""
        await self.chat_item(kind).click()
        await self.page.locator(f'#chats button[data-kind="{kind}"][aria-current]').wait_for(
            state="attached"
        )

    async def wait_for_toast(self) -> str:
        """Waits for a passing notice and gives it."""
        await self.page.locator("#toast").wait_for()
        return await self.page.locator("#toast").inner_text()

    async def take_screenshot(self, name: str) -> None:
        """Keeps a picture of the page, once nothing on it moves."""
        SCREENSHOTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")


async def open_visitor(
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
    context.set_default_timeout(TIMEOUT_MS)
    visitor = Visitor(await context.new_page())
    visitor.page.on("pageerror", lambda error: visitor.console_errors.append(str(error)))
    visitor.page.on("console", lambda line: visitor.console_errors.append(line.text))
    await visitor.page.goto(url)
    await visitor.chat_item("private").wait_for(state="attached")
    return visitor
