"""Others at the page: a Chinese reader, a group, a channel, and what is unread meanwhile."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.system.e2e.visitor import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.alone]

HAN = re.compile(r"[\u4e00-\u9fff]")


async def test_a_chinese_reader_is_spoken_to_in_chinese(visitor: Visitor) -> None:
    await visitor.switch_person("林悦")
    await expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    for place in ("#side", "#clock", "#hint", ".composer"):
        labels = await visitor.page.locator(place).locator("[data-say]").all_inner_texts()
        assert all(HAN.search(label) for label in labels if label.strip()), labels
    await visitor.start_bot()
    assert HAN.search(await visitor.messages.last.inner_text())

    await visitor.subscribe("diffusion OR splatting")
    await visitor.request_digest()
    await visitor.take_screenshot("zh-digest")
    cells = await visitor.conversation.get_by_role("cell").all_inner_texts()
    assert len([cell for cell in cells if HAN.search(cell)]) >= 2

    await visitor.page.locator("#show-commands").click()
    items = await visitor.page.get_by_role("menuitem").all_inner_texts()
    assert items
    assert all(HAN.search(item) for item in items)
    await visitor.take_screenshot("zh-commands")


async def test_a_group_follows_a_topic_that_only_its_owner_changes(visitor: Visitor) -> None:
    await visitor.open_chat("supergroup")
    await visitor.subscribe("robot*")
    await visitor.send_message("/list")
    await visitor.take_screenshot("group")

    await visitor.switch_person("Grace")
    await visitor.newest_button("topic").click()

    assert await visitor.wait_for_toast()
    await visitor.switch_person("林悦")
    await expect(visitor.page.locator("#chat-title")).to_have_text("Vision lab")


async def test_a_channel_is_led_by_its_owner_and_read_by_others(visitor: Visitor) -> None:
    await visitor.open_chat("channel")
    await visitor.subscribe("robot* OR model*")
    await visitor.skip_to_next_digest()
    await visitor.take_screenshot("channel")

    await visitor.switch_person("Grace")

    await expect(visitor.page.locator("#composer")).to_be_hidden()
    await expect(visitor.page.locator("#bar")).to_be_visible()
    await expect(visitor.conversation.get_by_role("table")).to_be_visible()


async def test_what_arrives_elsewhere_is_marked_until_it_is_read(visitor: Visitor) -> None:
    await visitor.open_chat("supergroup")
    await visitor.open_chat("channel")
    await expect(visitor.chat_item("supergroup").locator(".badge")).to_have_count(0)
    await visitor.open_chat("private")
    await visitor.subscribe("robot* OR model*")

    await visitor.open_chat("supergroup")
    await visitor.page.get_by_test_id("one-day").click()

    badge = visitor.chat_item("private").locator(".badge")
    await expect(badge).to_be_visible()
    await expect(visitor.page).to_have_title(re.compile(r"^\(\d+\) "))
    await visitor.open_chat("private")
    await expect(badge).to_have_count(0)


async def test_a_bot_that_was_stopped_can_be_started_again(visitor: Visitor) -> None:
    await visitor.start_bot()

    await visitor.page.locator("#dismiss").click()
    await expect(visitor.page.locator("#composer")).to_be_hidden()
    await visitor.page.locator("#bar").get_by_role("button").click()

    await visitor.send_message("/help")
