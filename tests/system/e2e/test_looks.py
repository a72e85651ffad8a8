"""How the page looks and feels: themes, phone width, keyboard, traffic, motion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.system.e2e.conftest import OpenPage
from tests.system.e2e.visitor import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.alone]

AUDIT = (Path(__file__).parent / "audit.js").read_text("utf-8").partition("\n\n")[2].rstrip(";\n")
SCREENS = {"desk": (1280, 860), "tablet": (820, 1100), "phone": (360, 740)}


async def audited(visitor: Visitor) -> int:
    """Fails for what the page does wrong; gives how many texts were read."""
    faults = await visitor.page.evaluate(AUDIT)
    assert faults["found"] == []
    return int(faults["read"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
async def test_everything_can_be_read_and_pressed(
    open_page: OpenPage, screen: str, theme: str
) -> None:
    width, height = SCREENS[screen]
    visitor = await open_page(width=width, height=height, theme=theme)
    assert await audited(visitor) > 5
    await visitor.start_bot()
    await visitor.subscribe("diffusion OR splatting")
    await visitor.request_digest()
    await visitor.conversation.locator("details").first.locator("summary").click()
    await audited(visitor)
    await visitor.take_screenshot(f"look-{screen}-{theme}")

    await visitor.page.locator("#show-traffic").click()
    await visitor.page.get_by_test_id("calls").locator("summary").first.click()
    assert await audited(visitor) > 40
    await visitor.take_screenshot(f"look-{screen}-{theme}-traffic")


async def test_the_audit_sees_planted_faults(visitor: Visitor) -> None:
    await visitor.page.evaluate(
        """() => {
            const bubble = document.createElement("div");
            bubble.className = "bubble";
            bubble.textContent = "faint";
            bubble.style.cssText = "position: absolute; left: 2000px; color: #eee";
            const button = document.createElement("button");
            button.style.cssText = "width: 9px; height: 9px; padding: 0";
            document.body.append(bubble, button);
        }"""
    )

    planted_faults = await visitor.page.evaluate(AUDIT)

    faults = {line.partition(":")[0].partition(" ")[0] for line in planted_faults["found"]}
    assert faults == {"contrast", "small", "nameless", "overflows", "the"}


async def test_who_wants_no_motion_gets_none(visitor: Visitor) -> None:
    pace = 'async () => (await import("/static/text.js")).pace()'
    moves = "() => getComputedStyle(document.querySelector('.side')).transitionDuration"
    await visitor.page.set_viewport_size({"width": 360, "height": 740})
    lively = await visitor.page.evaluate(pace), await visitor.page.evaluate(moves)

    await visitor.page.emulate_media(reduced_motion="reduce")

    still = await visitor.page.evaluate(pace), await visitor.page.evaluate(moves)
    assert lively[0] == "smooth"
    assert still[0] == "instant"
    assert lively[1] != still[1]


async def test_the_switch_outweighs_the_system_and_is_remembered(open_page: OpenPage) -> None:
    visitor = await open_page(theme="light")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = await visitor.page.evaluate(ground)

    await visitor.page.locator("#theme").get_by_text("Dark", exact=True).click()
    dark = await visitor.page.evaluate(ground)
    await visitor.page.reload()

    await expect(visitor.page.locator("#theme").get_by_label("Dark")).to_be_checked()
    assert await visitor.page.evaluate(ground) == dark != light


async def test_on_a_phone_chats_are_in_a_drawer(open_page: OpenPage) -> None:
    visitor = await open_page(width=360, height=740)
    drawer = visitor.page.get_by_role("navigation")
    await expect(drawer).to_be_hidden()

    await visitor.page.locator("#show-side").click()
    await expect(visitor.chat_item("supergroup")).to_be_in_viewport()
    await visitor.take_screenshot("phone-drawer")
    await visitor.page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(visitor.page.locator("#show-side")).to_be_focused()

    await visitor.page.keyboard.press("Enter")
    await visitor.open_chat("supergroup")
    await expect(drawer).to_be_hidden()
    await expect(visitor.page.locator("#chat-title")).to_have_text("Vision lab")


async def test_the_hint_is_dismissed_for_good(visitor: Visitor) -> None:
    hint = visitor.page.get_by_test_id("hint")
    await expect(hint).to_be_visible()

    await hint.get_by_role("button").click()
    await visitor.page.reload()

    await expect(visitor.messages.or_(visitor.conversation.locator(".empty")).first).to_be_visible()
    await expect(hint).to_be_hidden()


async def test_the_keyboard_is_enough(visitor: Visitor) -> None:
    """From the top of the page to a group, a command and back, without a pointer."""
    press = visitor.page.keyboard.press
    await visitor.page.locator(".skip").focus()
    await press("Tab")
    await press("ArrowRight")
    await expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    await press("ArrowLeft")
    await expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    await press("Tab")
    await press("ArrowDown")
    await expect(visitor.chat_item("supergroup")).to_be_focused()
    await press("Enter")
    await expect(visitor.page.locator("#chat-title")).to_have_text("Vision lab")
    await expect(visitor.chat_item("supergroup")).to_be_focused()

    await visitor.page.locator("#text").focus()
    await visitor.page.keyboard.type("/he")
    await expect(visitor.page.get_by_role("menuitem")).to_have_count(1)
    await press("ArrowDown")
    await press("Escape")
    await expect(visitor.page.get_by_role("menu")).to_be_hidden()
    await expect(visitor.page.locator("#text")).to_be_focused()
    await visitor.send_message("/help")


async def test_the_end_stays_in_sight_when_the_last_message_grows(open_page: OpenPage) -> None:
    visitor = await open_page(width=360, height=740)
    await visitor.start_bot()
    await visitor.press_button("field", next_verb="subscribe")
    await visitor.press_button("subscribe", next_verb="guide_zone")
    await expect(visitor.newest_button("guide_zone")).to_be_in_viewport()

    await visitor.conversation.locator('button[data-callback^="1guide_zone:0"]').click()

    await visitor.newest_button("guide_time").wait_for()
    await expect(visitor.newest_button("guide_time")).to_be_in_viewport()


async def test_a_press_keeps_its_place_when_the_message_changes(visitor: Visitor) -> None:
    await visitor.send_message("/settings")
    await visitor.newest_button("times").focus()

    await visitor.page.keyboard.press("Enter")

    await expect(visitor.messages.last.locator("button:focus")).to_have_count(1)
    await expect(visitor.newest_button("times")).to_have_count(0)
    await expect(visitor.messages.last.locator("button:focus")).to_have_count(1)


async def test_the_traffic_is_filtered_and_copied_without_the_token(visitor: Visitor) -> None:
    await visitor.start_bot()
    await visitor.page.locator("#show-traffic").click()
    calls = visitor.page.get_by_test_id("calls").locator("li:visible")
    await expect(calls.filter(has_text="setMyCommands").first).to_be_visible()

    await visitor.page.locator("#filter").fill("sendmessage")
    await expect(calls.filter(has_text="setMyCommands")).to_have_count(0)
    await calls.locator("summary").first.click()
    await calls.get_by_role("button", name="Copy").click()
    copied = await visitor.page.evaluate("navigator.clipboard.readText()")

    assert copied.startswith("POST /bot4242424242:••••••/sendMessage\n")
    assert json.loads(copied.partition("\n")[2].partition("\n→")[0])["chat_id"]
    assert "emulated" not in await visitor.page.content()
    await visitor.page.locator("#filter").fill("no such call")
    await expect(visitor.page.locator("#no-calls")).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.locator("#traffic")).to_be_hidden()


async def test_links_of_the_bot_are_told_from_others(visitor: Visitor) -> None:
    await visitor.page.evaluate(
        """async () => {
            const { formatted } = await import("/static/text.js");
            const { deepLink } = await import("/static/links.js");
            const entity = { type: "text_link", offset: 0, length: 1, url: "javascript:x" };
            window.seen = [
                deepLink("https://t.me/papergram_demo_bot?start=p_1_1", "papergram_demo_bot"),
                deepLink("https://t.me/Papergram_demo_bot?startgroup=x", "papergram_demo_bot"),
                deepLink("tg://resolve?domain=papergram_demo_bot&start=a", "papergram_demo_bot"),
                deepLink("https://t.me/another_bot?start=a", "papergram_demo_bot"),
                formatted("a b", [entity], {}).map((node) => node.tagName ?? node),
            ];
        }"""
    )
    assert await visitor.page.evaluate("window.seen") == [
        {"start": "p_1_1"},
        {"kind": "group", "payload": "x"},
        {"start": "a"},
        None,
        ["SPAN", " b"],
    ]
