"""The chat page: its endpoints, and the page itself in a real browser where there is one."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, async_playwright

from bot import demo
from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import Json, JsonObject
from tests.demo.payloads import digest_message
from tests.support.clock import FakeClock

FILES = sorted(
    file
    for file in (Path(demo.__file__).parent / "page" / "static").iterdir()
    if file.suffix in {".css", ".js"}
)
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture
async def web(clock: FakeClock) -> AsyncIterator[tuple[Emulator, httpx.AsyncClient]]:
    """An emulator whose clock can be moved, and a client at its page."""

    async def advance(by: timedelta) -> None:
        clock.advance(by.total_seconds())

    async with (
        Emulator.serve(now=clock.now, advance_clock=advance) as emulator,
        httpx.AsyncClient(base_url=emulator.url) as client,
    ):
        yield emulator, client


Web = tuple[Emulator, httpx.AsyncClient]


async def test_the_page_needs_nothing_from_outside(web: Web) -> None:
    _, client = web
    for path in ("/", *(f"/static/{file.name}" for file in FILES)):
        answer = await client.get(path)

        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not re.search(r"""["'(]\s*(https?:)?//""", answer.text)


async def test_every_script_that_the_page_imports_is_served(web: Web) -> None:
    _, client = web
    imports = {
        name for file in FILES for name in re.findall(r'"(/static/[\w.]+)"', file.read_text())
    }

    assert len(imports) > 5
    for path in imports:
        assert (await client.get(path)).status_code == 200


async def test_messages_are_never_put_in_as_markup(web: Web) -> None:
    _, client = web
    scripts = [file for file in FILES if file.suffix == ".js"]
    for script in scripts:
        words = (await client.get(f"/static/{script.name}")).text

        assert not any(word in words for word in ("innerHTML", "outerHTML", "insertAdjacent"))
    assert len(scripts) > 5


async def test_a_visitor_becomes_a_person_in_their_language(web: Web) -> None:
    emulator, client = web

    state = (await client.get("/page/state", params={"language": "zh-CN"})).json()
    again = (await client.get("/page/state", params={"language": "en"})).json()

    assert state["person"]["language_code"] == again["person"]["language_code"] == "zh"
    assert state["messages"] == []
    assert len(emulator.people.persons) == 1


async def test_the_menu_is_that_of_the_visitors_language(web: Web) -> None:
    emulator, client = web
    for language, about in (("", "Begin"), ("zh", "开始")):
        commands: list[Json] = [{"command": "start", "description": about}]
        parameters: JsonObject = {"commands": commands, "language_code": language}
        await client.post(f"/bot{emulator.token}/setMyCommands", json=parameters)

    state = (await client.get("/page/state", params={"language": "zh"})).json()

    assert state["commands"] == [{"command": "start", "description": "开始"}]


async def test_what_happens_is_told_to_the_page(web: Web) -> None:
    _, client = web
    state = (await client.get("/page/state")).json()
    waiting = asyncio.create_task(client.get("/page/events", params={"after": state["event"]}))

    await client.post("/page/do/say", json={"text": " /start "})
    news = (await waiting).json()

    assert [event["kind"] for event in news["events"]] == ["message"]
    assert news["events"][0]["detail"]["text"] == "/start"


async def test_the_clock_moves_and_the_bot_is_blocked(web: Web, clock: FakeClock) -> None:
    emulator, client = web
    before = clock.instant

    moved = await client.post("/page/do/advance", json={"minutes": 60})
    await client.post("/page/do/block", json={"blocked": True})

    assert clock.instant == before + timedelta(hours=1)
    assert moved.json() == {"now": clock.instant.isoformat()}
    assert (await client.get("/page/state")).json()["chat"]["bot"] == "kicked"
    assert len(emulator.state.updates) == 1


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("say", b'{"text": "  "}', 400),
        ("say", b"{}", 400),
        ("say", b"{", 400),
        ("say", b"[]", 400),
        ("press", b'{"message": 1, "data": "x"}', 400),
        ("dance", b"{}", 404),
    ],
)
async def test_nonsense_is_refused(web: Web, action: str, body: bytes, status: int) -> None:
    emulator, client = web
    headers = {"Content-Type": "application/json"}

    answer = await client.post(f"/page/do/{action}", content=body, headers=headers)

    assert answer.status_code == status
    assert "error" in answer.json()
    assert len(emulator.state.updates) == 0


async def test_a_form_of_another_page_does_nothing(web: Web) -> None:
    emulator, client = web

    answer = await client.post("/page/do/say", data={"text": "/forget"})

    assert answer.status_code == 415
    assert len(emulator.state.updates) == 0


async def test_unknown_files_are_not_found(web: Web) -> None:
    _, client = web

    assert (await client.get("/static/routes.py")).status_code == 404
    assert (await client.get("/page/file/file-1")).status_code == 404


