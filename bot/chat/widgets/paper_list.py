"""Papers in a list: numbered lines, and a button for each that opens it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.widgets.short_reply import Line
from bot.render.entry_content import display_text, display_title, paper_url
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import join_list
from bot.texts.telegram_autolinks import disable_autolinks
from storage.records import Paper

PAGE_SIZE = 10
BUTTONS_PER_ROW = 5  # numbers beside each other
_TITLE_UNITS = 180  # ten of them, with their authors, fit a message
_MAX_NAMED_AUTHORS = 3


def paper_lines(papers: Sequence[Paper], language: str, first: int = 1) -> list[Line]:
    """Each paper with its number, its title as a link, and who wrote it."""
    result = []
    for number, paper in enumerate(papers, start=first):
        title = disable_autolinks(shorten(display_title(paper), _TITLE_UNITS))
        result.append(Line(f"{number}. {title}", link=paper_url(paper)))
        result.append(Line(_facts_line(paper, language), follows_directly=True))
    return result


def _facts_line(paper: Paper, language: str) -> str:
    """Authors, category and year in one line."""
    names = [
        disable_autolinks(shorten(display_text(name), 40))
        for name in paper.authors[:_MAX_NAMED_AUTHORS]
    ]
    ellipsis = ["…"] if len(paper.authors) > _MAX_NAMED_AUTHORS else []
    number = paper.id.partition(":")[2]
    facts = [
        join_list(language, [*names, *ellipsis]),
        *map(display_text, paper.categories[:1]),
        shorten(number, 40),
    ]
    return " · ".join(fact for fact in facts if fact)


def paper_buttons(papers: Sequence[Paper], first: int = 1) -> Keyboard:
    """A button for each paper, under its number."""
    buttons = [
        Button(str(number), Action("paper", paper.key, 0))
        for number, paper in enumerate(papers, start=first)
    ]
    return tuple(
        tuple(buttons[start : start + BUTTONS_PER_ROW])
        for start in range(0, len(buttons), BUTTONS_PER_ROW)
    )
