"""The wire format as others understand it: the same calls against a server that they publish.

Slow, because the first run installs the server.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from tests.models.conversations import ABSTRACT, ask, content
from tests.models.published import KEY, Published, version
from tests.models.refusals import Json
from tests.models.replies import Reply, good
from tests.models.requests import accept
from tests.models.server import KEY as OUR_KEY
from tests.models.server import MODEL, models

pytestmark = pytest.mark.slow

GLOSS = {"title": "题目", "gist": "一句话。", "abstract": "摘要。"}
SOUND: Json = {
    "content": json.dumps(GLOSS, ensure_ascii=False),
    "usage": {"prompt_tokens": 210, "completion_tokens": 34, "total_tokens": 244},
    "systemFingerprint": "fp_1",
}


def _error(status: int, kind: str, code: str, **others: object) -> Json:
    error = {"message": f"refused with {status}", "type": kind, "code": code}
    return {"error": error, "status": status, **others}


@pytest.fixture
async def asking(published_models: Published) -> AsyncIterator[AsyncOpenAI]:
    """The official client before the published server; it asks once."""
    async with AsyncOpenAI(base_url=published_models.url, api_key=KEY, max_retries=0) as client:
        yield client


async def test_an_answer_by_schema_arrives_with_its_usage(
    published_models: Published, asking: AsyncOpenAI
) -> None:
    published_models.play(SOUND)

    completion = await ask(asking)

    assert json.loads(content(completion)) == GLOSS
    assert completion.usage is not None
    assert completion.usage.total_tokens == 244
    assert completion.choices[0].finish_reason == "stop"


async def test_the_request_arrives_as_it_was_meant(
    published_models: Published, asking: AsyncOpenAI
) -> None:
    published_models.play(SOUND)

    await ask(asking)

    (body,) = published_models.asked()
    body.pop("_endpointType")
    accepted = accept(json.dumps(body).encode())
    assert accepted.format == "json_schema"
    assert ABSTRACT in accepted.question


@pytest.mark.parametrize(
    ("status", "kind", "code", "raised"),
    [
        (401, "invalid_request_error", "invalid_api_key", openai.AuthenticationError),
        (402, "unknown_error", "invalid_request_error", openai.APIStatusError),
        (403, "request_forbidden", "unsupported_country", openai.PermissionDeniedError),
        (404, "invalid_request_error", "model_not_found", openai.NotFoundError),
        (429, "insufficient_quota", "insufficient_quota", openai.RateLimitError),
        (500, "server_error", "server_error", openai.InternalServerError),
        (503, "server_error", "overloaded", openai.InternalServerError),
    ],
)
async def test_an_error_is_told_with_its_code(
    published_models: Published,
    asking: AsyncOpenAI,
    status: int,
    kind: str,
    code: str,
    raised: type[openai.APIStatusError],
) -> None:
    published_models.play(_error(status, kind, code), SOUND)

    with pytest.raises(raised) as caught:
        await ask(asking)

    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert json.loads(content(await ask(asking))) == GLOSS


async def test_a_limit_says_when_to_come_again(
    published_models: Published, asking: AsyncOpenAI
) -> None:
    published_models.play(_error(429, "tokens", "rate_limit_exceeded", retryAfter=7))

    with pytest.raises(openai.RateLimitError) as caught:
        await ask(asking)

    assert caught.value.response.headers["retry-after"] == "7"


async def test_a_cut_answer_says_so(published_models: Published, asking: AsyncOpenAI) -> None:
    published_models.play({"content": '{"title": "题', "finishReason": "length"})

    assert (await ask(asking)).choices[0].finish_reason == "length"


async def test_a_wrong_key_is_refused(published_models: Published) -> None:
    async with AsyncOpenAI(
        base_url=published_models.url, api_key="sk-other", max_retries=0
    ) as stranger:
        with pytest.raises(openai.AuthenticationError) as caught:
            await ask(stranger)

    assert caught.value.code == "invalid_api_key"


async def test_a_dropped_connection_is_an_error(
    published_models: Published, asking: AsyncOpenAI
) -> None:
    published_models.play(SOUND)
    published_models.chaos(disconnectRate=1)

    with pytest.raises(openai.APIConnectionError):
        await ask(asking)


def _shape(value: object) -> object:
    """What is where, without what it says."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value[:1]]
    return type(value).__name__


def _lacks(theirs: object, ours: object, path: str = "") -> list[str]:
    """Where something of theirs is not in ours, or is of another kind there."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return [
            fault
            for key, inner in theirs.items()
            for fault in _lacks(inner, ours.get(key, "nothing"), f"{path}.{key}")
        ]
    if isinstance(theirs, list) and isinstance(ours, list):
        pairs = zip(theirs, ours, strict=True)
        return [fault for a, b in pairs for fault in _lacks(a, b, f"{path}[]")]
    return [] if theirs == ours else [f"{path}: {theirs} there, {ours} here"]


async def _spoken(url: str, key: str) -> list[object]:
    """The shapes of a completion, of the list of models, and of a request without messages."""
    turns = [{"role": "user", "content": "x"}]
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}) as http:
        answers = [
            await http.post(f"{url}/chat/completions", json={"model": MODEL, "messages": turns}),
            await http.get(f"{url}/models"),
            await http.post(f"{url}/chat/completions", json={"model": MODEL}),
        ]
    return [[answer.status_code, _shape(answer.json())] for answer in answers]


async def test_our_server_has_everything_that_theirs_has(published_models: Published) -> None:
    published_models.play(SOUND)
    async with models() as server:
        ours = await _spoken(server.url, OUR_KEY)

    theirs = await _spoken(published_models.url, KEY)

    # Theirs does not name the parameter that is missing; the API does.
    assert _lacks(theirs, ours) == [
        "[][].error.param: NoneType there, str here",
        "[][].error.code: NoneType there, str here",
    ]


def test_the_version_is_pinned() -> None:
    assert version() == "1.43.0"


def test_shapes_that_differ_are_told() -> None:
    reply: Reply = good(accept(json.dumps({"model": "m", "messages": [
        {"role": "user", "content": "x"}]}).encode()), "en")  # fmt: skip
    sound = json.loads(reply.payload(1))

    assert _lacks(_shape(sound), _shape({**sound, "created": "now"})) == [
        ".created: int there, str here"
    ]
