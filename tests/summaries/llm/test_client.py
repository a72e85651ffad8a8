"""A model is asked over HTTP; whatever comes back is a reply or one named trouble."""

import asyncio
import gzip
import logging
import subprocess
import sys
import traceback

import pytest

from bot.summaries.llm.client import ModelClient
from bot.summaries.llm.errors import (
    CompletionDeclined,
    KeyRefused,
    ModelError,
    ModelReply,
    ModelUnknown,
    OutOfCredit,
    Overloaded,
    Unreachable,
    Usage,
)
from tests.summaries.llm.wire import (
    ScriptedAnswer,
    ScriptedServer,
    completion_response,
    error_response,
    http_response,
    scripted_server,
)

KEY = "sk-proj-0123456789abcdefSECRET"
SCHEMA = {
    "type": "object",
    "properties": {"gist": {"type": "string"}},
    "required": ["gist"],
    "additionalProperties": False,
}
DATA = "The abstract of a paper, which is 42 characters."


async def ask(server: ScriptedServer, *, times: int = 1, summary_wait: float = 5.0) -> ModelReply:
    async with ModelClient(server.url, KEY, "small", timeout=summary_wait) as model:
        for _ in range(times):
            reply = await model.ask("Say it as JSON.", DATA, schema=SCHEMA, max_tokens=100)
        return reply


async def trouble_with(answer: ScriptedAnswer, *, summary_wait: float = 5.0) -> ModelError:
    async with scripted_server(answer) as server:
        with pytest.raises(ModelError) as caught:
            await ask(server, summary_wait=summary_wait)
    return caught.value


def last_answer(answer: bytes) -> ScriptedAnswer:
    """An answer after which the server closes the connection."""

    async def write_and_close(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    return write_and_close


async def test_a_reply_comes_with_its_price() -> None:
    async with scripted_server(completion_response("Hello.", usage=(12, 3))) as server:
        assert await ask(server) == ModelReply("Hello.", Usage(12, 3), is_cut=False)


async def test_the_request_is_the_documented_one() -> None:
    async with scripted_server(completion_response("Hello.")) as server:
        await ask(server)

    assert server.request_bodies == [
        {
            "model": "small",
            "messages": [
                {"role": "system", "content": "Say it as JSON."},
                {"role": "user", "content": DATA},
            ],
            "temperature": 0.2,
            "max_tokens": 100,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
            },
        }
    ]
    assert server.request_heads[0].startswith("POST /v1/chat/completions HTTP/1.1")
    assert f"authorization: bearer {KEY}".lower() in server.request_heads[0].lower()


async def test_a_server_without_a_key_is_sent_none() -> None:
    async with (
        scripted_server(completion_response("Hello.")) as server,
        ModelClient(server.url, "", "small") as model,
    ):
        await model.ask("Say it.", DATA, schema=None, max_tokens=100)

    assert "authorization" not in server.request_heads[0].lower()
    assert "response_format" not in server.request_bodies[0]


async def test_nothing_of_another_account_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "of-somebody-else")
    async with scripted_server(completion_response("Hello.")) as server:
        await ask(server)

    assert "of-somebody-else" not in server.request_heads[0]


@pytest.mark.parametrize(
    ("message", "parameter"),
    [
        ("'response_format' of type 'json_schema' is not supported", "json_object"),
        ("This response_format type is unavailable now", "json_object"),
        ("Invalid grammar", "json_object"),
    ],
)
async def test_a_refused_schema_becomes_any_object_and_is_remembered(
    message: str, parameter: str
) -> None:
    async with scripted_server(error_response(400, message), completion_response("{}")) as server:
        await ask(server, times=2)

    forms = [request.get("response_format") for request in server.request_bodies]
    assert len(forms) == 3
    assert forms[1:] == [{"type": parameter}] * 2


async def test_what_a_server_refuses_by_name_is_left_out_from_then_on() -> None:
    async with scripted_server(
        error_response(422, "json_schema: extra fields not permitted"),
        error_response(
            400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        ),
        error_response(501, "json_object is not implemented"),
        error_response(400, "Unsupported value: 'temperature' does not support 0.2"),
        completion_response("{}"),
    ) as server:
        await ask(server, times=2)

    assert len(server.request_bodies) == 6
    for last in server.request_bodies[-2:]:
        assert set(last) == {"model", "messages", "max_completion_tokens"}


async def test_questions_asked_at_once_step_down_once() -> None:
    """Thirty refusals of the same form are one lesson, not thirty."""
    refusal = error_response(400, "response_format json_schema is not supported")
    async with (
        scripted_server(*[refusal] * 8, completion_response("{}")) as server,
        ModelClient(server.url, KEY, "small") as model,
    ):
        await asyncio.gather(
            *(model.ask("JSON", DATA, schema=SCHEMA, max_tokens=9) for _ in range(8))
        )

    assert server.request_bodies[-1]["response_format"] == {"type": "json_object"}


