"""The bot's face without a network: hostile people and papers, and the judges before the door.

Everything between an update as Telegram words it and the calls that would leave is the bot's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.chat.api import callback_data, client
from bot.chat.api.updates import asked
from bot.chat.dispatch.apply_update import apply
from bot.chat.request_and_reply import House, Reply
from bot.chat.services import Counter
from bot.demo.emulator.json_encoding import JsonObject
from bot.render.documents.markdown import parse
from bot.render.entry_content import address
from bot.render.size_limits import units
from bot.render.telegram.fallback_forms import written
from bot.render.telegram.keyboard import Action, Button
from bot.render.telegram.split_into_messages import Message
from bot.render.telegram.stored_answer import Document
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import ChatKind, Form, Paper, ParcelState, Rank, Update
from tests.support.builders import BOT, NOW, POLLED, announce
from tests.support.handlers import with_readings
from tests.system.fuzz import judges

USERNAME = "papergram_bot"
CHAT = 700_000_001
_KEEPS = re.compile(r"https://(?:arxiv\.org|doi\.org)/|https://t\.me/papergram_bot\?start=")
_NUMBERED = {"paper", "topic", "reopen"}
_CLIENT = client.client("1:hostile", "http://127.0.0.1:9")


@dataclass
class Desk:
    """A chat of somebody hostile, and what its buttons offer now."""

    counter: Counter
    store: Store
    name: str = "Ada"
    kind: ChatKind = ChatKind.PRIVATE
    links: set[str] = field(default_factory=set)  # of the stored papers
    offered: list[Action] = field(default_factory=list)
    judged: int = 0
    _number: int = 0

    def says(self, text: str) -> list[str]:
        """Says something; the texts that would be read in the chat."""
        return self._asks({"message": {**self._message(), "text": text}})

    def presses(self, action: Action) -> list[str]:
        """Presses a button, one that is there or a forged one."""
        return self.forges(callback_data.data(action))

    def forges(self, data: str) -> list[str]:
        """Sends callback data, whatever it is."""
        pressed: JsonObject = {
            "id": "1",
            "from": self._person(),
            "chat_instance": "1",
            "message": self._message(),
            "data": data,
        }
        return self._asks({"callback_query": pressed})

    def holds(self, papers: Sequence[Paper]) -> None:
        """Lets papers have been announced today."""
        announce(self.store, papers)
        self.links |= {address(paper) for paper in papers}

    def receives(self) -> None:
        """Judges what was put for delivery."""
        for parcel in self.store.outbox.in_state(BOT, ParcelState.READY, limit=1_000_000):
            if parcel.rank is Rank.ANSWER:  # judged as it was said
                continue
            digest = self.store.digests.get(parcel.digest) if parcel.digest else None
            self._judges(written(parcel, digest, _link))
            self.judged += 1

    def _person(self) -> JsonObject:
        return {"id": CHAT, "is_bot": False, "first_name": self.name, "language_code": "en"}

    def _message(self) -> JsonObject:
        chat: JsonObject = {"id": CHAT, "type": "private", "first_name": self.name}
        if self.kind is not ChatKind.PRIVATE:
            chat = {"id": -1_000_000_000_001, "type": self.kind.value, "title": self.name}
        return {"message_id": 5, "date": 1, "chat": chat, "from": self._person()}

    def _asks(self, what: JsonObject) -> list[str]:
        self._number += 1
        body = json.dumps({"update_id": self._number, **what})
        request = asked(body, USERNAME)
        if request is None:
            return []
        update = Update(BOT, self._number, request.chat, body)
        self.store.inbox.put([update])
        return self.sees(
            with_readings(
                self.store,
                lambda readings: apply(self.counter, update, request, readings=readings),
            )
        )

    def sees(self, reply: Reply) -> list[str]:
        """Judges all of a reply; its texts."""
        judges.clean(reply.toast)
        assert not reply.url or _KEEPS.match(reply.url)
        texts = [reply.toast] if reply.toast else []
        for made in (*reply.messages, *reply.plain):
            texts.append(self._judges(made))
        for document in reply.documents:
            _document(document)
        offered = [b for made in reply.messages for row in made.buttons for b in row]
        self.offered = [one.does for one in offered if isinstance(one.does, Action)]
        self.judged += len(reply.messages) + len(reply.plain) + len(reply.documents)
        return texts

    def _judges(self, made: Message) -> str:
        shown = judges.message(made)
        if shown is None:
            return ""
        for _, url in shown.links:
            assert _KEEPS.match(url) or url in {judges.kept(link) for link in self.links}
        _is_whole(shown.text, [button for row in made.buttons for button in row])
        return shown.text


def _is_whole(text: str, under: Sequence[Button]) -> None:
    """Whoever presses a number finds its line in the list above it."""
    for one in under:
        if isinstance(one.does, Action) and one.does.verb in _NUMBERED and one.label.isdecimal():
            assert re.search(rf"^{one.label}\. .", text, re.MULTILINE), text


def _document(document: Document) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+", document.name)
    judges.clean(document.caption)
    assert units(document.caption) <= 1024
    text = document.content.decode()
    if document.name.endswith(".json"):
        json.loads(text)
    if document.name.endswith(".md"):
        parse(text)


@contextmanager
def opened(
    *,
    name: str = "Ada",
    kind: ChatKind = ChatKind.PRIVATE,
    form: Form = Form.CLASSIC,
    operator: bool = False,
) -> Iterator[Desk]:
    """A desk with an empty store of its own."""
    store = open_store("sqlite://", words=indexed)
    house = House(BOT, USERNAME, POLLED, operator=CHAT if operator else 0)
    counter = Counter(_CLIENT, house, store, lambda: NOW, _nothing, "fuzz", form=form)
    try:
        yield Desk(counter, store, name=name, kind=kind)
    finally:
        store.close()


def _link(paper: int, version: int) -> str:
    return callback_data.link(USERNAME, paper, version)


def _nothing() -> None:
    """Nobody waits for parcels here."""
