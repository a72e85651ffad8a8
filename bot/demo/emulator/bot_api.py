"""A strict Bot API on this machine, for ``papergram demo`` and for tests.

async with Emulator.serve() as emulator:
    bot = telegram.Bot(emulator.token, base_url=f"{emulator.url}/bot")
    ada = emulator.people.create_person("Ada")
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.demo.emulator.call_log import ApiCall, ApiMisuse, CallLog
from bot.demo.emulator.faults import FaultSchedule
from bot.demo.emulator.http_api import HttpApi, OpenConnections
from bot.demo.emulator.rate_limits import RateLimits
from bot.demo.emulator.telegram_state import TelegramState, User
from bot.demo.page.actions import AdvanceClock
from bot.demo.page.routes import PageEndpoints
from bot.demo.people.people import People

TOKEN = "4242424242:emulated-bot-token-of-the-demo"  # noqa: S105, valid for this emulator only

# Longer than clients keep an idle connection, so that no request meets a connection being closed.
KEEP_ALIVE_SECONDS = 75


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Emulator:
    """One emulated Telegram with one bot: its state, people, faults and log of calls."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = _wall_clock,
        token: str = TOKEN,
        rate_limits: RateLimits | None = None,
        log_path: Path | None = None,
        advance_clock: AdvanceClock | None = None,
    ) -> None:
        bot = User(int(token.partition(":")[0]), "Papergram", "papergram_demo_bot", is_bot=True)
        self.token = token
        self.url = ""
        self.state = TelegramState(bot, now)
        self.people = People(self.state)
        self.faults = FaultSchedule()
        self.call_log = CallLog(log_path)
        self.api = HttpApi(self.state, token, self.call_log, self.faults, rate_limits)
        self.page = PageEndpoints(self.state, self.people, self.call_log, advance_clock)
        routes = [
            Route("/bot{token}/{method}", self.api.handle_call, methods=["GET", "POST"]),
            Route("/file/bot{token}/documents/{name}", self.api.download_file),
            *self.page.routes(),
        ]
        self.app = _LocalOnlyMiddleware(Starlette(routes=routes))

    @property
    def calls(self) -> list[ApiCall]:
        """All calls so far, oldest first."""
        return self.call_log.calls

    @property
    def misuses(self) -> list[ApiMisuse]:
        """Mistakes that Telegram silently ignores; a correct bot leaves this empty."""
        return self.call_log.misuses

    def accepted_calls(self, *methods: str) -> list[ApiCall]:
        """Return the calls of some methods that were carried out, answered or not."""
        return [call for call in self.calls if call.is_accepted and call.method in methods]

    @classmethod
    @contextlib.asynccontextmanager
    async def serve(
        cls,
        *,
        port: int = 0,
        now: Callable[[], datetime] = _wall_clock,
        token: str = TOKEN,
        rate_limits: RateLimits | None = None,
        log_path: Path | None = None,
        advance_clock: AdvanceClock | None = None,
    ) -> AsyncIterator["Emulator"]:
        """Serve an emulator on loopback while the block runs; port 0 picks a free port."""
        emulator = cls(
            now=now,
            token=token,
            rate_limits=rate_limits,
            log_path=log_path,
            advance_clock=advance_clock,
        )
        with socket.create_server(("127.0.0.1", port)) as listener:
            # asyncio sets this only on sockets that name their protocol; without it each response
            # waits 40 ms for the client's delayed acknowledgement.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            emulator.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            server = _EmulatorServer(emulator.server_config())
            server_task = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield emulator
            finally:
                emulator.close()
                server.stop()
                await asyncio.gather(server_task, return_exceptions=True)

    def server_config(self) -> uvicorn.Config:
        """Return the settings of the server."""
        return uvicorn.Config(
            cast(ASGIApp, self.app),
            http=_tracking_protocol(self.api.connections),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )

    def close(self) -> None:
        """Release everything that waits."""
        self.api.closing_event.set()
        self.state.updates.close()
        self.page.close()


class _EmulatorServer(uvicorn.Server):
    """A server that does not handle the process's signals, and stops as soon as it is told to.

    uvicorn checks ten times a second whether it should exit, and then waits as long again.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop_event = asyncio.Event()

    def stop(self) -> None:
        """Stop serving."""
        self.should_exit = True
        self._stop_event.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop_event.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)


def _tracking_protocol(connections: OpenConnections) -> type[H11Protocol]:
    """Return an HTTP protocol class that tracks its connections, so that faults can cut them."""

    class TrackingProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.peer = transport.get_extra_info("peername")[:2]
            connections.transports[self.peer] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            connections.transports.pop(self.peer, None)
            super().connection_lost(exc)

    return TrackingProtocol


class _LocalOnlyMiddleware:
    """Rejects requests with a foreign host name or from a foreign page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        host = urlsplit(f"//{request.headers.get('host', '')}")
        origin = request.headers.get("origin")
        is_same_origin = origin is None or urlsplit(origin).netloc == host.netloc
        if host.hostname in {"127.0.0.1", "::1", "localhost"} and is_same_origin:
            await self.app(scope, receive, send)
        else:
            forbidden_response = PlainTextResponse("Only for pages of this machine.\n", 403)
            await forbidden_response(scope, receive, send)
