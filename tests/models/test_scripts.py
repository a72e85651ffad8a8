"""Each script gives the official client the error or the answer that it promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

import openai
import pytest
from openai.types.chat import ChatCompletion

from tests.models import scripts
from tests.models.breakage import HUGE_SIZE
from tests.models.conversations import (
    ABSTRACT,
    PAPER,
    SYSTEM,
    ask_for_summary,
    first_choice_text,
    openai_client,
    summary_format,
)
from tests.models.server import KEY, MODEL, model_server

Check: TypeAlias = Callable[[ChatCompletion], bool]

REFUSALS: dict[str, tuple[type[openai.APIStatusError], int, str | None]] = {
    "unauthorized": (openai.AuthenticationError, 401, "invalid_api_key"),
    "unknown-model": (openai.NotFoundError, 404, "model_not_found"),
    "forbidden": (openai.PermissionDeniedError, 403, "unsupported_country_region_territory"),
    "unpaid": (openai.APIStatusError, 402, "invalid_request_error"),
    "quota": (openai.RateLimitError, 429, "insufficient_quota"),
    "no-json-schema": (openai.BadRequestError, 400, "invalid_request_error"),
    "no-json-schema-llamacpp": (openai.InternalServerError, 500, "500"),
    "no-json-schema-vllm": (openai.BadRequestError, 400, "400"),
    "no-response-format": (openai.BadRequestError, 400, None),
    "no-temperature": (openai.BadRequestError, 400, "unsupported_value"),
    "no-max-tokens": (openai.BadRequestError, 400, "unsupported_parameter"),
    "rate-limit": (openai.RateLimitError, 429, "rate_limit_exceeded"),
    "rate-limit-date": (openai.RateLimitError, 429, "rate_limit_exceeded"),
    "rate-limit-bare": (openai.RateLimitError, 429, "rate_limit_exceeded"),
    "rate-limit-absurd": (openai.RateLimitError, 429, "rate_limit_exceeded"),
    "server-error": (openai.InternalServerError, 500, None),
    "bad-gateway": (openai.InternalServerError, 502, None),
    "unavailable": (openai.InternalServerError, 503, None),
}


def _summary_fields(completion: ChatCompletion) -> dict[str, str]:
    summary = json.loads(first_choice_text(completion))
    assert isinstance(summary, dict)
    return summary


def _is_json(text: str) -> bool:
    with suppress(ValueError):
        return isinstance(json.loads(text), dict)
    return False


def _every(claim: Callable[[str], bool]) -> Check:
    return lambda completion: all(claim(text) for text in _summary_fields(completion).values())


def _used(completion: ChatCompletion) -> int:
    assert completion.usage is not None
    return completion.usage.total_tokens


ANSWERS: dict[str, Check] = {
    "good": lambda c: list(_summary_fields(c)) == ["title", "gist", "abstract"],
    "no-json-object": lambda c: list(_summary_fields(c)) == ["title", "gist", "abstract"],
    "slow": lambda c: list(_summary_fields(c)) == ["title", "gist", "abstract"],
    "cut-json": lambda c: (
        not _is_json(first_choice_text(c)) and c.choices[0].finish_reason == "stop"
    ),
    "cut-length": lambda c: (
        not _is_json(first_choice_text(c)) and c.choices[0].finish_reason == "length"
    ),
    "prose": lambda c: not _is_json(first_choice_text(c)) and '{"title"' in first_choice_text(c),
    "fence": lambda c: first_choice_text(c).startswith("```json\n{"),
    "think": lambda c: (
        first_choice_text(c).startswith("<think>") and first_choice_text(c).endswith("}")
    ),
    "empty": lambda c: first_choice_text(c) == "",
    "null": lambda c: c.choices[0].message.content is None,
    "refusal": lambda c: "cannot assist" in (c.choices[0].message.refusal or ""),
    "content-filter": lambda c: c.choices[0].finish_reason == "content_filter",
    "no-choices": lambda c: c.choices == [],
    "two-choices": lambda c: [choice.index for choice in c.choices] == [0, 1],
    "wrong-types": _every(lambda text: isinstance(text, list)),
    "null-values": _every(lambda text: text is None),
    "renamed-keys": lambda c: list(_summary_fields(c)) == ["the_title", "the_gist", "the_abstract"],
    "list-json": lambda c: isinstance(json.loads(first_choice_text(c)), list),
    "huge": lambda c: len(first_choice_text(c).encode()) > HUGE_SIZE,
    "wrong-language": lambda c: _summary_fields(c)["abstract"] == ABSTRACT,
    "copy": lambda c: _summary_fields(c)["abstract"] == ABSTRACT,
    "links": _every(lambda text: "https://" in text),
    "markup": _every(lambda text: "<script>" in text),
    "other-ids": _every(lambda text: "2402.12844" in text),
    "self-talk": _every(lambda text: "As an AI language model" in text),
    "wrong-number": _every(lambda text: "987.654%" in text),
    "lost-marks": _every(lambda text: "⟦" not in text),
    "repeating": _every(lambda text: text.endswith(text[:12] * 60)),
    "short-abstract": lambda c: not _summary_fields(c)["abstract"].endswith("。"),
    "no-usage": lambda c: c.usage is None,
    "negative-usage": lambda c: _used(c) == -105,
    "absurd-usage": lambda c: _used(c) == 2 * 10**12,
    "wrong-usage": lambda c: c.usage is not None and str(c.usage.prompt_tokens) == "many",
}
WIRE = {"hang", "reset", "reset-body", "infinite", "invalid-utf8", "not-json"}


def test_every_script_has_its_test() -> None:
    assert set(scripts.MISBEHAVIOURS) == REFUSALS.keys() | ANSWERS.keys() | WIRE


@pytest.mark.parametrize("script", REFUSALS)
async def test_a_refusal_is_the_clients_error(script: str) -> None:
    kind, status, code = REFUSALS[script]

    async with model_server(script) as server, openai_client(server) as asking:
        with pytest.raises(openai.APIStatusError) as caught:
            await ask_for_summary(asking)

    assert type(caught.value) is kind
    assert caught.value.status_code == status
    assert caught.value.code == code
    assert server.calls[0].outcome == str(status)


@pytest.mark.parametrize("script", ANSWERS)
async def test_an_answer_is_what_the_script_says(script: str) -> None:
    step = "slow=0.01" if script == "slow" else script

    async with model_server(step) as server, openai_client(server) as asking:
        completion = await ask_for_summary(asking)

    assert ANSWERS[script](completion)
    assert completion.object == "chat.completion"


async def test_retry_after_comes_in_each_of_its_forms() -> None:
    waits: list[str | None] = []
    steps = "rate-limit rate-limit=7 rate-limit-bare rate-limit-absurd rate-limit-date=60"

    async with model_server(steps) as server, openai_client(server) as asking:
        for _ in range(5):
            with pytest.raises(openai.RateLimitError) as caught:
                await ask_for_summary(asking)
            waits.append(caught.value.response.headers.get("retry-after"))

    assert waits[:4] == ["2", "7", None, "1000000000"]
    ahead = parsedate_to_datetime(str(waits[4])) - datetime.now(UTC)
    assert 0 < ahead.total_seconds() <= 60


@pytest.mark.parametrize("script", ["hang", "slow=60"])
async def test_a_server_that_does_not_answer_is_a_timeout(script: str) -> None:
    async with model_server(script) as server, openai_client(server, timeout_seconds=0.2) as asking:
        with pytest.raises(openai.APITimeoutError):
            await ask_for_summary(asking)

    assert server.calls[0].outcome in {"left", "stopped"}


@pytest.mark.parametrize("script", ["reset", "reset-body"])
async def test_a_torn_connection_is_a_connection_error(script: str) -> None:
    async with model_server(f"{script} good") as server, openai_client(server) as asking:
        with pytest.raises(openai.APIConnectionError):
            await ask_for_summary(asking)
        assert _summary_fields(await ask_for_summary(asking))

    assert [call.outcome for call in server.calls] == ["reset", "200"]


@pytest.mark.parametrize("script", ["invalid-utf8", "not-json"])
async def test_a_body_that_cannot_be_read_is_no_completion(script: str) -> None:
    async with model_server(script) as server, openai_client(server) as asking:
        with pytest.raises((openai.OpenAIError, ValueError)):
            await ask_for_summary(asking)

    assert server.calls[0].outcome == "200"


async def test_a_body_without_end_goes_on_until_the_client_leaves() -> None:
    received = 0

    async with model_server("infinite") as server, openai_client(server) as asking:
        answering = asking.chat.completions.with_streaming_response.create(
            model=MODEL, messages=[{"role": "user", "content": "x"}]
        )
        async with answering as response:
            async for chunk in response.iter_bytes():
                received += len(chunk)
                if received > HUGE_SIZE:
                    break

    assert received > HUGE_SIZE


@pytest.mark.parametrize(
    "step", ["no-temperature", "no-max-tokens", "no-json-schema", "no-response-format"]
)
async def test_what_is_refused_can_be_left_out(step: str) -> None:
    """A client that drops what the server names is served."""
    async with model_server(step) as server, openai_client(server) as asking:
        completion = await asking.chat.completions.create(
            model=MODEL,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": PAPER}],
            max_completion_tokens=900,
            temperature=1,
        )

    assert completion.choices[0].finish_reason == "stop"


async def test_only_json_schema_may_be_refused_or_only_json_object() -> None:
    async with model_server("no-json-object") as server, openai_client(server) as asking:
        with pytest.raises(openai.BadRequestError) as caught:
            await asking.chat.completions.create(
                model=MODEL,
                messages=[{"role": "user", "content": "JSON, please."}],
                response_format={"type": "json_object"},
            )
        assert "must be 'json_schema' or 'text'" in caught.value.response.text
        assert _summary_fields(await ask_for_summary(asking))


async def test_steps_come_one_after_the_other_and_the_last_one_stays() -> None:
    async with (
        model_server("server-error*2, unavailable, good") as server,
        openai_client(server) as asking,
    ):
        for status in (500, 500, 503, 200, 200):
            with suppress(openai.InternalServerError):
                await ask_for_summary(asking)
            assert server.calls[-1].outcome == str(status)


async def test_a_script_may_begin_anew_and_be_changed() -> None:
    async with model_server("good bad-gateway ...") as server, openai_client(server) as asking:
        for _ in range(4):
            with suppress(openai.InternalServerError):
                await ask_for_summary(asking)
        server.set_script("empty")
        assert first_choice_text(await ask_for_summary(asking)) == ""

    assert [call.outcome for call in server.calls] == ["200", "502", "200", "502", "200"]


async def test_deeds_can_be_joined_and_chosen_by_what_is_asked() -> None:
    async with (
        model_server(
            lambda chat: "fence+prose" if "Paper" in chat.first_user_text else "good"
        ) as server,
        openai_client(server) as asking,
    ):
        both, sound = (
            await ask_for_summary(asking, user="Paper one."),
            await ask_for_summary(asking, user="Another."),
        )

    assert first_choice_text(both).startswith("Sure!")
    assert "```json" in first_choice_text(both)
    assert _is_json(first_choice_text(sound))


@pytest.mark.parametrize("text", ["", "...", "good nonsense", "slow=much", "good*many"])
def test_a_script_that_cannot_be_played_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match=r"script|could not convert|invalid literal"):
        scripts.Script(text)


async def test_the_answer_ends_at_the_limit_of_tokens() -> None:
    async with model_server() as server, openai_client(server, key=KEY) as asking:
        completion = await asking.chat.completions.create(
            model=MODEL,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": PAPER}],
            response_format=summary_format(),
            max_tokens=40,
        )

    assert completion.choices[0].finish_reason == "length"
    assert completion.usage is not None
    assert completion.usage.completion_tokens <= 40
    assert not _is_json(first_choice_text(completion))
