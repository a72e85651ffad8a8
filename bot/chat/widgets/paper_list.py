"""A list of papers: numbered lines, and a button that opens each."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.widgets.short_reply import Line
from bot.render.entry_content import display_text, display_title, paper_url
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Keyboard, button_rows
from bot.texts import join_list
from bot.texts.telegram_autolinks import disable_autolinks
from storage.records.papers import Paper

PAGE_SIZE = 10
BUTTONS_PER_ROW = 5
_TITLE_UNITS = 180  # ten titles of this length, with their authors, fit a message
_MAX_NAMED_AUTHORS = 3


def paper_lines(
    papers: Sequence[Paper], language: str, first_number: int = 1, *, notes: Sequence[str] = ()
) -> list[Line]:
    """Return the lines of numbered papers: the title as a link, then authors, category and id.

    Each paper's note follows, if it has one.
    """
    lines = []
    for paper_number, paper in enumerate(papers, start=first_number):
        title = disable_autolinks(shorten(display_title(paper), _TITLE_UNITS))
        lines.append(Line(f"{paper_number}. {title}", link=paper_url(paper)))
        authors = [
            disable_autolinks(shorten(display_text(name), 40))
            for name in paper.authors[:_MAX_NAMED_AUTHORS]
        ]
        if len(paper.authors) > _MAX_NAMED_AUTHORS:
            authors.append("…")
        facts = (
            join_list(language, authors),
            *map(display_text, paper.categories[:1]),
            shorten(paper.id.partition(":")[2], 40),
        )
        lines.append(Line(" · ".join(filter(None, facts)), follows_directly=True))
        for note in filter(
            None, notes[paper_number - first_number : paper_number - first_number + 1]
        ):
            lines.append(Line(note, follows_directly=True))
    return lines


def paper_buttons(papers: Sequence[Paper], first_number: int = 1) -> Keyboard:
    """Return a button for each paper, labelled with its number."""
    buttons = [
        Button(str(number), Action("paper", paper.key, 0))
        for number, paper in enumerate(papers, start=first_number)
    ]
    return button_rows(buttons, BUTTONS_PER_ROW)
