"""Ask a model on any server that speaks OpenAI's chat completions.

The only module that loads the ``openai`` library, which costs 33 MB and half a second: import
it where a model is configured and nowhere else. Replies and troubles are in
``bot.summaries.llm.errors``. Nothing is repeated here but what a server refuses by its form;
patience is the caller's.
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

from bot.summaries.llm.completion import Completion, completion
from bot.summaries.llm.endpoint_url import endpoint
from bot.summaries.llm.error_mapping import trouble
from bot.summaries.llm.errors import KeyRefused, ModelError, Reply, Unreachable, Usage, tokens
from bot.summaries.llm.provider_quirks import Manner

_MOST_BYTES = 1 << 20
_MOST_PACKED = 1 << 16  # gzip makes at most a thousand times more of it
_THINKING_ROOM = 8_000  # tokens, for models that think before they speak
_UNREAD = 0  # in place of a status: it was a good one, and its body is none
_STEPS = 8  # more than any manner has left to give up


class Model:
    """A model by its name, on a server; remembers how the server wants to be asked.

    ``key`` may be empty: servers of one's own need none. ``timeout`` is for one request with
    all of its answer.
    """

    def __init__(self, url: str, key: str, name: str, *, timeout: float = 30.0) -> None:
        place = endpoint(url)
        self.name = name
        self.host = place.host
        self._key = key.strip()
        self._timeout = timeout
        self._manner = Manner()
        self._thinks = False
        self._client = openai.AsyncOpenAI(
            base_url=place.base,
            default_query=dict(place.query),
            api_key=self._key if _is_sound(self._key) and self._key else "none",
            admin_api_key="",
            webhook_secret="",
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultAsyncHttpxClient(
                follow_redirects=False, event_hooks={"response": [_bound]}
            ),
        )
        # The library fills these from the environment, and would tell them to any server.
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
        self, instructions: str, data: str, *, schema: Mapping[str, object] | None, most: int
    ) -> Reply:
        """What the model says, in at most ``most`` tokens, as JSON by the schema if it can.

        Raises:
            ModelError: there is no reply; its ``usage`` was paid nevertheless.
        """
        if not _is_sound(self._key):
            raise KeyRefused("the key holds characters that no key has")
        paid = Usage()
        for _ in range(2):
            knew, room = self._thinks, _THINKING_ROOM if self._thinks else 0
            try:
                found = await self._completed(_messages(instructions, data), schema, most + room)
            except ModelError as error:
                error.usage = paid.plus(error.usage)
                raise
            paid = paid.plus(found.reply.usage)
            self._thinks = self._thinks or found.has_thought
            if found.reply.text or knew:
                break
        return Reply(found.reply.text, paid, found.reply.is_cut)

    async def _completed(
        self, messages: list[dict[str, str]], schema: Mapping[str, object] | None, most: int
    ) -> Completion:
        """The completion, asked for in simpler manners as long as the server refuses the form."""
        sent = "".join(message["content"] for message in messages)
        for _ in range(_STEPS):
            manner = self._manner
            fields = {"model": self.name, "messages": messages, **manner.request(schema, most)}
            answer = await self._posted(fields, sent)
            if 200 <= answer.status < 300:
                return completion(answer.body, sent)
            if answer.status == _UNREAD:
                raise Unreachable("an answer that is no JSON", usage=_estimate(sent))
            simpler = manner.after(answer.status, answer.body)
            if simpler is None:
                break
            self._manner = self._manner.and_also(simpler)
        raise trouble(answer.status, answer.headers, answer.body, self._key)

    async def _posted(self, fields: Mapping[str, object], sent: str) -> _Answer:
        """The server's answer, whatever its status.

        The library's errors hold the request, and so the key: they are let go of before ours
        is raised, which would else carry them as its context.
        """
        headers = {} if self._key else {"Authorization": openai.Omit()}
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.post(
                    "/chat/completions",
                    cast_to=httpx2.Response,
                    body=fields,
                    options={"headers": headers},
                )
                return _read(response)
        except openai.APIStatusError as error:
            return _read(error.response)
        except (openai.OpenAIError, httpx2.HTTPError, TimeoutError, _Unfit) as error:
            failure = _failure(error, sent)
        raise failure


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came over the wire; ``body`` is JSON where it is JSON, else text."""

    status: int
    headers: Mapping[str, str]
    body: object


class _Unfit(Exception):
    """A body that is not taken: too large, or packed in a way nobody asked for."""


class _Bounded(httpx2.AsyncByteStream):
    """A body that is given up as soon as it is too large."""

    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > self._most:
                raise _Unfit(f"an answer of more than {self._most} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip", ""):
        raise _Unfit(f"an answer packed as {packed[:40]}")
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    response.stream = _Bounded(stream, _MOST_PACKED if packed == "gzip" else _MOST_BYTES)


def _read(response: httpx2.Response) -> _Answer:
    """An answer; an error that came under a good status is given its own."""
    try:
        body: object = json.loads(response.content)
    except (ValueError, RecursionError):
        if response.is_success:
            return _Answer(_UNREAD, response.headers, None)
        return _Answer(response.status_code, response.headers, response.text)
    status = response.status_code
    if response.is_success and isinstance(body, dict) and body.get("error"):
        code = body["error"].get("code") if isinstance(body["error"], dict) else None
        status = code if isinstance(code, int) and 400 <= code < 600 else 502
    return _Answer(status, response.headers, body)


def _failure(error: Exception, sent: str) -> Unreachable:
    """The trouble without an answer. What may have been read may be charged for, and counts."""
    is_late = isinstance(error, TimeoutError) or isinstance(error.__cause__, httpx2.ReadTimeout)
    cause = TimeoutError() if is_late else error.__cause__ or error
    fact = str(error) if isinstance(error, _Unfit) else type(cause).__name__
    is_sent = not isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout)
    return Unreachable(fact, usage=_estimate(sent) if is_sent else None)


def _estimate(sent: str) -> Usage:
    return Usage(tokens(sent), 0, estimated=True)


def _messages(instructions: str, data: str) -> list[dict[str, str]]:
    """Rules and data apart; halves of characters, which no wire carries, become question marks."""
    pairs = (("system", instructions), ("user", data))
    return [
        {"role": role, "content": text.encode("utf-8", "replace").decode()} for role, text in pairs
    ]


def _is_sound(key: str) -> bool:
    """Whether a key can be a header: libraries print one that cannot in their errors."""
    return key.isascii() and key.isprintable() and " " not in key