async def test_the_panel_shows_the_calls(web: Web) -> None:
    emulator, client = web
    await client.get(f"/bot{emulator.token}/getMe")

    calls = (await client.get("/page/calls", params={"after": "nonsense"})).json()["calls"]

    assert [call["method"] for call in calls] == ["getMe"]


async def test_the_panel_leaves_out_idle_polls_and_the_token(web: Web) -> None:
    emulator, client = web
    await client.get(f"/bot{emulator.token}/getUpdates")
    emulator.people.create_person("Ada").send_text("/start")
    await client.get(f"/bot{emulator.token}/getUpdates")

    page_text = await client.get("/page/calls")

    assert page_text.json()["last"] == 2
    assert [call["number"] for call in page_text.json()["calls"]] == [2]
    assert emulator.token.partition(":")[2] not in page_text.text


@pytest.fixture
async def page(web: Web) -> AsyncIterator[Page]:
    """The page in a browser; errors on it fail the test."""
    if BROWSER is None:
        pytest.skip("no chromium on this machine to open the page in")
    errors: list[str] = []
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        shown = await browser.new_page(viewport={"width": 420, "height": 860})
        shown.on("pageerror", lambda error: errors.append(str(error)))
        shown.on("console", lambda line: errors.append(line.text))
        await shown.goto(web[0].url)
        yield shown
        await browser.close()
    assert errors == []


@pytest.mark.slow
@pytest.mark.alone
async def test_a_conversation_in_a_browser(web: Web, page: Page) -> None:
    emulator, client = web
    log = page.get_by_role("log")
    await page.get_by_role("button", name="Start", exact=True).click()
    await log.get_by_text("/start", exact=True).wait_for()
    (you,) = emulator.people.persons.values()

    async def call(method: str, **parameters: Json) -> None:
        answer = await client.post(f"/bot{emulator.token}/{method}", json=parameters)
        assert answer.json()["ok"] is True

    keys: JsonObject = {"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    text = "<b>Hi</b> &lt;img src=x onerror=alert(1)&gt;"
    await call("sendMessage", chat_id=you.id, text=text, parse_mode="HTML", reply_markup=keys)
    await log.get_by_text("<img src=x onerror=alert(1)>").wait_for()
    assert await page.locator("article img").count() == 0

    await page.get_by_role("button", name="Go").click()
    await you.wait_until(lambda _: bool(emulator.state.button_presses))
    await call(
        "answerCallbackQuery",
        callback_query_id=next(iter(emulator.state.button_presses)),
        text="Noted",
    )
    await page.get_by_text("Noted").wait_for()
    await call("editMessageText", chat_id=you.id, message_id=2, text="Changed")
    await log.get_by_text("Changed").wait_for()

    await call("sendRichMessage", chat_id=you.id, rich_message=digest_message())
    details = page.locator("details").first
    assert await details.get_attribute("open") is None
    await page.get_by_role("link", name="[1]").click()
    await page.get_by_role("button", name="PDF").wait_for()
    assert await details.get_attribute("open") is not None

    await page.get_by_label("Message", exact=True).fill("/digest")
    await page.keyboard.press("Enter")
    await you.wait_until(lambda chat: chat[-1].text == "/digest")


@pytest.mark.slow
@pytest.mark.alone
async def test_what_a_bot_can_send_is_shown(web: Web, page: Page) -> None:
    """An invitation asks where to, a document can be saved."""
    emulator, client = web
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("article").wait_for()
    (you,) = emulator.people.persons.values()
    group = emulator.people.create_supergroup("Lab", you)
    await page.reload()
    await page.get_by_role("article").wait_for()
    url = f"https://t.me/{emulator.state.bot.username}?startgroup=hello"
    keys: JsonObject = {"inline_keyboard": [[{"text": "Invite", "url": url}]]}
    path = f"/bot{emulator.token}"

    message: JsonObject = {"chat_id": you.id, "text": "Come", "reply_markup": keys}
    await client.post(f"{path}/sendMessage", json=message)
    await client.post(
        f"{path}/sendDocument", data={"chat_id": str(you.id)}, files={"document": ("a.md", b"# A")}
    )
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="a.md").click()
    assert (await saving.value).suggested_filename == "a.md"

    await page.get_by_role("button", name="Invite").click()
    await page.get_by_role("dialog").get_by_role("button", name="Lab").click()
    await page.get_by_role("log").get_by_text("/start@papergram_demo_bot hello").wait_for()
    assert group.chat.members[emulator.state.bot.id] == "member"

    await page.locator("#dismiss").click()
    await page.get_by_role("button", name="Add Papergram").click()
    await page.locator("#composer").wait_for()

    start = url.replace("startgroup=hello", "start=p_1_1")
    link: JsonObject = {
        "chat_id": group.id,
        "text": f'<a href="{start}">[1]</a>',
        "parse_mode": "HTML",
    }
    await client.post(f"{path}/sendMessage", json=link)
    await page.get_by_role("link", name="[1]").click()
    await page.get_by_role("log").get_by_text("/start p_1_1").wait_for()
    assert you.messages()[-1].text == "/start p_1_1"
