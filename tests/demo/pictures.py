"""Make the README's pictures from the demo itself: ``python -m tests.demo.pictures``.

Requires Debian's chromium, or a browser that CHROMIUM names.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, expect

from bot.demo import sample
from bot.digests.issue_digest import recent_digest
from bot.render import FORMATS
from bot.topics.query.analyzer import index_text
from bot.topics.query.parser import parse
from storage import open_store
from storage.records.digests import Digest
from tests.system.e2e.visitor import Visitor, open_visitor, running_browser, running_demo

FOLDER = Path(__file__).parent.parent.parent / ".github"
LANGUAGES = ("zh", "en")
NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
DAY = NOW.date()
TOPIC = "diffusion OR splatting"


async def main() -> None:
    """A conversation in each language, photographed."""
    async with running_browser() as chromium:
        async with running_demo() as url:
            await _photograph_english_chat(chromium, url)
        async with running_demo() as url:
            await _photograph_chinese_chat(chromium, url)
        async with running_demo() as url:
            await _photograph_bilingual_chat(chromium, url)
        with TemporaryDirectory() as folder:
            await _photograph_web_page(chromium, Path(folder))


async def _photograph_english_chat(chromium: Browser, url: str) -> None:
    """The first words with a preview, and the digest."""
    visitor = await _open_page(chromium, url)
    await visitor.start_bot()
    await visitor.send_message(f"/sub {TOPIC}")
    await visitor.newest_button("subscribe").wait_for()
    await _take_screenshot(visitor, "chat-en.png")
    await visitor.newest_button("subscribe").click()
    await visitor.newest_button("subscribe").wait_for(state="detached")
    await _show_digest(visitor)
    await _take_screenshot(visitor, "digest.png")


async def _photograph_bilingual_chat(chromium: Browser, url: str) -> None:
    """One digest in both languages, as Chinese readers begin, as a table and as text."""
    visitor = await _open_page(chromium, url)
    await visitor.switch_person("林悦")
    await visitor.start_bot()
    await visitor.subscribe(TOPIC)
    await _show_digest(visitor)
    await visitor.conversation.locator("details").first.locator("summary").click()
    await _take_screenshot(visitor, "bilingual-table.png")
    await _choose_setting(visitor, "用文字显示")
    await visitor.request_digest()
    await visitor.newest_button("entry").click()
    await visitor.newest_button("save").wait_for()
    await visitor.page.locator("#toast").wait_for(state="hidden")
    await visitor.messages.last.evaluate("node => node.scrollIntoView()")
    await _take_screenshot(visitor, "bilingual-text.png")


async def _photograph_web_page(chromium: Browser, folder: Path) -> None:
    """The same digest as a web page, and as the document that the README quotes."""
    digest = _sample_digest()
    file = folder / "digest.html"
    file.write_text(FORMATS["html"](digest, LANGUAGES), encoding="utf-8")
    page = await chromium.new_page(viewport={"width": 900, "height": 880}, device_scale_factor=1.5)
    await page.goto(file.as_uri())
    await page.screenshot(path=FOLDER / "bilingual-page.png", animations="disabled")
    print(FORMATS["markdown"](digest, LANGUAGES))


def _sample_digest() -> Digest:
    """What the topic finds in the sample."""
    announcements, summaries = sample.load_sample(DAY)
    with closing(open_store("sqlite://", analyze=index_text)) as store:
        store.papers.add_announcements(announcements, seen_at=NOW)
        for announcement in announcements:
            paper = store.papers.get(announcement.paper.id)
            assert paper
            summary = summaries[paper.id]
            store.summaries.add(replace(summary, paper=paper.key, version=paper.version))
        return recent_digest(store, parse(TOPIC), NOW)


async def _choose_setting(visitor: Visitor, label: str) -> None:
    """Presses a button of the settings."""
    await visitor.send_message("/settings")
    settings_message = visitor.messages.last
    old_text = await settings_message.inner_text()
    await settings_message.get_by_role("button", name=label).click()
    await expect(settings_message).not_to_have_text(old_text, use_inner_text=True)


async def _photograph_chinese_chat(chromium: Browser, url: str) -> None:
    """The digest as a Chinese reader has it."""
    visitor = await _open_page(chromium, url)
    await visitor.switch_person("林悦")
    await visitor.start_bot()
    await visitor.subscribe(TOPIC)
    await _show_digest(visitor)
    await _take_screenshot(visitor, "chat-zh.png")


async def _open_page(chromium: Browser, url: str) -> Visitor:
    visitor = await open_visitor(chromium, url, width=1120, height=880, scale=1.5)
    await visitor.page.locator("#close-hint").click()
    return visitor


async def _show_digest(visitor: Visitor) -> None:
    await visitor.request_digest()
    digest_heading = visitor.conversation.get_by_role("heading").last
    await digest_heading.evaluate("node => node.closest('article').scrollIntoView()")


async def _take_screenshot(visitor: Visitor, name: str) -> None:
    await visitor.page.evaluate("document.activeElement.blur()")
    await visitor.page.mouse.move(0, 0)
    await visitor.page.screenshot(path=FOLDER / name, animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
