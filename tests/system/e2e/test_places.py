"""Others at the page: a Chinese reader, a group, a channel, and what is unread meanwhile."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.system.e2e.visitor import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.alone]

HAN = re.compile(r"[\u4e00-\u9fff]")


async def test_a_chinese_reader_is_spoken_to_in_chinese(visitor: Visitor) -> None:
    await visitor.becomes("林悦")
    await expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    for place in ("#side", "#clock", "#hint", ".composer"):
        labels = await visitor.page.locator(place).locator("[data-say]").all_inner_texts()
        assert all(HAN.search(label) for label in labels if label.strip()), labels
    await visitor.starts()
    assert HAN.search(await visitor.messages.last.inner_text())

    await visitor.follows("diffusion OR splatting")
    await visitor.reads()
    await visitor.photographs("zh-digest")
    heads = await visitor.log.get_by_role("columnheader").all_inner_texts()
    assert len([head for head in heads if HAN.search(head)]) >= 2

    await visitor.page.locator("#show-commands").click()
    items = await visitor.page.get_by_role("menuitem").all_inner_texts()
    assert items
    assert all(HAN.search(item) for item in items)
    await visitor.photographs("zh-commands")


async def test_a_group_follows_a_topic_that_only_its_owner_changes(visitor: Visitor) -> None:
    await visitor.opens("supergroup")
    await visitor.follows("robot*")
    await visitor.says("/list")
    await visitor.photographs("group")

    await visitor.becomes("Grace")
    await visitor.button("topic").click()

    assert await visitor.toasted()
    await visitor.becomes("林悦")
    await expect(visitor.page.locator("#chat-title")).to_have_text("Vision lab")


async def test_a_channel_is_led_by_its_owner_and_read_by_others(visitor: Visitor) -> None:
    await visitor.opens("channel")
    await visitor.follows("robot*")
    await visitor.skips_to_the_next_digest()
    await visitor.photographs("channel")

    await visitor.becomes("Grace")

    await expect(visitor.page.locator("#composer")).to_be_hidden()
    await expect(visitor.page.locator("#bar")).to_be_visible()
    await expect(visitor.log.get_by_role("table")).to_be_visible()


async def test_what_arrives_elsewhere_is_marked_until_it_is_read(visitor: Visitor) -> None:
    await visitor.opens("supergroup")
    await visitor.opens("channel")
    await expect(visitor.chat("supergroup").locator(".badge")).to_have_count(0)
    await visitor.opens("private")
    await visitor.follows("robot* OR model*")

    await visitor.opens("supergroup")
    await visitor.page.get_by_test_id("one-day").click()

    badge = visitor.chat("private").locator(".badge")
    await expect(badge).to_be_visible()
    await expect(visitor.page).to_have_title(re.compile(r"^\(\d+\) "))
    await visitor.opens("private")
    await expect(badge).to_have_count(0)


async def test_a_bot_that_was_stopped_can_be_started_again(visitor: Visitor) -> None:
    await visitor.starts()

    await visitor.page.locator("#dismiss").click()
    await expect(visitor.page.locator("#composer")).to_be_hidden()
    await visitor.page.locator("#bar").get_by_role("button").click()

    await visitor.says("/help")
