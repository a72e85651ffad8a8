"""The server as a server: doors, keys, models, many at once, and as its own process."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import openai
import pytest

from tests.models.conversations import ask_for_summary, first_choice_text, openai_client
from tests.models.server import KEY, MODEL, model_server

_ALL_AT_ONCE = 64


async def test_a_wrong_key_is_refused_and_masked() -> None:
    async with (
        model_server() as server,
        openai_client(server, key="sk-secret-0123456789") as asking,
    ):
        with pytest.raises(openai.AuthenticationError) as caught:
            await ask_for_summary(asking)

    assert caught.value.code == "invalid_api_key"
    assert "sk-s************6789" in caught.value.message
    assert server.calls == []


async def test_no_key_at_all_is_told() -> None:
    async with model_server() as server, httpx.AsyncClient() as http:
        answer = await http.get(f"{server.url}/models")

    assert answer.status_code == 401
    assert answer.json()["error"]["message"].startswith("You didn't provide an API key.")


async def test_a_server_without_keys_takes_any() -> None:
    async with model_server(key=None) as server, openai_client(server, key="none") as asking:
        assert first_choice_text(await ask_for_summary(asking))


async def test_only_the_served_models_exist() -> None:
    async with model_server(served_models=("a", "b")) as server, openai_client(server) as asking:
        with pytest.raises(openai.NotFoundError) as caught:
            await ask_for_summary(asking, model="c")
        listed = [model.id async for model in asking.models.list()]

    assert caught.value.code == "model_not_found"
    assert listed == ["a", "b"]


async def test_the_doors_are_those_of_the_api_with_and_without_a_version() -> None:
    headers = {"authorization": f"Bearer {KEY}"}
    body = {"model": MODEL, "messages": [{"role": "user", "content": "x"}]}
    async with model_server() as server, httpx.AsyncClient(headers=headers) as http:
        root = server.url.removesuffix("/v1")

        statuses = [
            (await http.post(f"{root}{path}/chat/completions", json=body)).status_code
            for path in ("/v1", "", "/v2")
        ]
        wrong = await http.post(f"{root}/v1/models", json=body)

    assert statuses == [200, 200, 404]
    assert wrong.json()["error"]["message"] == "Invalid URL (POST /v1/models)"


async def test_an_answer_has_what_the_api_sends() -> None:
    async with model_server() as server, openai_client(server) as asking:
        first, second = await ask_for_summary(asking), await ask_for_summary(asking)

    assert first.id != second.id
    assert first.id.startswith("chatcmpl-")
    assert first.model == MODEL
    assert first.system_fingerprint
    assert first.created
    assert first._request_id == "req_" + "1".zfill(32)
    assert first.usage is not None
    used = first.usage.prompt_tokens + first.usage.completion_tokens
    assert used == first.usage.total_tokens > 200


async def test_calls_are_told_apart_by_paper_and_language() -> None:
    async with model_server() as server, openai_client(server) as asking:
        await ask_for_summary(asking)
        await ask_for_summary(asking, system="One sentence in English, as JSON.")
        await ask_for_summary(asking, user="Another paper.")

    (chinese, english, other) = server.calls
    assert chinese.paper == english.paper != other.paper
    assert [call.language for call in server.calls] == ["zh", "en", "zh"]
    assert chinese.concurrent == 1


async def test_many_calls_are_carried_at_once() -> None:
    async with model_server("hang") as server, openai_client(server) as asking:
        tasks = [asyncio.create_task(ask_for_summary(asking)) for _ in range(_ALL_AT_ONCE)]
        await server.wait_for_calls(_ALL_AT_ONCE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    assert server.peak_in_flight == _ALL_AT_ONCE
    assert max(call.concurrent for call in server.calls) == _ALL_AT_ONCE


async def test_a_closed_server_lets_go_of_those_who_wait(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"

    async with model_server("hang", log_path=log) as server, openai_client(server) as asking:
        waiting = asyncio.create_task(ask_for_summary(asking))
        await server.wait_for_calls(1)
        await server.stop_listening()
        with pytest.raises(openai.APIConnectionError):
            await waiting
        with pytest.raises(openai.APIConnectionError):
            await ask_for_summary(asking)

    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == ["call", "end"]


async def test_an_outage_ends() -> None:
    async with model_server() as server, openai_client(server) as asking:
        await ask_for_summary(asking)
        await server.stop_listening()
        with pytest.raises(openai.APIConnectionError):
            await ask_for_summary(asking)
        await server.start_listening(server.port)

        assert first_choice_text(await ask_for_summary(asking))

    assert len(server.calls) == 2


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: many\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 50\r\n\r\n{",
        b"x" * 200_000,
    ],
)
async def test_what_is_no_http_ends_the_connection_and_nothing_else(sent: bytes) -> None:
    async with model_server() as server, openai_client(server) as asking:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(sent)
        with suppress(ConnectionError):
            writer.write_eof()
            assert await reader.read() == b""
        writer.close()

        assert first_choice_text(await ask_for_summary(asking))


async def test_the_server_runs_by_itself_and_logs_each_call(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    arguments = ["--log", str(log), "--script", "unavailable good", "--model", "own", "--key", ""]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.models.server", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()

    async with openai.AsyncOpenAI(base_url=url, api_key="any", max_retries=0) as asking:
        with pytest.raises(openai.InternalServerError):
            await ask_for_summary(asking, model="own")
        assert first_choice_text(await ask_for_summary(asking, model="own"))
    process.terminate()
    assert await process.wait() == 0

    rows = [json.loads(line) for line in log.read_text().splitlines()]
    assert [row["event"] for row in rows] == ["call", "end", "call", "end"]
    assert [row["outcome"] for row in rows] == ["", "503", "", "200"]
    assert {row["language"] for row in rows} == {"zh"}
    assert rows[0]["script"] == "unavailable"
