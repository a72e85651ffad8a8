"""Papers in a list: numbered lines, and a button for each that opens it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.widgets.short_reply import Line
from bot.render.entry_content import address, display, shown_title
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import listed
from bot.texts.telegram_autolinks import inert
from storage.records import Paper

PAGE = 10
ROW = 5  # numbers beside each other
_TITLE_UNITS = 180  # ten of them, with their authors, fit a message
_NAMED = 3


def lines(papers: Sequence[Paper], language: str, first: int = 1) -> list[Line]:
    """Each paper with its number, its title as a link, and who wrote it."""
    told = []
    for number, paper in enumerate(papers, start=first):
        title = inert(shorten(shown_title(paper), _TITLE_UNITS))
        told.append(Line(f"{number}. {title}", link=address(paper)))
        told.append(Line(_facts(paper, language), close=True))
    return told


def _facts(paper: Paper, language: str) -> str:
    """Authors, category and year in one line."""
    names = [inert(shorten(display(name), 40)) for name in paper.authors[:_NAMED]]
    more = ["…"] if len(paper.authors) > _NAMED else []
    number = paper.id.partition(":")[2]
    facts = [
        listed(language, [*names, *more]),
        *map(display, paper.categories[:1]),
        shorten(number, 40),
    ]
    return " · ".join(fact for fact in facts if fact)


def numbers(papers: Sequence[Paper], first: int = 1) -> Keyboard:
    """A button for each paper, under its number."""
    made = [
        Button(str(number), Action("paper", paper.key, 0))
        for number, paper in enumerate(papers, start=first)
    ]
    return tuple(tuple(made[start : start + ROW]) for start in range(0, len(made), ROW))
