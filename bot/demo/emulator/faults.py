"""Faults on demand: what goes wrong with the next calls of a method.

A fault is scripted before the call and used up by it, so a test needs neither chance nor waiting:

    emulator.faults.next("sendMessage", too_many_requests(3))
    emulator.faults.next("sendRichMessage", accepted_then_connection_closed(), chat=7, times=2)
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.demo.emulator.json_encoding import ApiError

_BAD_GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with one call.

    ``is_accepted``: the call is carried out all the same. ``error``: answered instead of the
    result. ``html_page``: an HTML page answered with its status. ``is_silent``: no answer at all.
    ``release_event``: nothing happens until this is set, or the caller hangs up.
    """

    name: str
    is_accepted: bool = False
    error: ApiError | None = None
    html_page: tuple[int, str] | None = None
    is_silent: bool = False
    release_event: asyncio.Event | None = None


def too_many_requests(seconds: int) -> Fault:
    """Answer 429 with a time to wait."""
    text = f"Too Many Requests: retry after {seconds}"
    return Fault("429", error=ApiError(429, text, {"retry_after": seconds}))


def error_response(
    code: int, description: str, parameters: Mapping[str, int] | None = None
) -> Fault:
    """Answer any error with any text."""
    return Fault(str(code), error=ApiError(code, description, parameters or {}))


def chat_migrated(new_chat_id: int) -> Fault:
    """Answer that the group has become a supergroup."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return error_response(400, text, {"migrate_to_chat_id": new_chat_id})


def internal_error() -> Fault:
    """Answer 500 in JSON without doing anything."""
    return error_response(500, "Internal Server Error")


def bad_gateway() -> Fault:
    """Answer 502 with an HTML page without doing anything."""
    return Fault("502", html_page=(502, _BAD_GATEWAY_PAGE))


def accepted_then_bad_gateway() -> Fault:
    """Carry the call out, yet answer 502 with an HTML page."""
    return Fault("accepted, 502", is_accepted=True, html_page=(502, _BAD_GATEWAY_PAGE))


def connection_closed() -> Fault:
    """Close the connection without doing anything."""
    return Fault("closed", is_silent=True)


def accepted_then_connection_closed() -> Fault:
    """Carry the call out, then close the connection without an answer."""
    return Fault("accepted, closed", is_accepted=True, is_silent=True)


def no_response() -> Fault:
    """Do nothing and say nothing until the caller gives up."""
    return Fault("hung", is_silent=True, release_event=asyncio.Event())


def accepted_then_no_response() -> Fault:
    """Carry the call out, then say nothing until the caller gives up."""
    return Fault("accepted, hung", is_accepted=True, is_silent=True, release_event=asyncio.Event())


def slow_response(release_event: asyncio.Event) -> Fault:
    """Carry the call out at once, answer it properly when the event is set."""
    return Fault("slow", is_accepted=True, release_event=release_event)


@dataclass(slots=True)
class _ScheduledFault:
    method: str
    fault: Fault
    chat: int | None
    remaining: int


@dataclass(slots=True)
class FaultSchedule:
    """The faults that wait for their calls, used in the order in which they were scripted."""

    _scheduled: list[_ScheduledFault] = field(default_factory=list)

    def schedule(
        self, method: str, fault: Fault, *, chat: int | None = None, times: int = 1
    ) -> None:
        """Let the next calls of a method go wrong, in one chat or in any; ``*`` is any method."""
        self._scheduled.append(_ScheduledFault(method, fault, chat, times))

    def clear(self) -> None:
        """Forget every fault that was not used."""
        self._scheduled.clear()

    def __len__(self) -> int:
        return sum(scheduled.remaining for scheduled in self._scheduled)

    def take_fault(self, method: str, chat: str) -> Fault | None:
        """Give the fault for a call and use it up."""
        for scheduled in self._scheduled:
            matches_method = scheduled.method in {method, "*"}
            if matches_method and (scheduled.chat is None or str(scheduled.chat) == chat):
                scheduled.remaining -= 1
                if scheduled.remaining == 0:
                    self._scheduled.remove(scheduled)
                return scheduled.fault
        return None
