"""Render a note on a paper: four short sections, and the model that wrote them."""

from __future__ import annotations

from bot.render.display_options import DisplayOptions
from bot.render.entry_content import LINE_UNITS, display_text, display_title, paper_url
from bot.render.size_limits import shorten
from bot.render.telegram.html_message import escape, link_html, quoted_html
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.rich_blocks import bold, footer, heading, paragraph, url
from bot.render.telegram.split_into_messages import Message
from bot.texts import say
from storage.records.papers import Paper
from storage.records.summaries import PaperNote

SECTIONS = ("problem", "method", "result", "limits")
_SECTION_UNITS = 800  # four of them, a title and the markup fit a message
_MODEL_NAME_UNITS = 60


def note_message(
    note: PaperNote, paper: Paper, options: DisplayOptions, buttons: Keyboard = ()
) -> Message:
    """Return the note as a message, in the reader's form."""
    title, link = shorten(display_title(paper), LINE_UNITS), paper_url(paper)
    sections = []
    for section_name in SECTIONS:
        note_text = display_text(getattr(note, section_name))
        if section_name == "limits" and not note_text:
            note_text = say(options.language, "note-limits-none")
        section_label = say(options.language, f"note-{section_name}")
        sections.append((section_label, shorten(note_text, _SECTION_UNITS) or "–"))
    model_name = shorten(display_text(note.producer), _MODEL_NAME_UNITS)
    model_line = say(options.language, "note-maker", model=model_name)
    if options.form.is_rich:
        section_blocks = [
            block
            for section_label, note_text in sections
            for block in (paragraph(bold(section_label)), paragraph(note_text))
        ]
        blocks = (heading(url(title, link), 4), *section_blocks, footer(model_line))
        return Message(options.form, blocks=blocks, buttons=buttons)
    html_sections = [
        f"<b>{escape(section_label)}</b>\n{quoted_html(note_text)}"
        for section_label, note_text in sections
    ]
    html = "\n\n".join(
        [f"<b>{link_html(title, link)}</b>", *html_sections, f"<i>{quoted_html(model_line)}</i>"]
    )
    return Message(options.form, html=html, buttons=buttons)
