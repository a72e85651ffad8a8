"""Which buttons stand under a message? Labels and what a press does, not how it is encoded."""

from __future__ import annotations

from dataclasses import dataclass

from bot.render.digest_heading import numbered
from bot.render.display_options import Look
from bot.render.documents.bibtex import bibtex
from bot.render.entry_content import NAMED_AUTHORS
from bot.render.size_limits import units
from bot.texts import say
from storage.records import Digest, Paper

ROW = 6  # numbers in a row; a phone shows them without cutting
COPY_UNITS = 256
VERSIONS = 1000  # no paper has as many


@dataclass(frozen=True, slots=True)
class Action:
    """A press that the bot handles: a verb and what it is about, integers only."""

    verb: str
    first: int = 0
    second: int = 0


@dataclass(frozen=True, slots=True)
class Elsewhere(Action):
    """A press in a private chat that acts on a group or channel."""

    chat: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A press that opens an address."""

    url: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A press that copies a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    does: Action | Link | Copy


Keyboard = tuple[tuple[Button, ...], ...]


def under_table(digest: Digest, first: int, last: int, look: Look) -> Keyboard:
    """A number for each row; then the way to the rest, the settings and a way out.

    The settings stand once, under the last of the shown entries.

    Actions: ``entry`` (digest, position), ``rest`` (digest, first position that follows),
    ``settings`` and ``stop`` (subscription).
    """
    rows: list[tuple[Button, ...]] = []
    if digest.number and first:
        numbers = [
            Button(str(position), Action("entry", digest.number, position))
            for position in range(first, last + 1)
        ]
        rows = [tuple(numbers[start : start + ROW]) for start in range(0, len(numbers), ROW)]
    return (*rows, *_ending(digest, first, last, look.language))


def _ending(digest: Digest, first: int, last: int, language: str) -> Keyboard:
    shown, numbered = len(digest.entries), digest.numbered
    if last < shown:
        return ()
    rows: list[tuple[Button, ...]] = []
    if last < numbered and digest.number:
        label = say(language, "digest-button-rest", count=numbered - last)
        rows.append((Button(label, Action("rest", digest.number, last + 1)),))
    if digest.subscription and first <= shown:
        rows.append(
            (
                Button(
                    say(language, "digest-button-settings"),
                    Action("settings", digest.subscription),
                ),
                Button(say(language, "digest-button-stop"), Action("stop", digest.subscription)),
            )
        )
    return tuple(rows)


def under_entry(digest: Digest, at: int, look: Look, *, saved: bool = False) -> Keyboard:
    """What a reader may do with a paper: keep it, cite it, see who wrote it, steer by it.

    Actions: ``save``, ``bibtex``, ``authors``, ``less`` and ``more``, each with the
    entry's place. A paper that is not stored has no buttons.
    """
    paper = numbered(digest)[at - 1].paper
    if not paper.key:
        return ()
    place = place_of(digest, at)
    keep = say(look.language, "entry-button-saved" if saved else "entry-button-save")
    first = [Button(keep, Action("save", *place)), _citing(paper, look, place)]
    if len(paper.authors) > NAMED_AUTHORS and not look.authors:
        label = say(look.language, "entry-button-authors", count=len(paper.authors))
        first.append(Button(label, Action("authors", *place)))
    steering = tuple(
        Button(say(look.language, f"entry-button-{verb}"), Action(verb, *place))
        for verb in ("less", "more")
    )
    return (tuple(first), steering)


def place_of(digest: Digest, at: int) -> tuple[int, int]:
    """An entry in two integers: digest and position; without a digest 0 and the paper."""
    if digest.number:
        return digest.number, at
    return 0, paper_place(numbered(digest)[at - 1].paper)


def paper_place(paper: Paper) -> int:
    """A paper and its version in one integer; ``paper_at`` is the inverse."""
    return paper.key * VERSIONS + min(paper.version, VERSIONS - 1)


def paper_at(place: int) -> tuple[int, int]:
    """The key and the version of the paper that an integer stands for."""
    return divmod(place, VERSIONS)


def _citing(paper: Paper, look: Look, place: tuple[int, int]) -> Button:
    """Copies the citation where Telegram takes one of its length, else asks for it."""
    label, text = say(look.language, "entry-button-bibtex"), bibtex(paper)
    return Button(label, Copy(text) if units(text) <= COPY_UNITS else Action("bibtex", *place))
