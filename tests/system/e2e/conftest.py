"""A demo, a browser, and visitors whose console must stay silent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

import pytest

from tests.system.e2e.visitor import (
    HAS_BROWSER,
    Visitor,
    open_visitor,
    running_browser,
    running_demo,
)


class OpenPage(Protocol):
    """Opens the page of the test's demo."""

    def __call__(
        self, *, width: int = 1280, height: int = 860, theme: str = "light"
    ) -> Awaitable[Visitor]: ...


@pytest.fixture
async def open_page() -> AsyncIterator[OpenPage]:
    """A running demo to be visited; what the browser complains about fails the test."""
    if not HAS_BROWSER:
        pytest.skip("no chromium on this machine to open the page in; CHROMIUM may name one")
    visitors: list[Visitor] = []
    async with running_demo() as url, running_browser() as chromium:

        async def open_visitor_page(
            *, width: int = 1280, height: int = 860, theme: str = "light"
        ) -> Visitor:
            visitors.append(
                await open_visitor(chromium, url, width=width, height=height, theme=theme)
            )
            return visitors[-1]

        yield open_visitor_page
    assert [line for visitor in visitors for line in visitor.console_errors] == []


@pytest.fixture
async def visitor(open_page: OpenPage) -> Visitor:
    """Somebody at a desk, in the light."""
    return await open_page()