async def test_a_server_that_refuses_everything_is_asked_a_bounded_number_of_times() -> None:
    async with scripted_server(
        error_response(400, "response_format, max_tokens and temperature are not supported")
    ) as server:
        with pytest.raises(CompletionDeclined):
            await ask(server)

    assert len(server.request_bodies) == 6


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error_response(401, "Incorrect API key provided"), KeyRefused),
        (error_response(403, "Country not supported"), KeyRefused),
        (error_response(403, "Your input was flagged by moderation"), CompletionDeclined),
        (error_response(404, "The model `x` does not exist", code="model_not_found"), ModelUnknown),
        (error_response(400, "Model x not found", code="model_not_found"), ModelUnknown),
        (error_response(400, "model 'x' is not a valid model ID"), ModelUnknown),
        (http_response(404, "<html>nothing here</html>"), ModelUnknown),
        (http_response(301, "", location="https://example.org/"), ModelUnknown),
        (error_response(402, "Insufficient Balance"), OutOfCredit),
        (error_response(429, "You exceeded your quota", code="insufficient_quota"), OutOfCredit),
        (error_response(429, "You exceeded your quota", type="insufficient_quota"), OutOfCredit),
        (error_response(429, "Slow down"), Overloaded),
        (error_response(503, "Loading model"), Overloaded),
        (error_response(500, "Oops"), Unreachable),
        (http_response(502, "<html>Bad Gateway</html>"), Unreachable),
        (error_response(400, "content_policy_violation"), CompletionDeclined),
        (
            error_response(400, "maximum context length is 4096, reduce max_tokens"),
            CompletionDeclined,
        ),
        (http_response(200, {"error": {"code": 429, "message": "upstream"}}), Overloaded),
        (http_response(200, {"error": {"message": "upstream"}}), Unreachable),
        (http_response(200, [{"choices": []}]), Unreachable),
        (http_response(200, {"choices": []}), Unreachable),
        (http_response(200, {"choices": "none"}), Unreachable),
        (http_response(200, "<html>Sign in</html>"), Unreachable),
        (http_response(200, b'{"choices": [{"message": {"content": "\xff\xfe'), Unreachable),
        (http_response(200, "[" * 200_000), Unreachable),
        (http_response(200, ""), Unreachable),
        (completion_response(""), Unreachable),
        (completion_response(None), Unreachable),
        (completion_response(None, reason="content_filter"), CompletionDeclined),
        (http_response(200, b"", content_length="9"), Unreachable),
        (b"HTTP/1.1 200 OK\r\ncontent-le", Unreachable),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Unreachable),
    ],
)
async def test_every_trouble_has_its_name(answer: bytes, kind: type[ModelError]) -> None:
    assert type(await trouble_with(last_answer(answer))) is kind


