"""The chat page: its files, what it shows, what its person does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.demo.emulator.call_log import Call, Journal
from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.telegram_state import World
from bot.demo.page.actions import DEEDS, Scene, ToNext
from bot.demo.page.view import View
from bot.demo.people.people import People, Person, Place

_STATIC = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
_FILES = {path.name: _KINDS[path.suffix] for path in _STATIC.iterdir() if path.suffix in _KINDS}
_PATIENCE = 25.0
_SHOWN = 200  # calls in the panel of raw traffic
_GUARDED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class Pages:
    """The endpoints behind the chat page.

    ``to_next`` moves the clock until a digest of a chat comes; ``is_invented`` says that the
    papers are, so that the page can say it too.
    """

    to_next: ToNext | None = None
    is_invented = False

    def __init__(
        self,
        world: World,
        people: People,
        journal: Journal,
        advance: Callable[[timedelta], Awaitable[None]] | None,
    ) -> None:
        self.world = world
        self.people = people
        self.journal = journal
        self.advance = advance
        self.view = View(world, people)
        self.is_closed = False

    def routes(self) -> list[Route]:
        """Give the routes of the page."""
        return [
            Route("/", self.page),
            Route("/page/state", self.state),
            Route("/page/around", self.around),
            Route("/page/events", self.events),
            Route("/page/calls", self.calls),
            Route("/page/file/{name}", self.file),
            Route("/static/{name}", self.asset),
            Route("/page/do/{action}", self.act, methods=["POST"]),
        ]

    def close(self) -> None:
        """Let the waiting page go."""
        self.is_closed = True
        self.world.wake()

    async def page(self, request: Request) -> Response:
        """Give the page itself."""
        return FileResponse(_STATIC / "main.html", headers=_GUARDED)

    async def asset(self, request: Request) -> Response:
        """Give a style sheet, a script or the words of the page."""
        name = request.path_params["name"]
        if name not in _FILES:
            return JSONResponse({"error": "not found"}, 404)
        return FileResponse(_STATIC / name, media_type=_FILES[name], headers=_GUARDED)

    async def file(self, request: Request) -> Response:
        """Give a document of the conversation as a download."""
        stored = self.world.files.get(request.path_params["name"])
        if stored is None:
            return JSONResponse({"error": "not found"}, 404)
        headers = {**_GUARDED, "Content-Disposition": "attachment"}
        return Response(stored.content, media_type="application/octet-stream", headers=headers)

    async def state(self, request: Request) -> Response:
        """Give a conversation of the person at the page, and all that surrounds it."""
        scene = self._scene(request)
        body: JsonObject = {
            **self._around(scene),
            "messages": [*scene.chat.messages.values()],
            "own": [*scene.chat.own],
            "canAdvance": self.advance is not None,
            "canSkip": self.to_next is not None,
            "isInvented": self.is_invented,
            "event": self.world.last_event,
        }
        return JSONResponse(body, headers=_GUARDED)

    async def around(self, request: Request) -> Response:
        """Give what surrounds the conversation: chats, unread marks, menu, time."""
        return JSONResponse(self._around(self._scene(request)), headers=_GUARDED)

    async def events(self, request: Request) -> Response:
        """Wait for what happened after an event and give it."""
        after = _number(request, "after")
        try:
            async with asyncio.timeout(_PATIENCE):
                while self.world.last_event <= after and not self.is_closed:
                    await self.world.event()
        except TimeoutError:
            pass
        found: list[Json] = [
            {"number": e.number, "kind": e.kind, "chat": e.chat_id, "detail": e.detail}
            for e in self.world.events
            if e.number > after
        ]
        return JSONResponse({"events": found, "event": self.world.last_event}, headers=_GUARDED)

    async def calls(self, request: Request) -> Response:
        """Give the latest calls of the bot, for the panel of raw traffic."""
        after = _number(request, "after")
        told = [call for call in self.journal.calls[after:] if not _is_idle(call)]
        calls: list[Json] = [call.as_json() for call in told[-_SHOWN:]]
        body: JsonObject = {"calls": calls, "last": len(self.journal.calls)}
        return JSONResponse(body, headers=_GUARDED)

    async def act(self, request: Request) -> Response:
        """Do what the person at the page does."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return JSONResponse({"error": "JSON expected"}, 415)
        deed = DEEDS.get(request.path_params["action"])
        if deed is None:
            return JSONResponse({"error": "no such action"}, 404)
        try:
            given = await request.json()
            return JSONResponse(await deed(self._scene(request), given))
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)

    def _scene(self, request: Request) -> Scene:
        person = self._person(request)
        place = self._place(request, person)
        return Scene(self.view, person, place, self.advance, self.to_next)

    def _person(self, request: Request) -> Person:
        """Give the person at the page; where there is nobody yet, one is made."""
        persons = self.people.persons
        if not persons:
            language = request.query_params.get("language", "en")
            return self.people.person("You", language=language[:2].lower())
        return persons.get(_number(request, "person")) or next(iter(persons.values()))

    def _place(self, request: Request, person: Person) -> Place | None:
        """Give the group or channel that is open; None stands for the private chat."""
        place = self.people.places.get(_number(request, "chat"))
        return place if place and person.id in place.chat.members else None

    def _around(self, scene: Scene) -> JsonObject:
        return {**self.view.around(scene.person, scene.chat), "now": self.world.now().isoformat()}


def _is_idle(call: Call) -> bool:
    """Whether the bot only asked for news and there was none."""
    return call.method == "getUpdates" and call.code == 200 and not call.result


def _number(request: Request, name: str) -> int:
    written = request.query_params.get(name, "")
    return int(written) if written.removeprefix("-").isdecimal() else 0
