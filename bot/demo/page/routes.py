"""The HTTP endpoints of the chat page."""

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.demo.emulator.call_log import CallLog
from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.telegram_state import TelegramState
from bot.demo.page.actions import PAGE_ACTIONS, AdvanceClock, PageSession, SkipToNextDigest
from bot.demo.page.view import PageView
from bot.demo.people.people import People

_STATIC = Path(__file__).parent / "static"
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
_ASSETS = {
    path.name: _MEDIA_TYPES[path.suffix]
    for path in _STATIC.iterdir()
    if path.suffix in _MEDIA_TYPES
}
_POLL_TIMEOUT = 25.0
_MAX_SHOWN_CALLS = 200
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class PageEndpoints:
    """The endpoints of the chat page.

    ``skip_to_next_digest`` moves the clock until a digest of a chat comes. With
    ``has_invented_papers`` the page says that the papers are invented.
    """

    skip_to_next_digest: SkipToNextDigest | None = None
    has_invented_papers = False

    def __init__(
        self,
        state: TelegramState,
        people: People,
        call_log: CallLog,
        advance_clock: AdvanceClock | None,
    ) -> None:
        self.state = state
        self.people = people
        self.call_log = call_log
        self.advance_clock = advance_clock
        self.view = PageView(state, people)
        self.is_closed = False

    def routes(self) -> list[Route]:
        """Return the routes of the page."""
        return [
            Route("/", self.index),
            Route("/page/state", self.conversation),
            Route("/page/around", self.conversation_context),
            Route("/page/events", self.events),
            Route("/page/calls", self.calls),
            Route("/page/file/{name}", self.file),
            Route("/static/{name}", self.asset),
            Route("/page/do/{action}", self.run_action, methods=["POST"]),
        ]

    def close(self) -> None:
        """Release the waiting page."""
        self.is_closed = True
        self.state.wake_waiters()

    async def index(self, request: Request) -> Response:
        """Return the page itself."""
        return FileResponse(_STATIC / "main.html", headers=_SECURITY_HEADERS)

    async def asset(self, request: Request) -> Response:
        """Return a style sheet, a script or the texts of the page."""
        asset_name = request.path_params["name"]
        if asset_name not in _ASSETS:
            return JSONResponse({"error": "not found"}, 404)
        return FileResponse(
            _STATIC / asset_name, media_type=_ASSETS[asset_name], headers=_SECURITY_HEADERS
        )

    async def file(self, request: Request) -> Response:
        """Return a document of the conversation as a download."""
        stored_file = self.state.files.get(request.path_params["name"])
        if stored_file is None:
            return JSONResponse({"error": "not found"}, 404)
        headers = {**_SECURITY_HEADERS, "Content-Disposition": "attachment"}
        return Response(stored_file.content, media_type="application/octet-stream", headers=headers)

    async def conversation(self, request: Request) -> Response:
        """Return the open conversation, with its context and all messages."""
        session = self._session(request)
        conversation_object: JsonObject = {
            **self._context_object(session),
            "messages": [*session.chat.messages.values()],
            "own": [*session.chat.bot_message_ids],
            "canAdvance": self.advance_clock is not None,
            "canSkip": self.skip_to_next_digest is not None,
            "isInvented": self.has_invented_papers,
            "event": self.state.last_event_number,
        }
        return JSONResponse(conversation_object, headers=_SECURITY_HEADERS)

    async def conversation_context(self, request: Request) -> Response:
        """Return the context of a conversation: chats, menu and time."""
        return JSONResponse(self._context_object(self._session(request)), headers=_SECURITY_HEADERS)

    async def events(self, request: Request) -> Response:
        """Return the events after a number; wait if there are none."""
        after_number = _query_number(request, "after")
        try:
            async with asyncio.timeout(_POLL_TIMEOUT):
                while self.state.last_event_number <= after_number and not self.is_closed:
                    await self.state.wait_for_event()
        except TimeoutError:
            pass
        events: list[Json] = [
            {
                "number": event.number,
                "kind": event.kind,
                "chat": event.chat_id,
                "detail": event.detail,
            }
            for event in self.state.events
            if event.number > after_number
        ]
        return JSONResponse(
            {"events": events, "event": self.state.last_event_number}, headers=_SECURITY_HEADERS
        )

    async def calls(self, request: Request) -> Response:
        """Return the latest calls of the bot, for the panel of raw traffic."""
        after_number = _query_number(request, "after")
        shown_calls = [
            call
            for call in self.call_log.calls[after_number:]
            if call.method != "getUpdates" or call.code != 200 or call.result
        ]
        calls: list[Json] = [call.as_json() for call in shown_calls[-_MAX_SHOWN_CALLS:]]
        calls_object: JsonObject = {"calls": calls, "last": len(self.call_log.calls)}
        return JSONResponse(calls_object, headers=_SECURITY_HEADERS)

    async def run_action(self, request: Request) -> Response:
        """Run an action of the person at the page."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return JSONResponse({"error": "JSON expected"}, 415)
        action = PAGE_ACTIONS.get(request.path_params["action"])
        if action is None:
            return JSONResponse({"error": "no such action"}, 404)
        try:
            payload = await request.json()
            return JSONResponse(await action(self._session(request), payload))
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)

    def _session(self, request: Request) -> PageSession:
        """Return the person at the page, created if there is nobody yet, with the open chat."""
        persons = self.people.persons
        if persons:
            any_person = next(iter(persons.values()))
            person = persons.get(_query_number(request, "person"), any_person)
        else:
            language = request.query_params.get("language", "en")
            person = self.people.create_person("You", language=language[:2].lower())
        group_chat = self.people.groups.get(_query_number(request, "chat"))
        if group_chat and person.id not in group_chat.chat.members:
            group_chat = None
        return PageSession(
            self.view, person, group_chat, self.advance_clock, self.skip_to_next_digest
        )

    def _context_object(self, session: PageSession) -> JsonObject:
        return {
            **self.view.conversation_context(session.person, session.chat),
            "now": self.state.now().isoformat(),
        }


def _query_number(request: Request, name: str) -> int:
    number_text = request.query_params.get(name, "")
    return int(number_text) if number_text.removeprefix("-").isdecimal() else 0
