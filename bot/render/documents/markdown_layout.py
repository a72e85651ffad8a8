"""Write and parse the layout of a digest document: a table, then entries of 14 lines, LF only.

Both dialects share it: the reference one (``markdown_reference``) and our own
(``markdown_papergram``). An entry has seven slots, each one line: heading, title, link, TL;DR,
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
    details = "\n".join(_write_entry(number, entry) for number, entry in numbered_slots)
    # Without entries, rows and details are one empty line each, as in the reference.
    return "\n".join(
        [headings.table, *TABLE_HEADER, rows, "", headings.details, "", details, "", ""]
    )


def _write_entry(number: int, entry: EntrySlots) -> str:
    first, *other_fields = entry[1:]
    return "\n\n".join([f"[^{number}]: {first}", *(INDENT + field for field in other_fields)]) + (
        "\n" + INDENT
    )


def parse_document(
    lines: Sequence[str], headings: Headings, render_row: RowRenderer, *, skipped_lines: int
) -> list[EntrySlots]:
    """Return the entries of a document whose first heading follows ``skipped_lines`` lines.

    Raises:
        DocumentError: writing the entries again would not give exactly these lines.
    """
    expected_lines = [headings.table, *TABLE_HEADER]
    for offset, expected in enumerate(expected_lines):
        if offset >= len(lines) or lines[offset] != expected:
            raise DocumentError(skipped_lines + offset + 1, "digest-document-heading")
    count = _count_rows(lines, len(expected_lines))
    start = _details_start(lines, len(expected_lines), count, headings, skipped_lines)
    _reject_first_day_format(lines, start, count, skipped_lines)
    entries = [_read_entry(lines, start, number, skipped_lines) for number in range(1, count + 1)]
    _check_round_trip(
        lines, write_document(headings, entries, render_row).split("\n"), skipped_lines
    )
    return entries


def _count_rows(lines: Sequence[str], start: int) -> int:
    count = 0
    while start + count < len(lines) and lines[start + count].startswith(f"| [^{count + 1}] | "):
        count += 1
    return count


def _details_start(
    lines: Sequence[str], rows: int, count: int, headings: Headings, skipped_lines: int
) -> int:
    start = rows + max(count, 1)
    for offset, expected in enumerate(("", headings.details, "")):
        if start + offset >= len(lines) or lines[start + offset] != expected:
            raise DocumentError(skipped_lines + start + offset + 1, "digest-document-row")
    return start + 3


def _reject_first_day_format(
    lines: Sequence[str], start: int, count: int, skipped_lines: int
) -> None:
    if count and len(lines) == start + _FIRST_DAY_ENTRY_LINES * count + 2:
        raise DocumentError(skipped_lines + start + 1, "digest-document-first-day")


def _read_entry(lines: Sequence[str], start: int, number: int, skipped_lines: int) -> EntrySlots:
    """Return the slots of an entry.

    Raises:
        DocumentError: a line lacks its prefix.
    """
    first = start + (number - 1) * ENTRY_LINES
    fields = []
    for slot in range(SLOT_COUNT):
        line_index = first + 2 * slot
        prefix = INDENT if slot else f"[^{number}]: "
        if line_index >= len(lines) or not lines[line_index].startswith(prefix):
            raise DocumentError(skipped_lines + line_index + 1, "digest-document-entry")
        fields.append(lines[line_index][len(prefix) :])
    return make_slots(fields, skipped_lines + first + 1)


def _check_round_trip(lines: Sequence[str], rewritten: Sequence[str], skipped_lines: int) -> None:
    for offset in range(max(len(lines), len(rewritten))):
        if lines[offset : offset + 1] != rewritten[offset : offset + 1]:
            is_row = offset < len(lines) and lines[offset].startswith("| [^")
            key = "digest-document-row" if is_row else "digest-document-entry"
            raise DocumentError(skipped_lines + offset + 1, key)
