"""Which buttons stand under a message? Labels and what a press does, not how it is encoded."""

from __future__ import annotations

from dataclasses import dataclass

from bot.render.fit import units
from bot.render.look import Look
from bot.texts import say
from storage.model import Digest, Entry

ROW = 6  # numbers in a row; a phone shows them without cutting
COPY_UNITS = 256


@dataclass(frozen=True, slots=True)
class Action:
    """A press that the bot handles: a verb and what it is about, integers only."""

    verb: str
    first: int = 0
    second: int = 0


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
    shown, matched = len(digest.entries), len(digest.entries) + len(digest.rest)
    if last < shown:
        return ()
    rows: list[tuple[Button, ...]] = []
    if last < matched and digest.number:
        label = say(language, "digest-button-rest", count=matched - last)
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


def under_entry(entry: Entry, look: Look) -> Keyboard:
    """The paper's id to copy; where to read on stands in the text."""
    scheme, _, number = entry.paper.id.partition(":")
    if scheme == "url" or not 0 < units(number) <= COPY_UNITS:
        return ()
    return ((Button(say(look.language, "entry-button-copy"), Copy(number)),),)
