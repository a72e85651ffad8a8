"""Makes the README's pictures from the demo itself: ``python -m tests.demo.pictures``.

Needs Debian's chromium, or a browser that CHROMIUM names.
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
from bot.digests.issue_digest import drawn
from bot.render import FORMS
from bot.topics.query.parser import indexed, parse
from storage import open_store
from storage.records import Digest
from tests.system.e2e.visitor import Visitor, browser, demo, visit

FOLDER = Path(__file__).parent.parent.parent / ".github"
LANGUAGES = ("zh", "en")
NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
DAY = NOW.date()
TOPIC = "diffusion OR splatting"


async def main() -> None:
    """A conversation in each language, photographed."""
    async with browser() as chromium:
        async with demo() as url:
            await _english(chromium, url)
        async with demo() as url:
            await _chinese(chromium, url)
        async with demo() as url:
            await _bilingual(chromium, url)
        with TemporaryDirectory() as folder:
            await _page(chromium, Path(folder))


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


async def _bilingual(chromium: Browser, url: str) -> None:
    """One digest in both languages, as Chinese readers begin, as a table and as text."""
    visitor = await _sits_down(chromium, url)
    await visitor.becomes("林悦")
    await visitor.starts()
    await visitor.follows(TOPIC)
    await _digest(visitor)
    await visitor.log.locator("details").first.locator("summary").click()
    await _photograph(visitor, "bilingual-table.png")
    await _settings(visitor, "用文字显示")
    await visitor.reads()
    await visitor.button("entry").click()
    await visitor.button("save").wait_for()
    await visitor.page.locator("#toast").wait_for(state="hidden")
    await visitor.messages.last.evaluate("node => node.scrollIntoView()")
    await _photograph(visitor, "bilingual-text.png")


async def _page(chromium: Browser, folder: Path) -> None:
    """The same digest as a web page, and as the document that the README quotes."""
    digest = _sample_digest()
    file = folder / "digest.html"
    file.write_text(FORMS["html"](digest, LANGUAGES), encoding="utf-8")
    page = await chromium.new_page(viewport={"width": 900, "height": 880}, device_scale_factor=1.5)
    await page.goto(file.as_uri())
    await page.screenshot(path=FOLDER / "bilingual-page.png", animations="disabled")
    print(FORMS["markdown"](digest, LANGUAGES))


def _sample_digest() -> Digest:
    """What the topic finds in the sample."""
    announcements, glosses = sample.load(DAY)
    with closing(open_store("sqlite://", words=indexed)) as store:
        store.papers.add(announcements, seen=NOW)
        for announcement in announcements:
            paper = store.papers.get(announcement.paper.id)
            assert paper
            gloss = glosses[paper.id]
            store.papers.add_gloss(replace(gloss, paper=paper.key, version=paper.version))
        return drawn(store, parse(TOPIC), NOW)


async def _settings(visitor: Visitor, label: str) -> None:
    """Presses a button of the settings."""
    await visitor.says("/settings")
    settings = visitor.messages.last
    words = await settings.inner_text()
    await settings.get_by_role("button", name=label).click()
    await expect(settings).not_to_have_text(words, use_inner_text=True)


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
