"""Render a digest as rich messages: a heading, a table, and entries as details."""

from __future__ import annotations

from bot.render import digest_heading
from bot.render.display_options import DisplayOptions
from bot.render.entry_content import LINE_UNITS, EntryContent, TableRow, entry_content, table_row
from bot.render.highlight import Span, highlight
from bot.render.size_limits import (
    RICH_SOFT_UNITS,
    fits_in_one_run,
    fits_rich_message,
    rich_units,
    share_room,
    shorten,
    split_into_runs,
    utf16_length,
)
from bot.render.telegram.rich_blocks import (
    JSON,
    Block,
    RichText,
    anchor,
    anchor_link,
    bold,
    cell,
    details,
    footer,
    heading,
    italic,
    paragraph,
    table,
    url,
)
from bot.texts import say
from storage.records.digests import Digest

MAX_ROWS = 24
TITLE_UNITS, TLDR_UNITS = 300, 500
_MARGIN = 60  # the counts of a part may be longer than those measured


def page_ranges(
    digest: Digest, options: DisplayOptions, first: int, last: int
) -> list[tuple[int, int]]:
    """Return the rows ``first`` to ``last`` cut into messages, between entries."""
    room = RICH_SOFT_UNITS - _MARGIN
    sizes = [
        rich_units([table([_row_cells(digest, position, options, with_details=False)])])
        for position in range(first, last + 1)
    ]
    if fits_in_one_run(sizes, room, MAX_ROWS):
        return [(first, last)]
    room -= rich_units(_with_frame(digest, options, first, last, []))
    return [
        (first + run_first - 1, first + run_last - 1)
        for run_first, run_last in split_into_runs(sizes, room, MAX_ROWS)
    ]


def table_blocks(
    digest: Digest, options: DisplayOptions, first: int, last: int, *, repeat: bool = False
) -> tuple[Block, ...]:
    """Return the table of the entries, with their details if all of these fit the message."""
    detailed_blocks = _message_blocks(digest, options, first, last, with_details=True)
    if first and fits_rich_message(detailed_blocks, RICH_SOFT_UNITS - _MARGIN):
        blocks = detailed_blocks
    else:
        blocks = _message_blocks(digest, options, first, last, with_details=False)
    if repeat:
        blocks.insert(1, paragraph(italic(say(options.language, "digest-repeat"))))
    return tuple(blocks)


def _message_blocks(
    digest: Digest, options: DisplayOptions, first: int, last: int, *, with_details: bool
) -> list[Block]:
    positions = range(first, last + 1) if first else range(0)
    body: list[Block] = []
    if positions:
        rows = [
            _row_cells(digest, position, options, with_details=with_details)
            for position in positions
        ]
        body.append(table([_header_cells(options.language), *rows]))
    if with_details:
        body += [_entry_details(digest, position, options) for position in positions]
    return _with_frame(digest, options, first, last, body)


def _with_frame(
    digest: Digest, options: DisplayOptions, first: int, last: int, body: list[Block]
) -> list[Block]:
    note = digest_heading.untranslated_text(digest, first, last, options)
    return [
        heading(digest_heading.heading_text(digest, options), 3),
        paragraph(digest_heading.counts_text(digest, first, last, options)),
        *body,
        *([paragraph(italic(note))] if note else []),
        footer(digest_heading.footer_text(digest, options)),
    ]


def _header_cells(language: str) -> list[Block]:
    columns = ("ref", "title", "summary")
    return [cell(say(language, f"digest-column-{name}"), is_header=True) for name in columns]


def _row_cells(
    digest: Digest, position: int, options: DisplayOptions, *, with_details: bool
) -> list[Block]:
    row_content = table_row(
        digest_heading.numbered_entries(digest)[position - 1], position, options.languages[0]
    )
    number = f"[{position}]"
    ref: RichText = number
    if with_details:
        ref = anchor_link(number, _anchor_name(position))
    elif options.entry_link:
        ref = url(number, options.entry_link(position))
    return [
        cell(ref),
        cell(_linked_title(row_content)),
        cell(shorten(row_content.tldr, TLDR_UNITS) or "–"),
    ]