async def test_a_refusal_is_declined_and_paid() -> None:
    message = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
    body = {
        "choices": [{"message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 50, "completion_tokens": 7},
    }

    trouble = await trouble_with(http_response(200, body))

    assert isinstance(trouble, CompletionDeclined)
    assert trouble.usage == Usage(50, 7)


async def test_nobody_at_the_address_is_unreachable() -> None:
    async with scripted_server(b"") as server:
        pass

    with pytest.raises(Unreachable):
        await ask(server)


async def test_a_server_that_never_answers_is_given_up_and_its_price_estimated() -> None:
    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    trouble = await trouble_with(hang, summary_wait=0.2)

    assert isinstance(trouble, Unreachable)
    assert trouble.usage.prompt_tokens > 0
    assert trouble.usage.is_estimated


async def test_a_body_that_drips_for_ever_is_given_up() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0)

    assert isinstance(await trouble_with(drip, summary_wait=0.3), Unreachable)


@pytest.mark.parametrize("status", [200, 400])
async def test_a_body_without_end_is_given_up_after_a_megabyte(status: int) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(f"HTTP/1.1 {status} Any\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()
            sent += 0x10000

    trouble = await trouble_with(flood, summary_wait=20.0)

    assert "1048576 bytes" in trouble.detail
    assert sent < 32 << 20  # what the sockets of two sides hold


async def test_a_packed_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"x" * (100 << 20), 9)

    trouble = await trouble_with(http_response(200, bomb, content_encoding="gzip"))

    assert "65536 bytes" in trouble.detail


async def test_a_packed_answer_of_usual_size_is_read() -> None:
    plain = completion_response("Hello.").split(b"\r\n\r\n", 1)[1]
    async with scripted_server(
        http_response(200, gzip.compress(plain), content_encoding="gzip")
    ) as server:
        assert (await ask(server)).text == "Hello."


async def test_thoughts_are_not_the_answer() -> None:
    async with scripted_server(
        completion_response("<think>Hm, {maybe}.</think>\n\nHello.")
    ) as server:
        assert (await ask(server)).text == "Hello."


async def test_a_model_that_thinks_is_given_room_once_it_is_known() -> None:
    async with scripted_server(
        completion_response("", reason="length", usage=(10, 100)), completion_response("Hello.")
    ) as server:
        reply = await ask(server, times=2)
        first = server.request_bodies[:2]

    assert reply.usage == Usage(100, 20)
    assert [body["max_tokens"] for body in first] == [100, 8100]
    assert server.request_bodies[2]["max_tokens"] == 8100


async def test_both_attempts_of_a_thinking_model_are_paid() -> None:
    async with scripted_server(
        completion_response("<think>Hm", usage=(10, 100)),
        completion_response("Hello.", usage=(10, 50)),
    ) as server:
        assert await ask(server) == ModelReply("Hello.", Usage(20, 150), is_cut=False)


async def test_what_was_paid_before_a_trouble_is_told_with_it() -> None:
    async with scripted_server(
        completion_response("", reason="length", usage=(10, 100)), error_response(500, "Oops")
    ) as server:
        with pytest.raises(Unreachable) as caught:
            await ask(server)

    assert caught.value.usage == Usage(10, 100)


@pytest.mark.parametrize(
    "usage",
    [None, {}, (0, 0), (-5, 3), (10**15, 5), ("12", "3"), (True, True), "many", [1, 2]],
)
async def test_without_a_count_that_can_be_true_tokens_are_estimated(usage: object) -> None:
    async with scripted_server(completion_response("x" * 40, usage=usage)) as server:
        reply = await ask(server)

    assert reply.usage.is_estimated
    assert 10 <= reply.usage.prompt_tokens <= 30
    assert reply.usage.completion_tokens in (3, 5, 10)


@pytest.mark.parametrize(
    ("total", "answered"),
    [(557, 507), (57, 7), (40, 7), (0, 7), (None, 7), (10**12, 7), ("557", 7)],
)
async def test_thoughts_that_only_the_total_holds_are_paid(total: object, answered: int) -> None:
    """Some servers leave what a model thought out of what it answered, and bill it."""
    usage = {"prompt_tokens": 50, "completion_tokens": 7, "total_tokens": total}
    async with scripted_server(completion_response("x", usage=usage)) as server:
        assert (await ask(server)).usage == Usage(50, answered)


async def test_an_answer_that_hit_its_limit_says_so() -> None:
    async with scripted_server(completion_response('{"gist": "We', reason="length")) as server:
        assert (await ask(server)).is_cut


async def test_half_characters_do_not_stop_a_question() -> None:
    async with (
        scripted_server(completion_response("Hello.")) as server,
        ModelClient(server.url, KEY, "small") as model,
    ):
        await model.ask("Say it.", "a \ud800 b", schema=None, max_tokens=9)

    assert "a ? b" in server.request_texts()[0]


@pytest.mark.parametrize(
    "answer",
    [
        completion_response("Hello."),
        error_response(
            401, f"Incorrect API key provided: {KEY}. Find yours at https://example.org"
        ),
        error_response(401, "Incorrect API key provided: sk-proj-********CRET."),
        error_response(500, "x" * 290 + KEY),
        http_response(502, f"<html>{KEY}</html>"),
        error_response(429, f"Bearer {KEY}"),
        b"nonsense\r\n\r\n",
    ],
)
async def test_the_key_is_in_no_error_and_no_log(
    answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx2", "httpcore2", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)

    async with (
        scripted_server(last_answer(answer)) as server,
        ModelClient(server.url, KEY, "small") as model,
    ):
        asking = model.ask("JSON", DATA, schema=SCHEMA, max_tokens=9)
        (error,) = await asyncio.gather(asking, return_exceptions=True)
        text = repr(model) + repr(error)
    if isinstance(error, BaseException):
        text += "".join(traceback.format_exception(error)) + str(vars(error))

    assert caplog.records
    assert "CRET" not in text + caplog.text + "".join(
        str(vars(record)) for record in caplog.records
    )


@pytest.mark.parametrize("key", ["sk-\u2026", "sk-one sk-two", "sk-a\nb"])
async def test_a_key_that_cannot_be_one_is_refused_before_it_is_sent(key: str) -> None:
    async with (
        scripted_server(completion_response("Hello.")) as server,
        ModelClient(server.url, key, "small") as model,
    ):
        with pytest.raises(KeyRefused) as caught:
            await model.ask("Say it.", DATA, schema=None, max_tokens=9)

    assert key not in str(caught.value)
    assert server.request_bodies == []


async def test_blanks_around_a_key_are_a_slip() -> None:
    async with (
        scripted_server(completion_response("Hello.")) as server,
        ModelClient(server.url, f" {KEY}\n", "small") as model,
    ):
        await model.ask("Say it.", DATA, schema=None, max_tokens=9)

    assert f"{KEY}\r\n" in server.request_heads[0]


def test_nothing_but_the_client_loads_its_library() -> None:
    """The library costs 33 MB and half a second, also where no model is configured."""
    script = (
        "import sys\n"
        "from bot.summaries.llm import completion, endpoint_url, error_mapping, errors\n"
        "from bot.summaries.llm import paper_notes, provider_quirks, summarize\n"
        "sys.exit('openai' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
