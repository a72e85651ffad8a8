"""The chat page: its files, what it shows, what its person does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.demo.journal import Journal
from bot.demo.people import People, Person
from bot.demo.places import Place
from bot.demo.state import World
from bot.demo.wire import Json, JsonObject

_HERE = Path(__file__).parent
_FILES = {"page.css": "text/css", "page.js": "text/javascript", "blocks.js": "text/javascript"}
_PATIENCE = 25.0
_GUARDED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class Pages:
    """The endpoints behind the chat page."""

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
        self.is_closed = False

    def routes(self) -> list[Route]:
        """Give the routes of the page."""
        return [
            Route("/", self.page),
            Route("/page/state", self.state),
            Route("/page/events", self.events),
            Route("/page/calls", self.calls),
            Route("/page/file/{name}", self.file),
            Route("/page/{name}", self.asset),
            Route("/page/do/{action}", self.act, methods=["POST"]),
        ]

    def close(self) -> None:
        """Let the waiting page go."""
        self.is_closed = True
        self.world.wake()

    async def page(self, request: Request) -> Response:
        """Give the page itself."""
        return FileResponse(_HERE / "page.html", headers=_GUARDED)

    async def asset(self, request: Request) -> Response:
        """Give a style sheet or a script of the page."""
        name = request.path_params["name"]
        if name not in _FILES:
            return JSONResponse({"error": "not found"}, 404)
        return FileResponse(_HERE / name, media_type=_FILES[name], headers=_GUARDED)

    async def file(self, request: Request) -> Response:
        """Give a document of the conversation as a download."""
        stored = self.world.files.get(request.path_params["name"])
        if stored is None:
            return JSONResponse({"error": "not found"}, 404)
        headers = {**_GUARDED, "Content-Disposition": "attachment"}
        return Response(stored.content, media_type="application/octet-stream", headers=headers)

    async def state(self, request: Request) -> Response:
        """Give the conversation of the person at the page, and all that surrounds it."""
        person = self._person(request.query_params.get("language", "en"))
        chat = self._place(request, person)
        chat_id = chat.id if chat else person.id
        body: JsonObject = {
            "person": person.user.as_json(),
            "bot": self.world.bot.as_json(),
            "about": self.world.profile.get(("description", ""), ""),
            "chat": self.world.chats[chat_id].as_json(),
            "chats": [self.world.chats[number].as_json() for number in self._chats(person)],
            "messages": [*self.world.chats[chat_id].messages.values()],
            "own": [*self.world.chats[chat_id].own],
            "commands": [*self._commands(person.user.language_code)],
            "isBlocked": person.chat.members.get(self.world.bot.id) == "kicked",
            "canAdvance": self.advance is not None,
            "now": self.world.now().isoformat(),
            "event": self.world.last_event,
        }
        return JSONResponse(body, headers=_GUARDED)

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
        calls: list[Json] = [call.as_json() for call in self.journal.calls[after:][-200:]]
        return JSONResponse({"calls": calls}, headers=_GUARDED)

    async def act(self, request: Request) -> Response:
        """Do what the person at the page does."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return JSONResponse({"error": "JSON expected"}, 415)
        person = self._person("en")
        action = _ACTIONS.get(request.path_params["action"])
        if action is None:
            return JSONResponse({"error": "no such action"}, 404)
        try:
            given = await request.json()
            return JSONResponse(await action(self, person, self._place(request, person), given))
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)

    def _person(self, language: str) -> Person:
        """Give the person at the page, who is made at the first visit."""
        if not self.people.persons:
            return self.people.person("You", language=language[:2].lower())
        return next(iter(self.people.persons.values()))

    def _place(self, request: Request, person: Person) -> Place | None:
        written = request.query_params.get("chat", "")
        return self.people.places.get(int(written)) if written.lstrip("-").isdecimal() else None

    def _chats(self, person: Person) -> list[int]:
        """Give the chats that the person at the page takes part in."""
        return [n for n, chat in self.world.chats.items() if person.id in {n, *chat.members}]

    def _commands(self, language: str) -> list[JsonObject]:
        """Give the menu of a private chat as a client picks it: narrow scope, own language."""
        for scope in ("all_private_chats", "default"):
            for code in (language, ""):
                if (scope, code) in self.world.commands:
                    return self.world.commands[scope, code]
        return []


def _number(request: Request, name: str) -> int:
    written = request.query_params.get(name, "")
    return int(written) if written.isdecimal() else 0


_Action = Callable[[Pages, Person, Place | None, JsonObject], Awaitable[Json]]


async def _say(pages: Pages, person: Person, place: Place | None, given: JsonObject) -> Json:
    text = str(given["text"]).strip()
    if not text:
        raise ValueError("nothing to say")
    return {"message": person.say(text[:4096], place)}


async def _press(pages: Pages, person: Person, place: Place | None, given: JsonObject) -> Json:
    message = given["message"]
    assert isinstance(message, int)
    answer = await person.press(data=str(given["data"]), message=message, place=place)
    return {"text": answer.text, "alert": answer.is_alert, "url": answer.url}


async def _open(pages: Pages, person: Person, place: Place | None, given: JsonObject) -> Json:
    return {"message": person.opens(str(given["payload"])[:64])}


async def _block(pages: Pages, person: Person, place: Place | None, given: JsonObject) -> Json:
    if given["blocked"]:
        person.blocks()
    else:
        person.unblocks()
    return {}


async def _move(pages: Pages, person: Person, place: Place | None, given: JsonObject) -> Json:
    minutes = given["minutes"]
    assert isinstance(minutes, int)
    assert pages.advance is not None
    await pages.advance(timedelta(minutes=minutes))
    return {"now": pages.world.now().isoformat()}


_ACTIONS: dict[str, _Action] = {
    "say": _say,
    "press": _press,
    "open": _open,
    "block": _block,
    "advance": _move,
}
