"""Answers without a network, streamed as a network streams them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx


class StreamedBody(httpx.AsyncByteStream):
    """A body that arrives in one piece."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content


def streamed_response(
    status: int = 200, content: bytes = b"", headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """An answer that nobody has read yet, for ``httpx.MockTransport``."""
    return httpx.Response(status, headers=headers, stream=StreamedBody(content))