def _linked_title(content: TableRow | EntryContent) -> RichText:
    return url(shorten(content.title, TITLE_UNITS), content.link)


def _anchor_name(position: int) -> str:
    return f"p{position}"


def _entry_details(digest: Digest, position: int, options: DisplayOptions) -> Block:
    content = entry_content(
        digest_heading.numbered_entries(digest)[position - 1], position, options
    )
    lengths = [utf16_length(section.abstract) for section in content.sections]
    summary: list[JSON] = [bold(f"[{position}] "), shorten(content.title, TITLE_UNITS)]
    back_link = paragraph(anchor_link(say(options.language, "digest-to-table"), ""))
    return details(
        summary,
        [anchor(_anchor_name(position)), *_entry_body(content, options, lengths), back_link],
    )


def entry_blocks(
    digest: Digest, position: int, options: DisplayOptions, *, repeat: bool = False
) -> tuple[Block, ...]:
    """Return one entry, its abstracts shortened where clients would collapse the message."""
    number = 0 if digest_heading.is_single_paper(digest) else position
    content = entry_content(digest_heading.numbered_entries(digest)[position - 1], number, options)
    title = _linked_title(content)
    top_blocks: list[Block] = [heading([f"[{position}] ", title] if number else title, 4)]
    if repeat:
        top_blocks.append(paragraph(italic(say(options.language, "digest-repeat"))))
    shortened_note = paragraph(italic(say(options.language, "entry-shortened")))
    rooms, is_complete = _abstract_rooms(content, options, [*top_blocks, shortened_note])
    if is_complete:
        return (*top_blocks, *_entry_body(content, options, rooms))
    content = content.with_separate_tldrs()
    rooms, _ = _abstract_rooms(content, options, [*top_blocks, shortened_note])
    return (*top_blocks, *_entry_body(content, options, rooms), shortened_note)


def _abstract_rooms(
    content: EntryContent, options: DisplayOptions, frame_blocks: list[Block]
) -> tuple[list[int], bool]:
    """Return the room for each abstract within the frame, and whether all of them fit."""
    frame_units = rich_units([*frame_blocks, *_entry_body(content, options, [])])
    lengths = [utf16_length(section.abstract) for section in content.sections]
    rooms = share_room(lengths, RICH_SOFT_UNITS - _MARGIN - frame_units)
    return rooms, rooms == lengths


def _entry_body(content: EntryContent, options: DisplayOptions, rooms: list[int]) -> list[Block]:
    """Return an entry below its title; without ``rooms``, all but the abstracts."""
    lines: list[RichText] = [content.byline, shorten(" · ".join(content.labels), LINE_UNITS)]
    for number, section in enumerate(content.sections):
        if not section.is_translated:
            lines.append(italic(say(options.language, "entry-untranslated")))
        lines.append(bold(shorten(section.title, TITLE_UNITS)) if section.title else "")
        if not section.tldr_span:
            lines.append(_highlighted(shorten(section.tldr, TLDR_UNITS), content))
        if rooms:
            abstract = shorten(section.abstract, rooms[number])
            lines.append(_highlighted(abstract, content, section.tldr_span))
    lines += [_match_reason(content), content.topics_text, _page_links(content)]
    return [paragraph(line) for line in lines if line]


def _highlighted(text: str, content: EntryContent, sentence: Span | None = None) -> RichText:
    """Return a text with the topic's words and the table's sentence in bold."""
    parts = highlight(text, content.matched_words, sentence)
    if not any(is_marked for _, is_marked in parts):
        return text
    return [bold(part) if is_marked else part for part, is_marked in parts]


def _match_reason(content: EntryContent) -> RichText:
    text_before, matched, text_after = (
        content.match_reason.partition(content.matched_text)
        if content.matched_text
        else ("", "", "")
    )
    return [part for part in (text_before, bold(matched), text_after) if part] if matched else ""


def _page_links(content: EntryContent) -> list[JSON]:
    """Return the links to the paper's pages, in one line."""
    line: list[JSON] = []
    for label, page_url in content.links:
        line += [" · "] if line else []
        line.append(url(label, page_url))
    return line
