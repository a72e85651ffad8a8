"""How high a digest of twelve papers stands on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from statistics import median

import httpx
import pytest
from playwright.async_api import Page, ViewportSize

from bot.chat.api.send_and_edit import inline_keyboard
from bot.demo.emulator.bot_api import Emulator
from bot.demo.sample import load_sample
from bot.render.display_options import DisplayOptions
from bot.render.telegram.split_into_messages import digest_parts, render_part
from bot.summaries.extractive.select import extract_tldr
from storage.records.chats import MessageForm
from storage.records.digests import Digest, Entry
from tests.render.digests import digest, summary
from tests.system.e2e.visitor import HAS_BROWSER, running_browser

PHONE: ViewportSize = {"width": 390, "height": 844}
SCREEN_HEIGHT = 610  # of that phone, between the title of the chat and the field
MEDIAN_SENTENCE = 162  # characters; of 700 papers of 2025 and 2026 from all of arXiv's fields
TWELVE = (
    *("arxiv:2611.90103", "arxiv:2611.90107", "arxiv:2611.90109", "arxiv:2611.90110"),
    *("arxiv:2611.90208", "arxiv:2611.90209", "arxiv:2611.90210", "arxiv:2611.90310"),
    *("arxiv:2611.90503", "arxiv:2611.90506", "arxiv:2611.90603", "arxiv:2611.90605"),
)


def twelve_papers() -> Digest:
    """A digest of the twelve sample papers whose sentences are nearest to the median."""
    announcements, chinese_summaries = load_sample(date(2026, 11, 22))
    announcement_by_id = {item.paper.id: item for item in announcements}
    entries = []
    for paper_id in TWELVE:
        item = announcement_by_id[paper_id]
        sentence = extract_tldr(item.paper.title, item.paper.abstract)
        summaries = (summary("en", sentence), chinese_summaries[paper_id])
        entries.append(Entry(item.paper, item.kind, summaries))
    return digest(entries=tuple(entries), topic="diffusion OR learning")


def test_the_sentences_of_the_twelve_papers_are_of_usual_length() -> None:
    lengths = [len(entry.summaries[0].tldr) for entry in twelve_papers().entries]

    assert median(lengths) == pytest.approx(MEDIAN_SENTENCE, abs=2)


@pytest.fixture
async def phone() -> AsyncIterator[tuple[Emulator, Page]]:
    """The page on a phone, in a browser; errors on it fail the test."""
    if not HAS_BROWSER:
        pytest.skip("no chromium on this machine to open the page in; CHROMIUM may name one")
    errors: list[str] = []
    async with Emulator.serve() as emulator, running_browser() as chromium:
        page = await chromium.new_page(viewport=PHONE, device_scale_factor=2)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text))
        await page.goto(emulator.url)
        yield emulator, page
    assert errors == []


async def shown_height(phone: tuple[Emulator, Page], form: MessageForm, language: str) -> float:
    """The height of the digest's table in the conversation."""
    emulator, page = phone
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("article").wait_for()
    [person] = emulator.people.persons.values()
    options = DisplayOptions(
        form, language, (language,), entry_link=lambda n: f"https://t.me/b?{n}"
    )
    [part] = digest_parts(twelve_papers(), options)
    message = render_part(twelve_papers(), part, options)
    async with httpx.AsyncClient(base_url=emulator.url) as client:
        answer = await client.post(
            f"/bot{emulator.token}/sendRichMessage",
            json={
                "chat_id": person.id,
                "rich_message": {"blocks": message.blocks, "skip_entity_detection": True},
                "reply_markup": inline_keyboard(message.buttons),
            },
        )
        assert answer.json()["ok"] is True
    table = page.locator("article").last.get_by_role("table")
    await table.wait_for()
    return float(await table.evaluate("node => node.getBoundingClientRect().height"))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_twelve_papers_in_two_columns_fill_three_screens_of_a_phone(
    phone: tuple[Emulator, Page], language: str
) -> None:
    assert await shown_height(phone, MessageForm.TWO_COLUMNS, language) <= 3 * SCREEN_HEIGHT
