"""Render a note on a paper: four short sections, and the model that wrote them."""

from __future__ import annotations

from bot.render.display_options import DisplayOptions
from bot.render.entry_content import LINE_UNITS, display_text, display_title, paper_url
from bot.render.size_limits import shorten
from bot.render.telegram.html_message import escape, quoted_html
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.rich_blocks import Block, bold, footer, heading, paragraph, url
from bot.render.telegram.split_into_messages import Message
from bot.texts import say
from storage.records.chats import MessageForm
from storage.records.papers import Paper
from storage.records.summaries import PaperNote

SECTIONS = ("problem", "method", "result", "limits")
_SECTION_UNITS = 800  # four of them, a title and the markup fit a message
_MODEL_NAME_UNITS = 60


def note_message(
    note: PaperNote, paper: Paper, options: DisplayOptions, buttons: Keyboard = ()
) -> Message:
    """Return the note as a message, in the reader's form."""
    if options.form is MessageForm.RICH:
        return Message(options.form, blocks=_note_blocks(note, paper, options), buttons=buttons)
    return Message(options.form, html=_note_html(note, paper, options), buttons=buttons)


def _note_html(note: PaperNote, paper: Paper, options: DisplayOptions) -> str:
    title, link = quoted_html(_short_title(paper)), escape(paper_url(paper))
    title_html = f'<a href="{link}">{title}</a>' if link else title
    sections = [
        f"<b>{escape(label)}</b>\n{quoted_html(text)}"
        for label, text in _labelled_sections(note, options.language)
    ]
    return "\n\n".join(
        [f"<b>{title_html}</b>", *sections, f"<i>{quoted_html(_model_line(note, options))}</i>"]
    )


def _note_blocks(note: PaperNote, paper: Paper, options: DisplayOptions) -> tuple[Block, ...]:
    sections = [
        paragraph(text)
        for label, section_text in _labelled_sections(note, options.language)
        for text in (bold(label), section_text)
    ]
    title_block = heading(url(_short_title(paper), paper_url(paper)), 4)
    return (title_block, *sections, footer(_model_line(note, options)))


def _short_title(paper: Paper) -> str:
    return shorten(display_title(paper), LINE_UNITS)


def _labelled_sections(note: PaperNote, language: str) -> list[tuple[str, str]]:
    """Return each section's label and text; a paper without limits gets a text that says so."""
    texts = {name: display_text(getattr(note, name)) for name in SECTIONS}
    texts["limits"] = texts["limits"] or say(language, "note-limits-none")
    return [
        (say(language, f"note-{name}"), shorten(texts[name], _SECTION_UNITS) or "–")
        for name in SECTIONS
    ]


def _model_line(note: PaperNote, options: DisplayOptions) -> str:
    return say(
        options.language,
        "note-maker",
        model=shorten(display_text(note.producer), _MODEL_NAME_UNITS),
    )
