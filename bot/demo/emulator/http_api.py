"""One Bot API call: token, parameters, faults, rates, the method, the journal."""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from inspect import isawaitable

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.call_log import Call, Journal, outcome, parameters_of
from bot.demo.emulator.faults import Fault, Faults
from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject, read_body
from bot.demo.emulator.rate_limits import COUNTED, Rates
from bot.demo.emulator.telegram_state import World
from bot.demo.methods import BY_LOWER_NAME, METHODS

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_NOTED = {"deleteWebhook": "Webhook was deleted", "setWebhook": "Webhook was set"}


@dataclass(slots=True)
class Connections:
    """The open connections, so that one can be cut without an answer."""

    transports: dict[tuple[str, int], asyncio.Transport] = field(default_factory=dict)

    def cut(self, request: Request) -> None:
        """Close the connection of a request at once."""
        assert request.client is not None
        self.transports[request.client.host, request.client.port].abort()


class Api:
    """The HTTP face of the Bot API."""

    def __init__(
        self, world: World, token: str, journal: Journal, faults: Faults, rates: Rates | None
    ) -> None:
        self.world = world
        self.token = token
        self.journal = journal
        self.faults = faults
        self.rates = rates
        self.connections = Connections()
        self.closing = asyncio.Event()

    async def call(self, request: Request) -> Response:
        """Answer a call of a method."""
        try:
            arguments = await self._arguments(request)
        except ApiError as error:
            return _answer(error)
        fault = self.faults.take(arguments.method, arguments.text("chat_id"))
        if fault is None:
            result = await self._result(arguments)
            self._record(arguments, result, fault=None)
            return _answer(result, _NOTED.get(arguments.method, ""))
        return await self._faulty(request, arguments, fault)

    async def file(self, request: Request) -> Response:
        """Give a file that the bot sent."""
        if request.path_params["token"] != self.token:
            return _answer(ApiError(401, "Unauthorized"))
        stored = self.world.files.get(request.path_params["name"])
        if stored is None:
            return _answer(ApiError(404, "Not Found"))
        return Response(stored.content, media_type="application/octet-stream")

    async def _arguments(self, request: Request) -> Arguments:
        token = request.path_params["token"]
        if token != self.token:
            is_formed = _TOKEN.fullmatch(token)
            raise ApiError(401, "Unauthorized") if is_formed else ApiError(404, "Not Found")
        method = BY_LOWER_NAME.get(request.path_params["method"].lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        kind = request.headers.get("content-type", "")
        body = read_body(kind, await request.body(), request.url.query)
        return Arguments(method, body.values, body.files)

    async def _result(self, arguments: Arguments) -> Json | ApiError:
        self.journal.note(arguments)
        try:
            self._check_rate(arguments)
            result: Json | Awaitable[Json] = METHODS[arguments.method](self.world, arguments)
            return await result if isawaitable(result) else result
        except ApiError as error:
            return error

    def _check_rate(self, arguments: Arguments) -> None:
        if self.rates is None or arguments.method not in COUNTED:
            return
        wait = self.rates.admit(arguments.text("chat_id"), self.world.now())
        if wait is not None:
            text = f"Too Many Requests: retry after {wait}"
            raise ApiError(429, text, {"retry_after": wait})

    async def _faulty(self, request: Request, arguments: Arguments, fault: Fault) -> Response:
        result: Json | ApiError = await self._result(arguments) if fault.is_accepted else None
        self._record(arguments, result, fault)
        if fault.held is not None:
            await self._hold(request, fault.held)
        if fault.is_silent:
            self.connections.cut(request)
            await _hung_up(request)
            return Response()
        if fault.page is not None:
            return HTMLResponse(fault.page[1], fault.page[0])
        return _answer(fault.error or result)

    async def _hold(self, request: Request, released: asyncio.Event) -> None:
        """Wait until the event is set, the caller has gone, or the server closes."""
        waits = [released.wait(), self.closing.wait(), _hung_up(request)]
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _record(self, arguments: Arguments, result: Json | ApiError, fault: Fault | None) -> None:
        code, value, description = outcome(fault.error if fault and fault.error else result)
        call = Call(
            number=len(self.journal.calls) + 1,
            at=self.world.now(),
            method=arguments.method,
            parameters=parameters_of(arguments),
            code=fault.page[0] if fault and fault.page else code,
            result=value,
            description=description,
            is_accepted=not isinstance(result, ApiError) and (fault is None or fault.is_accepted),
            is_answered=fault is None or not (fault.is_silent or fault.page),
            fault=fault.name if fault else "",
        )
        self.journal.add(call)
        if arguments.method != "getUpdates":
            self.world.happen("call", call.chat_id or 0, call.number)


async def _hung_up(request: Request) -> bool:
    """Wait until the caller has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return True


def _answer(result: Json | ApiError, description: str = "") -> JSONResponse:
    if isinstance(result, ApiError):
        return JSONResponse(result.body(), result.code)
    body: JsonObject = {"ok": True, "result": result}
    if description:
        body["description"] = description
    return JSONResponse(body)
