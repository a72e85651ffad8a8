"""From the first word to a paper: greeting, topic, digest, entry, settings, clock."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from bot.texts import say
from tests.system.e2e.conftest import OpenPage
from tests.system.e2e.visitor import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.alone]


async def test_an_example_becomes_a_topic_and_a_digest(visitor: Visitor) -> None:
    await visitor.take_screenshot("1-first-look")
    await visitor.start_bot()
    await visitor.take_screenshot("2-greeting")
    await visitor.conversation.locator('button[data-callback^="1field:"]').first.click()
    await visitor.newest_button("subscribe").wait_for()
    await visitor.take_screenshot("3-preview")
    await visitor.press_button("subscribe", next_verb="guide_zone")
    await visitor.take_screenshot("4-zone")
    await visitor.conversation.locator('button[data-callback^="1guide_zone:"]').first.click()
    await visitor.newest_button("guide_time").wait_for()
    await visitor.take_screenshot("4-hour")
    await visitor.conversation.locator('button[data-callback^="1guide_time:"]').first.click()

    await expect(visitor.conversation.get_by_role("table").last).to_be_visible()
    await visitor.take_screenshot("4-sample")


async def test_a_row_of_the_table_opens_its_entry(visitor: Visitor) -> None:
    await visitor.subscribe("diffusion OR splatting")
    await visitor.request_digest()
    digest = visitor.messages.filter(has=visitor.page.get_by_role("table"))
    entry = digest.locator("details").nth(1)
    assert await entry.get_attribute("open") is None

    await digest.get_by_role("link", name="2", exact=True).click()
    await expect(entry).to_have_attribute("open", "")
    await expect(entry.locator("summary")).to_be_in_viewport()
    await visitor.take_screenshot("5-entry-in-the-digest")
    await entry.locator("a[href*='arxiv.org']").first.click()
    assert "invented" in await visitor.wait_for_toast()

    await visitor.press_button("entry", next_verb="save")
    await visitor.take_screenshot("6-entry")
    await visitor.newest_button("save").click()
    await expect(visitor.page.locator("#toast")).not_to_contain_text("invented")


async def test_the_clock_brings_the_scheduled_digest(visitor: Visitor) -> None:
    await visitor.start_bot()
    await visitor.subscribe("model* OR robot*")
    now = visitor.page.get_by_test_id("now")
    moments = [await now.get_attribute("datetime") or ""]
    for button in ("one-hour", "one-day"):
        await visitor.page.get_by_test_id(button).click()
        await expect(now).not_to_have_attribute("datetime", re.compile(moments[-1][:13]))
        moments.append(await now.get_attribute("datetime") or "")

    await visitor.skip_to_next_digest()

    moments.append(await now.get_attribute("datetime") or "")
    assert moments == sorted(moments)
    assert await visitor.conversation.locator(".day").count() > 1
    await visitor.take_screenshot("7-scheduled-digest")


async def test_without_a_topic_the_clock_stays_and_says_why(visitor: Visitor) -> None:
    now = visitor.page.get_by_test_id("now")
    before = await now.inner_text()

    await visitor.page.get_by_test_id("next-digest").click()

    assert "Follow a topic first" in await visitor.wait_for_toast()
    assert (await now.inner_text())[:10] == before[:10]


async def test_settings_make_the_table_text_with_quotes_that_unfold(visitor: Visitor) -> None:
    """A quote is open where the sentence is marked in it, and folded where it stands above."""
    await visitor.subscribe("diffusion OR splatting")
    await visitor.send_message("/settings")
    await visitor.take_screenshot("8-settings")
    settings = visitor.messages.last
    words = await settings.inner_text()
    await settings.get_by_role("button", name="text").click()
    await expect(settings).not_to_have_text(words, use_inner_text=True)
    await settings.get_by_role("button", name=say("en", "settings-languages-both")).click()

    await visitor.request_digest()
    await visitor.newest_button("entry").click()
    await expect(visitor.conversation.locator("blockquote:not(.folded) b").first).to_be_visible()
    quote = visitor.conversation.locator("blockquote.folded").first
    await quote.get_by_role("button").click()
    await expect(
        visitor.conversation.locator("blockquote:not(.folded) [aria-expanded=true]")
    ).to_be_visible()
    await visitor.take_screenshot("9-classic")


async def test_reading_goes_on_where_the_page_is_opened_again(open_page: OpenPage) -> None:
    first = await open_page()
    await first.start_bot()
    await first.subscribe("robot*")
    message_count = await first.messages.count()

    again = await open_page()

    await expect(again.messages).to_have_count(message_count)
