"""Reduce a message to plain text, the last fallback when Telegram refuses its markup.

There is no markup and there are no buttons; URLs follow the words that link to them.
"""

from __future__ import annotations

from html.parser import HTMLParser

from bot.render.size_limits import CLASSIC_UNITS, split_text
from bot.render.telegram.split_into_messages import Message
from storage.records.chats import MessageForm

_NOTE_UNITS = 200  # reserved for the note


def plain_text_messages(message: Message, *, note: str = "") -> tuple[Message, ...]:
    """Return the text of a classic message as plain messages; each begins with ``note``."""
    extractor = _TextExtractor()
    extractor.feed(message.html)
    extractor.close()
    note_line = f"{note}\n" if note else ""
    return tuple(
        Message(MessageForm.CLASSIC, text=note_line + piece, silent=message.silent or number > 0)
        for number, piece in enumerate(split_text(extractor.text(), CLASSIC_UNITS - _NOTE_UNITS))
    )


class _TextExtractor(HTMLParser):
    """Collects the visible text, each URL after the words that link to it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._address = ""

    def text(self) -> str:
        """Return the text so far; never empty, because Telegram refuses an empty message."""
        return "".join(self._parts).strip() or "…"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._address:
            self._parts.append(f" {self._address}")
            self._address = ""

    def handle_data(self, data: str) -> None:
        self._parts.append(data)
