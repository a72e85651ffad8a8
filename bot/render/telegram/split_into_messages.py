"""How does a digest become messages? Cut into parts, each part a message of its own.

A parcel carries integers only, so a part is told by its number and its entry range: numbers
from 1 are pieces of the summary table, ``ENTRIES`` + position is one entry alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.render import digest_heading
from bot.render.display_options import Look
from bot.render.telegram import html_message, keyboard, rich_message
from bot.render.telegram.keyboard import Keyboard
from bot.render.telegram.rich_blocks import Block
from storage.records import Digest, Form

ENTRIES = 1000  # part numbers above are entries; no table has a thousand pieces
REST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A message of a digest: a run of table rows, or one entry; positions from 1, inclusive.

    Positions go on after the shown entries into those that were left out.
    """

    number: int
    first: int
    last: int

    @property
    def is_entry(self) -> bool:
        return self.number > ENTRIES


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: HTML in the classic form, blocks in the rich one, and the buttons below.

    ``text`` is sent without any markup, in place of HTML that Telegram could not read.

    Rich blocks are meant to be sent with ``skip_entity_detection``, classic text without a
    link preview.
    """

    form: Form
    html: str = ""
    text: str = ""
    blocks: tuple[Block, ...] = ()
    buttons: Keyboard = ()
    silent: bool = False


def parts(
    digest: Digest, look: Look, *, full: bool = False, first: int = 1, last: int = 0
) -> tuple[Part, ...]:
    """The messages of a digest: normally one, and with ``full`` one more for each entry.

    ``first`` and ``last`` ask for a range of positions instead of the shown entries: the parts
    of a rich message that was refused, or a page of what was left out.
    """
    last = min(last or len(digest.entries), len(digest_heading.numbered(digest)))
    if not 1 <= first <= last:
        return (Part(1, 0, 0),)
    face = rich_message if look.form is Form.RICH else html_message
    cuts = face.pages(digest, look, first, last)
    tables = tuple(Part(number, a, b) for number, (a, b) in enumerate(cuts, start=1))
    return tables + (tuple(entry_part(at) for at in range(first, last + 1)) if full else ())


def entry_part(position: int) -> Part:
    """The part that is the entry at ``position`` alone."""
    return Part(ENTRIES + position, position, position)


def rest_parts(digest: Digest, look: Look, first: int) -> tuple[Part, ...]:
    """The next page of what was left out, from position ``first``: one message."""
    return parts(digest, look, first=first, last=first + REST_ROWS - 1)[:1]


def part_with(digest: Digest, look: Look, position: int) -> Part:
    """The piece of the table, or the page of what was left out, that holds a position."""
    shown = len(digest.entries)
    if position <= shown:
        return next(part for part in parts(digest, look) if part.last >= position)
    [page] = rest_parts(digest, look, shown + 1)
    while page.last < position:
        [page] = rest_parts(digest, look, page.last + 1)
    return page


def message(
    digest: Digest, part: Part, look: Look, *, repeat: bool = False, silent: bool = False
) -> Message:
    """One part as it is sent; ``repeat`` says that it may have arrived before."""
    buttons = _buttons(digest, part, look)
    if look.form is Form.RICH:
        blocks = _rich(digest, part, look, repeat)
        return Message(look.form, blocks=blocks, buttons=buttons, silent=silent)
    html = _classic(digest, part, look, repeat)
    return Message(look.form, html=html, buttons=buttons, silent=silent)


def _rich(digest: Digest, part: Part, look: Look, repeat: bool) -> tuple[Block, ...]:
    if part.is_entry:
        return rich_message.entry(digest, part.first, look, repeat=repeat)
    return rich_message.message(digest, look, part.first, part.last, repeat=repeat)


def _classic(digest: Digest, part: Part, look: Look, repeat: bool) -> str:
    if part.is_entry:
        return html_message.entry(digest, part.first, look, repeat=repeat)
    return html_message.table(digest, look, part.first, part.last, repeat=repeat)


def _buttons(digest: Digest, part: Part, look: Look) -> Keyboard:
    if not part.is_entry:
        return keyboard.under_table(digest, part.first, part.last, look)
    return keyboard.under_entry(digest, part.first, look)
