"""Write and parse the layout of a digest document: a table, then entries of 14 lines, LF only.

Both dialects share it: the reference one (``reference_dialect``) and our own
(``papergram_dialect``). An entry has seven slots, each one line: heading, title, link, TL;DR,
English TL;DR, abstract, English abstract. Lines are split at LF alone; other line ends occur inside
fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.texts import Refusal

TABLE_HEADER = ("", "| Ref | Title | Summary |", "| --- | --- | --- |")
INDENT = "    "
SLOT_COUNT = 7
ENTRY_LINES = 14
_FIRST_DAY_ENTRY_LINES = 10


class DocumentError(Refusal):
    """A text is no digest document; ``line`` (from 1) is where it stops being one."""

    def __init__(self, line: int, key: str, **values: str | int) -> None:
        super().__init__(key, line=line, **values)
        self.line = line


class Headings(NamedTuple):
    """The two headings of a document."""

    table: str
    details: str


class EntrySlots(NamedTuple):
    """The seven lines of an entry, and the number of its first line in the document."""

    line: int
    heading: str
    title: str
    link: str
    tldr: str
    tldr_en: str
    abstract: str
    abstract_en: str


RowRenderer = Callable[[int, EntrySlots], str]


def make_slots(fields: Sequence[str], line: int = 0) -> EntrySlots:
    """Return seven fields as the slots of an entry."""
    heading, title, link, tldr, tldr_en, abstract, abstract_en = fields
    return EntrySlots(line, heading, title, link, tldr, tldr_en, abstract, abstract_en)


def write_document(
    headings: Headings, entries: Sequence[EntrySlots], render_row: RowRenderer
) -> str:
    """Return the document of these entries; ``render_row`` makes the rows of its table."""
    numbered_slots = list(enumerate(entries, start=1))
    rows = "\n".join(render_row(number, entry) for number, entry in numbered_slots)
    details_text = "\n".join(
        "\n\n".join([f"[^{number}]: {entry.heading}", *(INDENT + slot for slot in entry[2:])])
        + f"\n{INDENT}"
        for number, entry in numbered_slots
    )
    # Without entries, rows and details are one empty line each, as in the reference.
    return "\n".join(
        [headings.table, *TABLE_HEADER, rows, "", headings.details, "", details_text, "", ""]
    )


def parse_document(
    lines: list[str], headings: Headings, render_row: RowRenderer, *, skipped_lines: int
) -> list[EntrySlots]:
    """Return the entries of a document whose first heading follows ``skipped_lines`` lines.

    Raises:
        DocumentError: writing the entries again would not give exactly these lines.
    """
    rows_start = len(TABLE_HEADER) + 1
    for line_index, expected_line in enumerate((headings.table, *TABLE_HEADER)):
        if lines[line_index : line_index + 1] != [expected_line]:
            raise DocumentError(skipped_lines + line_index + 1, "digest-document-heading")
    entry_count = 0
    for line in lines[rows_start:]:
        if not line.startswith(f"| [^{entry_count + 1}] | "):
            break
        entry_count += 1
    details_start = rows_start + max(entry_count, 1)
    for line_index, expected_line in enumerate(("", headings.details, ""), start=details_start):
        if lines[line_index : line_index + 1] != [expected_line]:
            raise DocumentError(skipped_lines + line_index + 1, "digest-document-row")
    entries_start = details_start + 3
    if entry_count and len(lines) == entries_start + _FIRST_DAY_ENTRY_LINES * entry_count + 2:
        raise DocumentError(skipped_lines + entries_start + 1, "digest-document-first-day")
    entries = []
    for entry_number in range(1, entry_count + 1):
        entry_start = entries_start + (entry_number - 1) * ENTRY_LINES
        slot_texts = []
        for slot in range(SLOT_COUNT):
            line_index = entry_start + 2 * slot
            line_prefix = INDENT if slot else f"[^{entry_number}]: "
            if line_index >= len(lines) or not lines[line_index].startswith(line_prefix):
                raise DocumentError(skipped_lines + line_index + 1, "digest-document-entry")
            slot_texts.append(lines[line_index].removeprefix(line_prefix))
        entries.append(make_slots(slot_texts, skipped_lines + entry_start + 1))
    rewritten_lines = write_document(headings, entries, render_row).split("\n")
    for line_index in range(max(len(lines), len(rewritten_lines))):
        if lines[line_index : line_index + 1] != rewritten_lines[line_index : line_index + 1]:
            is_row = line_index < len(lines) and lines[line_index].startswith("| [^")
            text_key = "digest-document-row" if is_row else "digest-document-entry"
            raise DocumentError(skipped_lines + line_index + 1, text_key)
    return entries
