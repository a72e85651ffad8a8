"""Ask a model on any server that implements OpenAI's chat completions.

The only module that loads the ``openai`` library, which costs 33 MB and half a second: import it
only where a model is configured. Replies and errors are in ``bot.summaries.llm.errors``. A request
is repeated only in a simpler form that the server may accept; other retries are up to the caller.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx2
import openai

from bot.summaries.llm.completion import Completion, parse_completion
from bot.summaries.llm.endpoint_url import parse_endpoint
from bot.summaries.llm.error_mapping import error_from_response
from bot.summaries.llm.errors import (
    KeyRefused,
    ModelError,
    ModelReply,
    Unreachable,
    Usage,
    estimate_tokens,
)
from bot.summaries.llm.provider_quirks import ProviderQuirks

_MAX_BYTES = 1 << 20
_MAX_COMPRESSED_BYTES = 1 << 16  # gzip expands it at most a thousandfold
_THINKING_TOKENS = 8_000  # added for reasoning models
_UNREADABLE_STATUS = 0  # stands for a success status with an unreadable body
_MAX_QUIRK_STEPS = 8  # more than there are simpler forms of a request


class ModelClient:
    """A model by its name on a server; it remembers which forms of request the server accepts.

    ``key`` may be empty for servers that need none. ``timeout`` in seconds is for one request with
    its whole response.
    """

    def __init__(self, url: str, key: str, name: str, *, timeout: float = 30.0) -> None:
        endpoint = parse_endpoint(url)
        self.name = name
        self.host = endpoint.host
        self._key = key.strip()
        self._timeout = timeout
        self._quirks = ProviderQuirks()
        self._is_reasoning_model = False
        self._client = openai.AsyncOpenAI(
            base_url=endpoint.base,
            default_query=dict(endpoint.query),
            api_key=self._key if _is_valid_key(self._key) and self._key else "none",
            admin_api_key="",
            webhook_secret="",
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultAsyncHttpxClient(
                follow_redirects=False, event_hooks={"response": [_limit_body_size]}
            ),
        )
        # The library reads these from the environment and would send them to any server.
        self._client.organization = self._client.project = None

    def __repr__(self) -> str:
        return f"Model({self.name!r} at {self.host})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(
        self, instructions: str, data: str, *, schema: Mapping[str, object] | None, max_tokens: int
    ) -> ModelReply:
        """Return the model's reply of at most ``max_tokens`` tokens, as JSON if it knows schemas.

        Raises:
            ModelError: there is no reply; its ``usage`` was paid nevertheless.
        """
        if not _is_valid_key(self._key):
            raise KeyRefused("the key holds characters that no key has")
        messages = [
            # Lone surrogates, which JSON cannot carry, become question marks.
            {"role": role, "content": text.encode("utf-8", "replace").decode()}
            for role, text in (("system", instructions), ("user", data))
        ]
        usage = Usage()
        for _ in range(2):
            was_reasoning_model = self._is_reasoning_model
            extra_tokens = _THINKING_TOKENS if was_reasoning_model else 0
            try:
                completion = await self._request_completion(
                    messages, schema, max_tokens + extra_tokens
                )
            except ModelError as error:
                error.usage = usage.plus_usage(error.usage)
                raise
            usage = usage.plus_usage(completion.reply.usage)
            self._is_reasoning_model = self._is_reasoning_model or completion.has_thought
            if completion.reply.text or was_reasoning_model:
                break
        return ModelReply(completion.reply.text, usage, completion.reply.is_cut)

    async def _request_completion(
        self, messages: list[dict[str, str]], schema: Mapping[str, object] | None, max_tokens: int
    ) -> Completion:
        """Return the completion, simplifying the request as long as the server refuses its form."""
        sent_text = "".join(message["content"] for message in messages)
        for _ in range(_MAX_QUIRK_STEPS):
            quirks = self._quirks
            request_fields = {
                "model": self.name,
                "messages": messages,
                **quirks.request_fields(schema, max_tokens),
            }
            answer = await self._post_request(request_fields, sent_text)
            if 200 <= answer.status < 300:
                return parse_completion(answer.body, sent_text)
            if answer.status == _UNREADABLE_STATUS:
                raise Unreachable("an answer that is no JSON", usage=_estimated_usage(sent_text))
            simpler_quirks = quirks.after_refusal(answer.status, answer.body)
            if simpler_quirks is None:
                break
            self._quirks = self._quirks.combined_with(simpler_quirks)
        raise error_from_response(answer.status, answer.headers, answer.body, self._key)

    async def _post_request(self, fields: Mapping[str, object], sent: str) -> _HttpAnswer:
        """Return the server's response, whatever its status.

        The library's errors contain the request and so the key: ours is raised after the ``except``
        block, so that it does not carry them as its context.
        """
        extra_headers = {} if self._key else {"Authorization": openai.Omit()}
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.post(
                    "/chat/completions",
                    cast_to=httpx2.Response,
                    body=fields,
                    options={"headers": extra_headers},
                )
                return _read_answer(response)
        except openai.APIStatusError as error:
            return _read_answer(error.response)
        except (openai.OpenAIError, httpx2.HTTPError, TimeoutError, _BodyRejected) as error:
            timed_out = isinstance(error, TimeoutError) or isinstance(
                error.__cause__, httpx2.ReadTimeout
            )
            failure_cause = TimeoutError() if timed_out else error.__cause__ or error
            error_detail = (
                str(error) if isinstance(error, _BodyRejected) else type(failure_cause).__name__
            )
            was_sent = not isinstance(failure_cause, httpx2.ConnectError | httpx2.ConnectTimeout)
        raise Unreachable(error_detail, usage=_estimated_usage(sent) if was_sent else None)


@dataclass(frozen=True, slots=True)
class _HttpAnswer:
    """A response; ``body`` is parsed JSON if possible, else text."""

    status: int
    headers: Mapping[str, str]
    body: object


class _BodyRejected(Exception):
    """A body that is not read: too large, or in an encoding that was not requested."""


class _BoundedStream(httpx2.AsyncByteStream):
    """A body that is rejected as soon as it is too large."""

    def __init__(self, stream: httpx2.AsyncByteStream, max_bytes: int) -> None:
        self._stream = stream
        self._max_bytes = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received_size = 0
        async for chunk in self._stream:
            received_size += len(chunk)
            if received_size > self._max_bytes:
                raise _BodyRejected(f"an answer of more than {self._max_bytes} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _limit_body_size(response: httpx2.Response) -> None:
    content_encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if content_encoding not in ("identity", "gzip", ""):
        raise _BodyRejected(f"an answer packed as {content_encoding[:40]}")
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    response.stream = _BoundedStream(
        stream, _MAX_COMPRESSED_BYTES if content_encoding == "gzip" else _MAX_BYTES
    )


def _read_answer(response: httpx2.Response) -> _HttpAnswer:
    """Return a response; an error under a success status is given an error status."""
    try:
        answer_body: object = json.loads(response.content)
    except (ValueError, RecursionError):
        if response.is_success:
            return _HttpAnswer(_UNREADABLE_STATUS, response.headers, None)
        return _HttpAnswer(response.status_code, response.headers, response.text)
    status = response.status_code
    if response.is_success and isinstance(answer_body, dict) and answer_body.get("error"):
        error_code = (
            answer_body["error"].get("code") if isinstance(answer_body["error"], dict) else None
        )
        status = error_code if isinstance(error_code, int) and 400 <= error_code < 600 else 502
    return _HttpAnswer(status, response.headers, answer_body)


def _estimated_usage(sent: str) -> Usage:
    return Usage(estimate_tokens(sent), 0, is_estimated=True)


def _is_valid_key(key: str) -> bool:
    """Return whether a key is valid in a header: libraries print an invalid one in their errors."""
    return key.isascii() and key.isprintable() and " " not in key
