"""What the person at the page does: says, presses, opens, reads, moves the clock."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.emulator.telegram_state import Chat
from bot.demo.page.view import View
from bot.demo.people.people import Person, Place

Advance = Callable[[timedelta], Awaitable[None]]
ToNext = Callable[[int], Awaitable[bool]]

_LONGEST = 4096  # characters of a message
_PAYLOAD = 64  # characters of a deep link's payload


@dataclass(frozen=True, slots=True)
class Scene:
    """Who acts, where, and what they may move."""

    view: View
    person: Person
    place: Place | None
    advance: Advance | None
    to_next: ToNext | None

    @property
    def chat(self) -> Chat:
        """The chat in which it happens."""
        return self.person.chat if self.place is None else self.place.chat


Deed = Callable[[Scene, JsonObject], Awaitable[Json]]


async def _say(scene: Scene, given: JsonObject) -> Json:
    text = str(given["text"]).strip()[:_LONGEST]
    if not text:
        raise ValueError("nothing to say")
    if scene.place and scene.chat.kind == "channel":
        if scene.place.owner.id != scene.person.id:
            raise ValueError("only the owner posts here")
        return {"message": scene.place.post(text)}
    return {"message": scene.person.say(text, scene.place)}


async def _press(scene: Scene, given: JsonObject) -> Json:
    message = given["message"]
    assert isinstance(message, int)
    answer = await scene.person.press(data=str(given["data"]), message=message, place=scene.place)
    return {"text": answer.text, "alert": answer.is_alert, "url": answer.url}


async def _open(scene: Scene, given: JsonObject) -> Json:
    return {"message": scene.person.opens(str(given["payload"])[:_PAYLOAD], scene.place)}


async def _add(scene: Scene, given: JsonObject) -> Json:
    """Bring the bot into a group or channel that the person leads, as a startgroup link does."""
    if scene.place is None or scene.place.owner.id != scene.person.id:
        raise ValueError("only the owner adds the bot")
    if scene.chat.members.get(scene.view.world.bot.id) not in {"member", "administrator"}:
        scene.place.add_bot(is_administrator=scene.chat.kind == "channel")
    if "payload" in given and scene.chat.kind != "channel":
        scene.person.opens(str(given["payload"])[:_PAYLOAD], scene.place)
    return {}


async def _remove(scene: Scene, given: JsonObject) -> Json:
    if scene.place is None or scene.place.owner.id != scene.person.id:
        raise ValueError("only the owner removes the bot")
    scene.place.remove_bot()
    return {}


async def _read(scene: Scene, given: JsonObject) -> Json:
    scene.view.reads(scene.person, scene.chat)
    return {}


async def _block(scene: Scene, given: JsonObject) -> Json:
    if given["blocked"]:
        scene.person.blocks()
    else:
        scene.person.unblocks()
    return {}


async def _move(scene: Scene, given: JsonObject) -> Json:
    minutes = given["minutes"]
    assert isinstance(minutes, int)
    assert scene.advance is not None
    await scene.advance(timedelta(minutes=minutes))
    return {"now": scene.view.world.now().isoformat()}


async def _to_next(scene: Scene, given: JsonObject) -> Json:
    assert scene.to_next is not None
    came = await scene.to_next(scene.chat.id)
    return {"came": came, "now": scene.view.world.now().isoformat()}


DEEDS: Mapping[str, Deed] = {
    "say": _say,
    "press": _press,
    "open": _open,
    "add": _add,
    "remove": _remove,
    "read": _read,
    "block": _block,
    "advance": _move,
    "next": _to_next,
}
