"""Build the buttons below a message: labels and actions, not yet encoded as callback data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.render.digest_heading import is_shown_as_paper, numbered_entries
from bot.render.display_options import DisplayOptions
from bot.render.documents.bibtex import bibtex
from bot.render.entry_content import MAX_NAMED_AUTHORS
from bot.render.size_limits import utf16_length
from bot.texts import say
from storage.records.digests import Digest
from storage.records.papers import Paper

NUMBERS_PER_ROW = 6  # as many as a phone shows uncut
COPY_UNITS = 256
VERSION_BASE = 1000  # more versions than any paper has


@dataclass(frozen=True, slots=True)
class Action:
    """A press that the bot handles: a verb and integers that say what it is about."""

    verb: str
    first_argument: int = 0
    second_argument: int = 0


@dataclass(frozen=True, slots=True)
class ManagedChatAction(Action):
    """A press in a private chat that acts on a group or channel."""

    chat: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A press that opens a URL."""

    url: str


@dataclass(frozen=True, slots=True)
class CopyText:
    """A press that copies a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    action: Action | Link | CopyText


Keyboard = tuple[tuple[Button, ...], ...]


def with_check_mark(label: str, is_chosen: bool) -> str:
    """Return a label, marked if it is the current choice."""
    return f"✓ {label}" if is_chosen else label


def button_rows(buttons: Sequence[Button], columns: int) -> Keyboard:
    """Return buttons in rows of at most ``columns``."""
    return tuple(
        tuple(buttons[start : start + columns]) for start in range(0, len(buttons), columns)
    )


def table_keyboard(digest: Digest, first: int, last: int, options: DisplayOptions) -> Keyboard:
    """Return a numbered button for each row, then those for the rest, the settings and stopping.

    The settings appear once, below the last of the shown entries. A digest that is shown as its
    one paper has the paper's buttons instead of numbers.

    Actions: ``entry`` (digest, position), ``rest`` (digest, first position that follows),
    ``settings`` and ``stop`` (subscription).
    """
    rows: list[tuple[Button, ...]] = []
    if is_shown_as_paper(digest, options):
        rows = [*entry_keyboard(digest, 1, options)]
    elif digest.number and first:
        numbers = [
            Button(str(position), Action("entry", digest.number, position))
            for position in range(first, last + 1)
        ]
        rows = [*button_rows(numbers, NUMBERS_PER_ROW)]
    if last < len(digest.entries):
        return tuple(rows)
    left_out_count = digest.numbered_count - last
    if left_out_count > 0 and digest.number:
        label = say(options.language, "digest-button-rest", count=left_out_count)
        rows.append((Button(label, Action("rest", digest.number, last + 1)),))
    if digest.subscription and first <= len(digest.entries):
        settings_label = say(options.language, "digest-button-settings")
        stop_label = say(options.language, "digest-button-stop")
        rows.append(
            (
                Button(settings_label, Action("settings", digest.subscription)),
                Button(stop_label, Action("stop", digest.subscription)),
            )
        )
    return tuple(rows)


def entry_keyboard(
    digest: Digest, position: int, options: DisplayOptions, *, is_saved: bool = False
) -> Keyboard:
    """Return the buttons of a paper: save, cite, all authors, less and more like this.

    Actions: ``save``, ``bibtex``, ``authors``, ``less`` and ``more``, each with the entry's two
    integers. A paper that is not stored has no buttons.
    """
    paper = numbered_entries(digest)[position - 1].paper
    if not paper.key:
        return ()
    callback_integers = entry_callback_integers(digest, position)
    save_label = say(options.language, "entry-button-saved" if is_saved else "entry-button-save")
    citation = bibtex(paper)
    is_copied = utf16_length(citation) <= COPY_UNITS  # otherwise it is requested
    first_row = [
        Button(save_label, Action("save", *callback_integers)),
        Button(
            say(options.language, "entry-button-bibtex"),
            CopyText(citation) if is_copied else Action("bibtex", *callback_integers),
        ),
    ]
    if len(paper.authors) > MAX_NAMED_AUTHORS and not options.all_authors:
        label = say(options.language, "entry-button-authors", count=len(paper.authors))
        first_row.append(Button(label, Action("authors", *callback_integers)))
    feedback_row = tuple(
        Button(say(options.language, f"entry-button-{verb}"), Action(verb, *callback_integers))
        for verb in ("less", "more")
    )
    return (tuple(first_row), feedback_row)


def entry_callback_integers(digest: Digest, position: int) -> tuple[int, int]:
    """Return an entry as two integers: digest and position, or 0 and the paper without a digest."""
    if digest.number:
        return digest.number, position
    return 0, encode_paper_version(numbered_entries(digest)[position - 1].paper)


def encode_paper_version(paper: Paper) -> int:
    """Return a paper and its version as one integer; ``decode_paper_version`` is the inverse."""
    return paper.key * VERSION_BASE + min(paper.version, VERSION_BASE - 1)


def decode_paper_version(encoded: int) -> tuple[int, int]:
    """Return the paper key and the version that an integer stands for."""
    return divmod(encoded, VERSION_BASE)
