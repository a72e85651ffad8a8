"""What shape does a digest document have? A table, then entries of 14 lines, LF only.

Both dialects share it: the reference one (``markdown_seed``) and our own (``markdown_own``).
An entry has seven slots, each one line: heading, title, link, sentence, English sentence,
abstract, English abstract. Lines are split at LF alone; other line ends occur inside fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.texts import Refusal

TABLE = ("", "| Ref | Title | Summary |", "| --- | --- | --- |")
INDENT = "    "
SLOTS = 7
ENTRY_LINES = 14
_FIRST_DAY_LINES = 10


class DocumentError(Refusal):
    """A text is no digest document; ``line`` (from 1) is where it stops being one."""

    def __init__(self, line: int, key: str, **values: str | int) -> None:
        super().__init__(key, line=line, **values)
        self.line = line


class Headings(NamedTuple):
    """The two headings of a document."""

    table: str
    details: str


class Slots(NamedTuple):
    """The seven lines of an entry and the number of its first line in the document."""

    line: int
    heading: str
    title: str
    link: str
    gist: str
    gist_en: str
    abstract: str
    abstract_en: str


RowOf = Callable[[int, Slots], str]


def slots(fields: Sequence[str], line: int = 0) -> Slots:
    """Seven fields as an entry."""
    heading, title, link, gist, gist_en, abstract, abstract_en = fields
    return Slots(line, heading, title, link, gist, gist_en, abstract, abstract_en)


def write(headings: Headings, entries: Sequence[Slots], row_of: RowOf) -> str:
    """The document of these entries; the rows of its table follow from them."""
    numbered = list(enumerate(entries, start=1))
    rows = "\n".join(row_of(number, entry) for number, entry in numbered)
    details = "\n".join(_entry(number, entry) for number, entry in numbered)
    # Without entries both blocks are still one empty line each, as in the reference.
    return "\n".join([headings.table, *TABLE, rows, "", headings.details, "", details, "", ""])


def _entry(number: int, entry: Slots) -> str:
    first, *others = entry[1:]
    return "\n\n".join([f"[^{number}]: {first}", *(INDENT + field for field in others)]) + (
        "\n" + INDENT
    )


def read(lines: Sequence[str], headings: Headings, row_of: RowOf, *, skipped: int) -> list[Slots]:
    """The entries of a document; ``skipped`` lines stood before its first heading.

    Raises:
        DocumentError: writing the entries again would not give exactly these lines.
    """
    top = [headings.table, *TABLE]
    for offset, expected in enumerate(top):
        if offset >= len(lines) or lines[offset] != expected:
            raise DocumentError(skipped + offset + 1, "digest-document-heading")
    count = _rows(lines, len(top))
    start = _details_start(lines, len(top), count, headings, skipped)
    _refuse_first_day(lines, start, count, skipped)
    entries = [_read_entry(lines, start, number, skipped) for number in range(1, count + 1)]
    _check_same(lines, write(headings, entries, row_of).split("\n"), skipped)
    return entries


def _rows(lines: Sequence[str], start: int) -> int:
    count = 0
    while start + count < len(lines) and lines[start + count].startswith(f"| [^{count + 1}] | "):
        count += 1
    return count


def _details_start(
    lines: Sequence[str], rows: int, count: int, headings: Headings, skipped: int
) -> int:
    start = rows + max(count, 1)
    for offset, expected in enumerate(("", headings.details, "")):
        if start + offset >= len(lines) or lines[start + offset] != expected:
            raise DocumentError(skipped + start + offset + 1, "digest-document-row")
    return start + 3


def _refuse_first_day(lines: Sequence[str], start: int, count: int, skipped: int) -> None:
    if count and len(lines) == start + _FIRST_DAY_LINES * count + 2:
        raise DocumentError(skipped + start + 1, "digest-document-first-day")


def _read_entry(lines: Sequence[str], start: int, number: int, skipped: int) -> Slots:
    """The fields of an entry; what is not in its place is a DocumentError."""
    first = start + (number - 1) * ENTRY_LINES
    fields = []
    for slot in range(SLOTS):
        at = first + 2 * slot
        lead = INDENT if slot else f"[^{number}]: "
        if at >= len(lines) or not lines[at].startswith(lead):
            raise DocumentError(skipped + at + 1, "digest-document-entry")
        fields.append(lines[at][len(lead) :])
    return slots(fields, skipped + first + 1)


def _check_same(lines: Sequence[str], again: Sequence[str], skipped: int) -> None:
    for offset in range(max(len(lines), len(again))):
        if lines[offset : offset + 1] != again[offset : offset + 1]:
            is_row = offset < len(lines) and lines[offset].startswith("| [^")
            key = "digest-document-row" if is_row else "digest-document-entry"
            raise DocumentError(skipped + offset + 1, key)
