"""The wire format as others understand it: the same calls against a server that they publish.

Slow, because the first run installs the server.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from bot.summaries.llm.client import ModelClient
from bot.summaries.llm.errors import (
    KeyRefused,
    ModelError,
    ModelUnknown,
    OutOfCredit,
    Overloaded,
    Unreachable,
    Usage,
)
from bot.summaries.llm.summarize import summarize
from bot.summaries.verify.findings import SummaryText
from storage.records.papers import Paper
from tests.models.conversations import ABSTRACT, ask_for_summary, first_choice_text
from tests.models.published import KEY, PublishedServer, locked_version
from tests.models.refusals import Json
from tests.models.replies import Reply, honest_reply
from tests.models.requests import parse_request
from tests.models.server import KEY as OUR_KEY
from tests.models.server import MODEL, model_server

pytestmark = pytest.mark.slow

SUMMARY_FIELDS = {"title": "题目", "gist": "一句话。", "abstract": "摘要。"}
SOUND: Json = {
    "content": json.dumps(SUMMARY_FIELDS, ensure_ascii=False),
    "usage": {"prompt_tokens": 210, "completion_tokens": 34, "total_tokens": 244},
    "systemFingerprint": "fp_1",
}


def _error(status: int, kind: str, code: str, **others: object) -> Json:
    error = {"message": f"refused with {status}", "type": kind, "code": code}
    return {"error": error, "status": status, **others}


@pytest.fixture
async def asking(published_models: PublishedServer) -> AsyncIterator[AsyncOpenAI]:
    """The official client before the published server; it asks once."""
    async with AsyncOpenAI(base_url=published_models.url, api_key=KEY, max_retries=0) as client:
        yield client


async def test_an_answer_by_schema_arrives_with_its_usage(
    published_models: PublishedServer, asking: AsyncOpenAI
) -> None:
    published_models.set_responses(SOUND)

    completion = await ask_for_summary(asking)

    assert json.loads(first_choice_text(completion)) == SUMMARY_FIELDS
    assert completion.usage is not None
    assert completion.usage.total_tokens == 244
    assert completion.choices[0].finish_reason == "stop"


async def test_the_request_arrives_as_it_was_meant(
    published_models: PublishedServer, asking: AsyncOpenAI
) -> None:
    published_models.set_responses(SOUND)

    await ask_for_summary(asking)

    (body,) = published_models.request_bodies()
    body.pop("_endpointType")
    accepted = parse_request(json.dumps(body).encode())
    assert accepted.response_format == "json_schema"
    assert ABSTRACT in accepted.first_user_text


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
    published_models: PublishedServer,
    asking: AsyncOpenAI,
    status: int,
    kind: str,
    code: str,
    raised: type[openai.APIStatusError],
) -> None:
    published_models.set_responses(_error(status, kind, code), SOUND)

    with pytest.raises(raised) as caught:
        await ask_for_summary(asking)

    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert json.loads(first_choice_text(await ask_for_summary(asking))) == SUMMARY_FIELDS


async def test_a_limit_says_when_to_come_again(
    published_models: PublishedServer, asking: AsyncOpenAI
) -> None:
    published_models.set_responses(_error(429, "tokens", "rate_limit_exceeded", retryAfter=7))

    with pytest.raises(openai.RateLimitError) as caught:
        await ask_for_summary(asking)

    assert caught.value.response.headers["retry-after"] == "7"


async def test_a_cut_answer_says_so(published_models: PublishedServer, asking: AsyncOpenAI) -> None:
    published_models.set_responses({"content": '{"title": "题', "finishReason": "length"})

    assert (await ask_for_summary(asking)).choices[0].finish_reason == "length"


async def test_a_wrong_key_is_refused(published_models: PublishedServer) -> None:
    async with AsyncOpenAI(
        base_url=published_models.url, api_key="sk-other", max_retries=0
    ) as stranger:
        with pytest.raises(openai.AuthenticationError) as caught:
            await ask_for_summary(stranger)

    assert caught.value.code == "invalid_api_key"


async def test_a_dropped_connection_is_an_error(
    published_models: PublishedServer, asking: AsyncOpenAI
) -> None:
    published_models.set_responses(SOUND)
    published_models.set_failure_rates(disconnectRate=1)

    with pytest.raises(openai.APIConnectionError):
        await ask_for_summary(asking)


PAPER = Paper(
    "arxiv:2611.90001",
    1,
    "DeepFlow-2: Learning to route messages with graph networks",
    "Routing messages in large networks is slow when the topology changes. We propose DeepFlow-2, "
    "a graph network that learns routes from observations. On 14 networks it reduces the delay by "
    "37.5% and its memory stays below 1,024 MB.",
    ("Ada Lovelace",),
    ("cs.NI",),
)
ANSWERED_FIELDS = {
    "title": "DeepFlow-2：用图网络学习消息路由",
    "gist": "DeepFlow-2 用图网络学习路由，在 14 个网络上把延迟降低了 37.5%。",
    "abstract": "当拓扑变化时，大型网络中的消息路由很慢。我们提出 DeepFlow-2，"
    "一种从观测中学习路由的图网络。在 14 个网络上，它把延迟降低了 37.5%，"
    "内存保持在 1,024 MB 以下。",
}
ANSWER: Json = {
    "content": json.dumps(ANSWERED_FIELDS, ensure_ascii=False),
    "usage": {"prompt_tokens": 612, "completion_tokens": 187, "total_tokens": 799},
}


@asynccontextmanager
async def _ours(server: PublishedServer, key: str = KEY) -> AsyncIterator[ModelClient]:
    """The client that the bot asks with."""
    async with ModelClient(server.url, key, MODEL, timeout=10.0) as model:
        yield model


async def _summarize(server: PublishedServer, key: str = KEY) -> tuple[SummaryText, list[Usage]]:
    """What our client has it say of a paper, and what that cost."""
    paid: list[Usage] = []
    async with _ours(server, key) as model:
        return await summarize(model, PAPER, "zh", paid.append), paid


async def test_our_client_has_a_paper_told_and_the_cost_counted(
    published_models: PublishedServer,
) -> None:
    published_models.set_responses(ANSWER)

    summary_text, paid = await _summarize(published_models)

    assert (summary_text.title, summary_text.tldr, summary_text.abstract) == tuple(
        ANSWERED_FIELDS.values()
    )
    assert paid == [Usage(612, 187)]
    (body,) = published_models.request_bodies()
    assert PAPER.abstract.split(". ")[0] in json.dumps(body)


async def test_a_first_answer_that_fails_the_checks_is_asked_for_once_more(
    published_models: PublishedServer,
) -> None:
    wrong = {**ANSWERED_FIELDS, "gist": "This is a gist in English that nobody asked for at all."}
    published_models.set_responses({"content": json.dumps(wrong, ensure_ascii=False)}, ANSWER)

    summary_text, paid = await _summarize(published_models)

    assert summary_text.tldr == ANSWERED_FIELDS["gist"]
    assert len(paid) == len(published_models.request_bodies()) == 2


@pytest.mark.parametrize(
    ("status", "kind", "code", "raised"),
    [
        (401, "invalid_request_error", "invalid_api_key", KeyRefused),
        (402, "unknown_error", "invalid_request_error", OutOfCredit),
        (404, "invalid_request_error", "model_not_found", ModelUnknown),
        (429, "insufficient_quota", "insufficient_quota", OutOfCredit),
        (429, "tokens", "rate_limit_exceeded", Overloaded),
        (500, "server_error", "server_error", ModelError),
        (503, "server_error", "overloaded", ModelError),
    ],
)
async def test_our_client_tells_each_error_as_what_it_is(
    published_models: PublishedServer, status: int, kind: str, code: str, raised: type[ModelError]
) -> None:
    published_models.set_responses(_error(status, kind, code))

    with pytest.raises(raised):
        await _summarize(published_models)


async def test_our_client_waits_as_long_as_it_is_told(published_models: PublishedServer) -> None:
    published_models.set_responses(_error(429, "tokens", "rate_limit_exceeded", retryAfter=7))

    with pytest.raises(Overloaded) as caught:
        await _summarize(published_models)

    assert caught.value.seconds == 7


async def test_a_wrong_key_is_a_refused_key(published_models: PublishedServer) -> None:
    with pytest.raises(KeyRefused):
        await _summarize(published_models, key="sk-other")


async def test_a_connection_that_breaks_is_a_trouble_that_passes(
    published_models: PublishedServer,
) -> None:
    published_models.set_responses(ANSWER)
    published_models.set_failure_rates(disconnectRate=1)

    with pytest.raises(Unreachable):
        await _summarize(published_models)


async def test_an_answer_cut_short_is_had_in_pieces(published_models: PublishedServer) -> None:
    full_answer = json.dumps(ANSWERED_FIELDS, ensure_ascii=False)
    cut: Json = {
        "content": full_answer[: full_answer.index('"abstract"') + 30],
        "finishReason": "length",
    }
    piece: Json = {"content": json.dumps({"text": ANSWERED_FIELDS["abstract"]}, ensure_ascii=False)}
    published_models.set_responses(cut, piece)

    summary_text, paid = await _summarize(published_models)

    assert (summary_text.tldr, summary_text.abstract) == (
        ANSWERED_FIELDS["gist"],
        ANSWERED_FIELDS["abstract"],
    )
    assert len(paid) == 2


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


async def _replayed_answers(url: str, key: str) -> list[object]:
    """The shapes of a completion, of the list of models, and of a request without messages."""
    lock = [{"role": "user", "content": "x"}]
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {key}"}) as http:
        answers = [
            await http.post(f"{url}/chat/completions", json={"model": MODEL, "messages": lock}),
            await http.get(f"{url}/models"),
            await http.post(f"{url}/chat/completions", json={"model": MODEL}),
        ]
    return [[answer.status_code, _shape(answer.json())] for answer in answers]


async def test_our_server_has_everything_that_theirs_has(published_models: PublishedServer) -> None:
    published_models.set_responses(SOUND)
    async with model_server() as server:
        ours = await _replayed_answers(server.url, OUR_KEY)

    theirs = await _replayed_answers(published_models.url, KEY)

    # Theirs does not name the parameter that is missing; the API does.
    assert _lacks(theirs, ours) == [
        "[][].error.param: NoneType there, str here",
        "[][].error.code: NoneType there, str here",
    ]


def test_the_version_is_pinned() -> None:
    assert locked_version() == "1.43.0"


def test_shapes_that_differ_are_told() -> None:
    reply: Reply = honest_reply(parse_request(json.dumps({"model": "m", "messages": [
        {"role": "user", "content": "x"}]}).encode()), "en")  # fmt: skip
    sound = json.loads(reply.payload(1))

    assert _lacks(_shape(sound), _shape({**sound, "created": "now"})) == [
        ".created: int there, str here"
    ]
