"""What is left of a message that Telegram cannot read? Its words, and nothing that can be refused.

The last resort of a digest: no markup, no buttons; links stand behind their words.
"""

from __future__ import annotations

from html.parser import HTMLParser

from bot.render.size_limits import CLASSIC_UNITS, split_text
from bot.render.telegram.split_into_messages import Message
from storage.records import MessageForm

_NOTE_UNITS = 200  # kept free for a line above


def plain_text_messages(message: Message, *, note: str = "") -> tuple[Message, ...]:
    """The words of a classic message as messages that hold text only; ``note`` stands above."""
    extractor = _TextExtractor()
    extractor.feed(message.html)
    extractor.close()
    prefix = f"{note}\n" if note else ""
    return tuple(
        Message(MessageForm.CLASSIC, text=prefix + piece, silent=message.silent or number > 0)
        for number, piece in enumerate(split_text(extractor.text(), CLASSIC_UNITS - _NOTE_UNITS))
    )


class _TextExtractor(HTMLParser):
    """Collects what a person would read, each address behind the words that lead to it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._address = ""

    def text(self) -> str:
        """All words so far; never nothing, for Telegram refuses an empty text."""
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
