"""The model server that others wrote, for tests that speak to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.models.published import NotInstalled, PublishedServer, running_server


@pytest.fixture(scope="session")
def published_server() -> Iterator[PublishedServer]:
    """The published server's process, one for all tests."""
    try:
        with running_server() as server:
            yield server
    except NotInstalled as missing:
        pytest.skip(f"the published model server is not installed: {missing}")


@pytest.fixture
def published_models(published_server: PublishedServer) -> Iterator[PublishedServer]:
    """The published server with nothing to say yet and no calls."""
    published_server.reset()
    yield published_server
    published_server.set_failure_rates()
