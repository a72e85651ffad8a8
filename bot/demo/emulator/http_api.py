"""Handle a Bot API call: token, parameters, faults, rate limits, method and log."""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from inspect import isawaitable

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.call_log import ApiCall, CallLog, logged_parameters
from bot.demo.emulator.faults import Fault, FaultSchedule
from bot.demo.emulator.json_encoding import ApiError, Json, parse_body, too_many_requests
from bot.demo.emulator.rate_limits import RATE_LIMITED_METHODS, RateLimits
from bot.demo.emulator.telegram_state import TelegramState
from bot.demo.methods import METHOD_BY_LOWER_NAME, METHODS

_TOKEN_PATTERN = re.compile(r"\d+:[A-Za-z0-9_-]+")


@dataclass(slots=True)
class OpenConnections:
    """The open connections, so that a fault can cut one without a response."""

    transports: dict[tuple[str, int], asyncio.Transport] = field(default_factory=dict)

    def abort(self, request: Request) -> None:
        """Close the connection of a request at once."""
        assert request.client is not None
        self.transports[request.client.host, request.client.port].abort()


class HttpApi:
    """The HTTP endpoints of the Bot API."""

    def __init__(
        self,
        state: TelegramState,
        token: str,
        call_log: CallLog,
        faults: FaultSchedule,
        rate_limits: RateLimits | None,
    ) -> None:
        self.state = state
        self.token = token
        self.call_log = call_log
        self.faults = faults
        self.rate_limits = rate_limits
        self.connections = OpenConnections()
        self.closing_event = asyncio.Event()

    async def handle_call(self, request: Request) -> Response:
        """Respond to a call of a method."""
        token = request.path_params["token"]
        if token != self.token:
            is_well_formed = _TOKEN_PATTERN.fullmatch(token)
            error = ApiError(401, "Unauthorized") if is_well_formed else ApiError(404, "Not Found")
            return _json_response(error)
        method = METHOD_BY_LOWER_NAME.get(request.path_params["method"].lower())
        if method is None:
            return _json_response(ApiError(404, "Not Found: method not found"))
        content_type = request.headers.get("content-type", "")
        try:
            argument_values, files = parse_body(
                content_type, await request.body(), request.url.query
            )
        except ApiError as error:
            return _json_response(error)
        arguments = CallArguments(method, argument_values, files)
        fault = self.faults.take_fault(arguments.method, arguments.text("chat_id"))
        call_result: Json | ApiError = None
        if fault is None or fault.is_accepted:
            call_result = await self._run_method(arguments)
        self._record_call(arguments, call_result, fault)
        if fault is None:
            return _json_response(call_result)
        if fault.release_event is not None:
            await self._hold_response(request, fault.release_event)
        if fault.is_silent:
            self.connections.abort(request)
            await _wait_for_disconnect(request)
            return Response()
        if fault.html_page is not None:
            return HTMLResponse(fault.html_page[1], fault.html_page[0])
        return _json_response(fault.error or call_result)

    async def download_file(self, request: Request) -> Response:
        """Respond with a file that the bot sent."""
        if request.path_params["token"] != self.token:
            return _json_response(ApiError(401, "Unauthorized"))
        stored_file = self.state.files.get(request.path_params["name"])
        if stored_file is None:
            return _json_response(ApiError(404, "Not Found"))
        return Response(stored_file.content, media_type="application/octet-stream")

    async def _run_method(self, arguments: CallArguments) -> Json | ApiError:
        self.call_log.record_misuses(arguments)
        if self.rate_limits is not None and arguments.method in RATE_LIMITED_METHODS:
            retry_after_seconds = self.rate_limits.take_or_wait(
                arguments.text("chat_id"), self.state.now()
            )
            if retry_after_seconds is not None:
                return too_many_requests(retry_after_seconds)
        try:
            method_result: Json | Awaitable[Json] = METHODS[arguments.method](self.state, arguments)
            return await method_result if isawaitable(method_result) else method_result
        except ApiError as error:
            return error

    async def _hold_response(self, request: Request, release_event: asyncio.Event) -> None:
        """Wait until the event is set, the client disconnects, or the server closes."""
        waits = [release_event.wait(), self.closing_event.wait(), _wait_for_disconnect(request)]
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _record_call(
        self, arguments: CallArguments, result: Json | ApiError, fault: Fault | None
    ) -> None:
        response = fault.error if fault and fault.error else result
        if isinstance(response, ApiError):
            status_code, returned_value, error_text = response.code, None, response.description
        else:
            status_code, returned_value, error_text = 200, response, ""
        if fault and fault.html_page:
            status_code = fault.html_page[0]
        api_call = ApiCall(
            number=len(self.call_log.calls) + 1,
            called_at=self.state.now(),
            method=arguments.method,
            parameters=logged_parameters(arguments),
            code=status_code,
            result=returned_value,
            description=error_text,
            is_accepted=not isinstance(result, ApiError) and (fault is None or fault.is_accepted),
            is_answered=fault is None or not (fault.is_silent or fault.html_page),
            fault=fault.name if fault else "",
        )
        self.call_log.add(api_call)
        if arguments.method != "getUpdates":
            self.state.record_event("call", api_call.chat_id or 0, api_call.number)


async def _wait_for_disconnect(request: Request) -> bool:
    """Wait until the client closes the connection, then return True."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return True


def _json_response(result: Json | ApiError) -> JSONResponse:
    if isinstance(result, ApiError):
        return JSONResponse(result.as_json(), result.code)
    return JSONResponse({"ok": True, "result": result})
