"""The emulator as a server: who may speak to it, how bodies arrive, the journal."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.demo.emulator import faults
from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.rate_limits import RateLimits
from tests.support.clock import FakeClock


@pytest.fixture
async def web(served_emulator: Emulator) -> AsyncIterator[httpx.AsyncClient]:
    """A plain HTTP client of the served emulator."""
    async with httpx.AsyncClient(base_url=served_emulator.url) as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_only_this_machine_is_served(
    served_emulator: Emulator, web: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    for path in (f"/bot{served_emulator.token}/getMe", "/", "/page/state"):
        assert (await web.get(path, headers=headers)).status_code == status


async def test_a_call_may_come_in_any_body(
    served_emulator: Emulator, web: httpx.AsyncClient
) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    keyboard = {"inline_keyboard": [[{"text": "é=&", "callback_data": "x"}]]}
    values = {"chat_id": str(ada.id), "text": "é & ü", "reply_markup": json.dumps(keyboard)}
    path = f"/bot{served_emulator.token}/sendMessage"

    answers = [
        await web.get(path, params=values),
        await web.post(path, data=values),
        await web.post(path, files={name: (None, value) for name, value in values.items()}),
        await web.post(path, json={**values, "reply_markup": keyboard, "chat_id": ada.id}),
    ]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert [message.text for message in ada.messages()] == ["é & ü"] * 4
    assert {message.button_labels for message in ada.messages()} == {("é=&",)}
    assert served_emulator.misuses == []


async def test_a_file_arrives_byte_for_byte(
    served_emulator: Emulator, web: httpx.AsyncClient
) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    content = b"\r\n--x\r\n\0" + bytes(range(256)) + b"\r\n"

    answer = await web.post(
        f"/bot{served_emulator.token}/sendDocument",
        data={"chat_id": str(ada.id), "document": "attach://it"},
        files={"it": ("digest.md", content)},
    )
    name = answer.json()["result"]["document"]["file_id"]
    fetched = await web.get(f"/file/bot{served_emulator.token}/documents/{name}")
    saved = await web.get(f"/page/file/{name}")

    assert fetched.content == saved.content == content
    assert saved.headers["content-disposition"] == "attachment"
    assert ada.messages()[0].document == "digest.md"


@pytest.mark.parametrize("path", ["/file/bot1:x/documents/x", "/file/bot{token}/documents/x"])
async def test_files_need_the_token_and_a_name(
    served_emulator: Emulator, web: httpx.AsyncClient, path: str
) -> None:
    answer = await web.get(path.format(token=served_emulator.token))

    assert answer.status_code in {401, 404}
    assert answer.json()["ok"] is False


async def test_rates_are_answered_with_a_time_to_wait(clock: FakeClock) -> None:
    async with Emulator.serve(now=clock.now, rate_limits=RateLimits()) as strict:
        ada = strict.people.create_person("Ada", has_started_bot=True)
        async with httpx.AsyncClient(base_url=strict.url) as web:
            path = f"/bot{strict.token}/sendMessage"
            values = {"chat_id": str(ada.id), "text": "x"}
            await web.post(path, data=values)
            answer = await web.post(path, data=values)

    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }


async def test_every_call_is_in_the_journal_and_on_disk(clock: FakeClock, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    async with Emulator.serve(now=clock.now, log_path=log) as emulator:
        ada = emulator.people.create_person("Ada", has_started_bot=True)
        emulator.faults.schedule("sendMessage", faults.accepted_then_connection_closed(), times=1)
        async with httpx.AsyncClient(base_url=emulator.url) as web:
            path = f"/bot{emulator.token}/sendMessage"
            with pytest.raises(httpx.RemoteProtocolError):
                await web.post(path, data={"chat_id": str(ada.id), "text": "a"})
            await web.post(path, data={"chat_id": str(ada.id), "text": "b"})
            await web.post(path, data={"chat_id": str(ada.id), "text": ""})
        calls = emulator.calls

    seen = [(call.is_accepted, call.is_answered, call.code, call.chat_id) for call in calls]
    assert seen == [
        (True, False, 200, ada.id),
        (True, True, 200, ada.id),
        (False, True, 400, ada.id),
    ]
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert lines[0]["fault"] == "accepted, closed"


async def test_what_telegram_would_overlook_is_noted(
    served_emulator: Emulator, web: httpx.AsyncClient
) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    values = {"chat_id": ada.id, "text": "x", "parsemode": "HTML", "disable_notification": "si"}

    await web.post(f"/bot{served_emulator.token}/sendMessage", json=values)

    assert {oddity.description for oddity in served_emulator.misuses} == {
        "unknown parameter parsemode",
        "disable_notification is no Boolean",
    }


async def test_a_fault_meets_only_its_chat_and_only_so_often(
    served_emulator: Emulator, web: httpx.AsyncClient
) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    bob = served_emulator.people.create_person("Bob", has_started_bot=True)
    served_emulator.faults.schedule(
        "sendMessage", faults.too_many_requests(2), chat=bob.id, times=2
    )
    path = f"/bot{served_emulator.token}/sendMessage"

    codes = [
        (await web.post(path, json={"chat_id": person.id, "text": "x"})).status_code
        for person in (ada, bob, ada, bob, bob)
    ]

    assert codes == [200, 429, 200, 429, 200]
