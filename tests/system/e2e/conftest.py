"""A demo, a browser, and visitors whose console must stay silent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

import pytest

from tests.system.e2e.visitor import HAS_BROWSER, Visitor, browser, demo, visit


class Visits(Protocol):
    """Opens the page of the test's demo."""

    def __call__(
        self, *, width: int = 1280, height: int = 860, theme: str = "light"
    ) -> Awaitable[Visitor]: ...


@pytest.fixture
async def visits() -> AsyncIterator[Visits]:
    """A running demo to be visited; what the browser complains about fails the test."""
    if not HAS_BROWSER:
        pytest.skip("no chromium on this machine to open the page in; CHROMIUM may name one")
    met: list[Visitor] = []
    async with demo() as url, browser() as chromium:

        async def open_page(
            *, width: int = 1280, height: int = 860, theme: str = "light"
        ) -> Visitor:
            met.append(await visit(chromium, url, width=width, height=height, theme=theme))
            return met[-1]

        yield open_page
    assert [line for visitor in met for line in visitor.complaints] == []


@pytest.fixture
async def visitor(visits: Visits) -> Visitor:
    """Somebody at a desk, in the light."""
    return await visits()
