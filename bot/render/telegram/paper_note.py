"""How does a note on a paper look? Four short sections, and who wrote them."""

from __future__ import annotations

from bot.render.display_options import Look
from bot.render.entry_content import LINE_UNITS, address, display, shown_title
from bot.render.size_limits import shorten
from bot.render.telegram.html_message import escape, quoted
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.rich_blocks import Block, bold, footer, heading, paragraph, url
from bot.render.telegram.split_into_messages import Message
from bot.texts import say
from storage.records import Form, Note, Paper

SECTIONS = ("problem", "method", "result", "limits")
_SECTION_UNITS = 800  # four of them, a title and the markup fit a message
_MAKER_UNITS = 60


def note_message(note: Note, paper: Paper, look: Look, buttons: Keyboard = ()) -> Message:
    """The note as a message of its own, in the reader's form."""
    if look.form is Form.RICH:
        return Message(look.form, blocks=_blocks(note, paper, look), buttons=buttons)
    return Message(look.form, html=_html(note, paper, look), buttons=buttons)


def _html(note: Note, paper: Paper, look: Look) -> str:
    title, link = quoted(_title(paper)), escape(address(paper))
    top = f'<a href="{link}">{title}</a>' if link else title
    sections = [
        f"<b>{escape(label)}</b>\n{quoted(text)}" for label, text in _sections(note, look.language)
    ]
    return "\n\n".join([f"<b>{top}</b>", *sections, f"<i>{quoted(_maker(note, look))}</i>"])


def _blocks(note: Note, paper: Paper, look: Look) -> tuple[Block, ...]:
    sections = [
        paragraph(text)
        for label, told in _sections(note, look.language)
        for text in (bold(label), told)
    ]
    top = heading(url(_title(paper), address(paper)), 4)
    return (top, *sections, footer(_maker(note, look)))


def _title(paper: Paper) -> str:
    return shorten(shown_title(paper), LINE_UNITS)


def _sections(note: Note, language: str) -> list[tuple[str, str]]:
    """Each section's label and text; of limits that the paper does not name, that is said."""
    told = {name: display(getattr(note, name)) for name in SECTIONS}
    told["limits"] = told["limits"] or say(language, "note-limits-none")
    return [
        (say(language, f"note-{name}"), shorten(told[name], _SECTION_UNITS) or "–")
        for name in SECTIONS
    ]


def _maker(note: Note, look: Look) -> str:
    return say(look.language, "note-maker", model=shorten(display(note.maker), _MAKER_UNITS))
