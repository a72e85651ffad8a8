"""Split a digest into parts, and render each part as one message.

An outbox message stores integers only, so that a part is identified by its number and its entry
range: numbers from 1 are pieces of the summary table, ``FIRST_ENTRY_PART`` + position is one entry.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.render import digest_heading
from bot.render.display_options import DisplayOptions
from bot.render.telegram import digest_table, html_message, keyboard, rich_entry
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.rich_blocks import Block
from storage.records.chats import MessageForm
from storage.records.digests import Digest

FIRST_ENTRY_PART = 1000  # higher numbers are entries; no table has a thousand pieces
LEFT_OUT_PAGE_ROWS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A message of a digest: a run of table rows, or one entry; positions from 1, inclusive.

    The positions of left-out entries follow those of the shown ones.
    """

    number: int
    first_entry: int
    last_entry: int

    @property
    def is_entry(self) -> bool:
        return self.number > FIRST_ENTRY_PART


@dataclass(frozen=True, slots=True)
class Message:
    """A message to send: HTML in the classic form, blocks in the others, and buttons.

    ``text`` is sent without markup, in place of HTML that Telegram could not parse.

    Rich blocks must be sent with ``skip_entity_detection``, classic text without a link preview.
    """

    form: MessageForm
    html: str = ""
    text: str = ""
    blocks: tuple[Block, ...] = ()
    buttons: Keyboard = ()
    silent: bool = False


def digest_parts(
    digest: Digest,
    options: DisplayOptions,
    *,
    with_entries: bool = False,
    first: int = 1,
    last: int = 0,
) -> tuple[Part, ...]:
    """Return the parts of a digest: usually one, and with ``with_entries`` one more for each entry.

    A digest that is shown as its one paper is always one part.

    ``first`` and ``last`` select a range of positions instead of the shown entries: the parts of a
    rich message that was refused, or a page of left-out entries.
    """
    last = min(last or len(digest.entries), len(digest_heading.numbered_entries(digest)))
    if not 1 <= first <= last:
        return (Part(1, 0, 0),)
    renderer = digest_table if options.form.is_rich else html_message
    page_ranges = renderer.page_ranges(digest, options, first, last)
    tables = tuple(
        Part(number, run_first, run_last)
        for number, (run_first, run_last) in enumerate(page_ranges, start=1)
    )
    if digest_heading.is_shown_as_paper(digest, options):
        return tables
    return tables + (
        tuple(entry_part(position) for position in range(first, last + 1)) if with_entries else ()
    )


def entry_part(position: int) -> Part:
    """Return the part of the entry at ``position``."""
    return Part(FIRST_ENTRY_PART + position, position, position)


def left_out_parts(digest: Digest, options: DisplayOptions, first: int) -> tuple[Part, ...]:
    """Return the next page of left-out entries, from position ``first``: at most one message."""
    return digest_parts(digest, options, first=first, last=first + LEFT_OUT_PAGE_ROWS - 1)[:1]


def part_of_position(digest: Digest, options: DisplayOptions, position: int) -> Part:
    """Return the piece of the table, or the page of left-out entries, that holds a position."""
    shown_count = len(digest.entries)
    if position <= shown_count:
        return next(part for part in digest_parts(digest, options) if part.last_entry >= position)
    [page] = left_out_parts(digest, options, shown_count + 1)
    while page.last_entry < position:
        [page] = left_out_parts(digest, options, page.last_entry + 1)
    return page


def render_part(
    digest: Digest,
    part: Part,
    options: DisplayOptions,
    *,
    repeat: bool = False,
    silent: bool = False,
) -> Message:
    """Return a part as it is sent; ``repeat`` marks it as a possible repeat."""
    first_entry, last_entry = part.first_entry, part.last_entry
    if part.is_entry:
        buttons = keyboard.entry_keyboard(digest, first_entry, options)
    else:
        buttons = keyboard.table_keyboard(digest, first_entry, last_entry, options)
    if options.form.is_rich:
        blocks = (
            rich_entry.entry_blocks(digest, first_entry, options, repeat=repeat)
            if part.is_entry
            else digest_table.table_blocks(digest, options, first_entry, last_entry, repeat=repeat)
        )
        return Message(options.form, blocks=blocks, buttons=buttons, silent=silent)
    html = (
        html_message.entry_html(digest, first_entry, options, repeat=repeat)
        if part.is_entry
        else html_message.table_html(digest, options, first_entry, last_entry, repeat=repeat)
    )
    return Message(options.form, html=html, buttons=buttons, silent=silent)
