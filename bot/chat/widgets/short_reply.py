"""Short replies in classic HTML, made of lines of text and buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from bot.chat.request_and_reply import Reply
from bot.render.entry_content import strip_invisible_lines
from bot.render.size_limits import CLASSIC_UNITS, shorten
from bot.render.telegram.html_message import escape, message_weight, sentence_html
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.split_into_messages import Message
from storage.records.chats import MessageForm

_LINE_UNITS = 1200  # three lines of this length fit a message with their markup


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; ``link`` turns all of it into a link."""

    text: str
    bold: bool = False
    link: str = ""
    follows_directly: bool = False  # without a blank line above

    def html(self) -> str:
        """Return the line as Telegram's HTML."""
        escaped_text = sentence_html(shorten(strip_invisible_lines(self.text), _LINE_UNITS))
        if self.link:
            escaped_text = f'<a href="{escape(self.link)}">{escaped_text}</a>'
        return f"<b>{escaped_text}</b>" if self.bold else escaped_text


def short_reply(lines: Sequence[Line], buttons: Keyboard = (), *, edit: bool = False) -> Reply:
    """Return a reply of one message."""
    return Reply((text_message(lines, buttons),), edit=edit)


def text_message(lines: Sequence[Line], buttons: Keyboard = ()) -> Message:
    """Return lines as one classic message, without the last lines if they do not fit."""
    html = ""
    for line in lines:
        separator = "" if not html else "\n" if line.follows_directly else "\n\n"
        extended_html = html + separator + line.html()
        if message_weight(extended_html) > CLASSIC_UNITS:
            break
        html = extended_html
    return Message(MessageForm.CLASSIC, html=html, buttons=buttons)


def error_position_message(
    sentence: str, words: str, position: int, below: str = "", buttons: Keyboard = ()
) -> Message:
    """Return a sentence about an error in ``words``, with its position marked below."""
    # A full-width character needs a full-width space below it.
    mark_padding = "".join(
        "\u3000" if east_asian_width(character) in ("W", "F") else " "
        for character in words[:position]
    )
    marked_words = f"{words}\n{mark_padding}↑"
    marked_html = f"<pre>{escape(marked_words)}</pre>"
    html = f"{sentence_html(sentence)}\n{marked_html}\n{sentence_html(below)}".rstrip()
    return Message(MessageForm.CLASSIC, html=html, buttons=buttons)
