"""The bot's face without a network: hostile people and papers, and the judges before the door.

Everything between an update as Telegram words it and the calls that would leave is the bot's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.chat.api import callback_data, send_and_edit
from bot.chat.api.updates import parse_update
from bot.chat.dispatch.apply_update import apply_update
from bot.chat.dispatch.authorize import Authorization
from bot.chat.handler_table import route_of
from bot.chat.request_and_reply import BotInfo, Reply
from bot.chat.services import Services
from bot.demo.emulator.json_encoding import JsonObject
from bot.render.documents.markdown import parse
from bot.render.entry_content import paper_url
from bot.render.size_limits import utf16_length
from bot.render.telegram.fallback_forms import render_outbox_message
from bot.render.telegram.keyboard import Action, Button
from bot.render.telegram.reply_encoding import Document
from bot.render.telegram.split_into_messages import Message
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import ChatKind, MessageForm
from storage.records.messages import InboxUpdate, MessageState, Priority
from storage.records.papers import Paper
from tests.support.builders import BOT, NOW, POLLED_CATEGORIES, announce
from tests.support.handlers import run_with_readings
from tests.system.fuzz import judges

USERNAME = "papergram_bot"
CHAT = 700_000_001
_ALLOWED_URL = re.compile(r"https://(?:arxiv\.org|doi\.org)/|https://t\.me/papergram_bot\?start=")
_NUMBERED_VERBS = {"paper", "topic", "reopen"}
_CLIENT = send_and_edit.create_client("1:hostile", "http://127.0.0.1:9")


@dataclass
class HostileChat:
    """A chat of somebody hostile, and what its buttons offer now."""

    services: Services
    store: Store
    name: str = "Ada"
    kind: ChatKind = ChatKind.PRIVATE
    paper_links: set[str] = field(default_factory=set)  # of the stored papers
    offered_actions: list[Action] = field(default_factory=list)
    checked_count: int = 0
    _update_number: int = 0

    def send_text(self, text: str) -> list[str]:
        """Says something; the texts that would be read in the chat."""
        return self._process_update({"message": {**self._message_object(), "text": text}})

    def press(self, action: Action) -> list[str]:
        """Presses a button, one that is there or a forged one."""
        return self.send_callback_data(callback_data.encode_action(action))

    def send_callback_data(self, data: str) -> list[str]:
        """Sends callback data, whatever it is."""
        callback_query: JsonObject = {
            "id": "1",
            "from": self._user_object(),
            "chat_instance": "1",
            "message": self._message_object(),
            "data": data,
        }
        return self._process_update({"callback_query": callback_query})

    def announce_papers(self, papers: Sequence[Paper]) -> None:
        """Lets papers have been announced today."""
        announce(self.store, papers)
        self.paper_links |= {paper_url(paper) for paper in papers}

    def check_outbox(self) -> None:
        """Judges what was put for delivery."""
        for message in self.store.outbox.messages_in_state(
            BOT, MessageState.READY, limit=1_000_000
        ):
            if message.priority is Priority.REPLY:  # judged as it was said
                continue
            digest = self.store.digests.get(message.digest) if message.digest else None
            self._check_message(render_outbox_message(message, digest, _link))
            self.checked_count += 1

    def _user_object(self) -> JsonObject:
        return {"id": CHAT, "is_bot": False, "first_name": self.name, "language_code": "en"}

    def _message_object(self) -> JsonObject:
        chat: JsonObject = {"id": CHAT, "type": "private", "first_name": self.name}
        if self.kind is not ChatKind.PRIVATE:
            chat = {"id": -1_000_000_000_001, "type": self.kind.value, "title": self.name}
        return {"message_id": 5, "date": 1, "chat": chat, "from": self._user_object()}

    def _process_update(self, update_fields: JsonObject) -> list[str]:
        self._update_number += 1
        body = json.dumps({"update_id": self._update_number, **update_fields})
        request = parse_update(body, USERNAME)
        if request is None:
            return []
        update = InboxUpdate(BOT, self._update_number, request.chat, body)
        route = route_of(request)
        if route and route.operator_only and request.chat != self.services.bot_info.operator_chat:
            route = None
        authorization = Authorization(request, route)
        self.store.inbox.put([update])
        return self.check_reply(
            run_with_readings(
                self.store,
                lambda readings: apply_update(self.services, update, authorization, readings),
            )
        )

    def check_reply(self, reply: Reply) -> list[str]:
        """Judges all of a reply; its texts."""
        judges.check_characters(reply.toast)
        assert not reply.url or _ALLOWED_URL.match(reply.url)
        texts = [reply.toast] if reply.toast else []
        for message in (*reply.messages, *reply.fallback_messages):
            texts.append(self._check_message(message))
        for document in reply.documents:
            _check_document(document)
        buttons_of_reply = [
            button_of_row
            for message in reply.messages
            for row in message.buttons
            for button_of_row in row
        ]
        self.offered_actions = [
            button.action for button in buttons_of_reply if isinstance(button.action, Action)
        ]
        self.checked_count += (
            len(reply.messages) + len(reply.fallback_messages) + len(reply.documents)
        )
        return texts

    def _check_message(self, message: Message) -> str:
        shown_text = judges.check_message(message)
        if shown_text is None:
            return ""
        for _, url in shown_text.links:
            assert _ALLOWED_URL.match(url) or url in {
                judges.normalize_url(link) for link in self.paper_links
            }
        _check_numbered_buttons(
            shown_text.text, [button for row in message.buttons for button in row]
        )
        return shown_text.text


def _check_numbered_buttons(text: str, buttons_below: Sequence[Button]) -> None:
    """Whoever presses a number finds its line in the list above it."""
    for button in buttons_below:
        if (
            isinstance(button.action, Action)
            and button.action.verb in _NUMBERED_VERBS
            and button.label.isdecimal()
        ):
            assert re.search(rf"^{button.label}\. .", text, re.MULTILINE), text


def _check_document(document: Document) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+", document.name)
    judges.check_characters(document.caption)
    assert utf16_length(document.caption) <= 1024
    text = document.content.decode()
    if document.name.endswith(".json"):
        json.loads(text)
    if document.name.endswith(".md"):
        parse(text)


@contextmanager
def hostile_chat(
    *,
    name: str = "Ada",
    kind: ChatKind = ChatKind.PRIVATE,
    form: MessageForm = MessageForm.CLASSIC,
    operator: bool = False,
) -> Iterator[HostileChat]:
    """A chat with an empty store of its own."""
    store = open_store("sqlite://", analyze=index_text)
    bot_info = BotInfo(BOT, USERNAME, POLLED_CATEGORIES, operator_chat=CHAT if operator else 0)
    services = Services(
        _CLIENT, bot_info, store, lambda: NOW, _ignore_wake, "fuzz", default_form=form
    )
    try:
        yield HostileChat(services, store, name=name, kind=kind)
    finally:
        store.close()


def _link(paper: int, version: int) -> str:
    return callback_data.paper_link(USERNAME, paper, version)


def _ignore_wake() -> None:
    """Nobody waits for messages here."""
