"""Faults on demand for the next calls of a method.

A fault is scheduled before the call and used up by it, so that a test depends on neither chance nor
waiting:

    emulator.faults.schedule("sendMessage", too_many_requests(3))
    emulator.faults.schedule(
        "sendRichMessage", accepted_then_connection_closed(), chat=7, times=2
    )
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.demo.emulator import json_encoding
from bot.demo.emulator.json_encoding import ApiError

_BAD_GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one call.

    ``is_accepted``: the call is carried out all the same. ``error``: returned instead of the
    result. ``html_page``: status and HTML page of the response. ``is_silent``: there is no
    response. ``release_event``: the response is held until this is set or the client disconnects.
    """

    name: str
    is_accepted: bool = False
    error: ApiError | None = None
    html_page: tuple[int, str] | None = None
    is_silent: bool = False
    release_event: asyncio.Event | None = None


def too_many_requests(seconds: int) -> Fault:
    """Return 429 with the seconds to wait."""
    return Fault("429", error=json_encoding.too_many_requests(seconds))


def error_response(
    code: int, description: str, parameters: Mapping[str, int] | None = None
) -> Fault:
    """Return any error with any description."""
    return Fault(str(code), error=ApiError(code, description, parameters or {}))


def chat_migrated(new_chat_id: int) -> Fault:
    """Return that the group has become a supergroup."""
    error_text = "Bad Request: group chat was upgraded to a supergroup chat"
    return error_response(400, error_text, {"migrate_to_chat_id": new_chat_id})


def internal_error() -> Fault:
    """Return 500 in JSON without carrying out the call."""
    return error_response(500, "Internal Server Error")


def bad_gateway() -> Fault:
    """Return 502 with an HTML page without carrying out the call."""
    return Fault("502", html_page=(502, _BAD_GATEWAY_PAGE))


def accepted_then_bad_gateway() -> Fault:
    """Carry out the call, but return 502 with an HTML page."""
    return Fault("accepted, 502", is_accepted=True, html_page=(502, _BAD_GATEWAY_PAGE))


def connection_closed() -> Fault:
    """Close the connection without carrying out the call."""
    return Fault("closed", is_silent=True)


def accepted_then_connection_closed() -> Fault:
    """Carry out the call, then close the connection without a response."""
    return Fault("accepted, closed", is_accepted=True, is_silent=True)


def no_response() -> Fault:
    """Neither carry out the call nor respond, until the client gives up."""
    return Fault("hung", is_silent=True, release_event=asyncio.Event())


def accepted_then_no_response() -> Fault:
    """Carry out the call, but do not respond until the client gives up."""
    return Fault("accepted, hung", is_accepted=True, is_silent=True, release_event=asyncio.Event())


def slow_response(release_event: asyncio.Event) -> Fault:
    """Carry out the call at once, and respond when the event is set."""
    return Fault("slow", is_accepted=True, release_event=release_event)


@dataclass(slots=True)
class _ScheduledFault:
    method: str
    fault: Fault
    chat: int | None
    remaining: int


@dataclass(slots=True)
class FaultSchedule:
    """The faults that wait for their calls, used in the order in which they were scheduled."""

    _scheduled: list[_ScheduledFault] = field(default_factory=list)

    def schedule(
        self, method: str, fault: Fault, *, chat: int | None = None, times: int = 1
    ) -> None:
        """Schedule a fault for the next calls of a method, or of any method with ``*``."""
        self._scheduled.append(_ScheduledFault(method, fault, chat, times))

    def clear(self) -> None:
        """Remove all unused faults."""
        self._scheduled.clear()

    def __len__(self) -> int:
        return sum(scheduled.remaining for scheduled in self._scheduled)

    def take_fault(self, method: str, chat: str) -> Fault | None:
        """Return the fault for a call and use it up, or return None."""
        for scheduled_fault in self._scheduled:
            matches_method = scheduled_fault.method in {method, "*"}
            if matches_method and (
                scheduled_fault.chat is None or str(scheduled_fault.chat) == chat
            ):
                scheduled_fault.remaining -= 1
                if scheduled_fault.remaining == 0:
                    self._scheduled.remove(scheduled_fault)
                return scheduled_fault.fault
        return None
