"""Lay out a digest as rich messages: a heading, the table, and entries that unfold below it."""

from __future__ import annotations

from dataclasses import replace

from bot.render import digest_heading
from bot.render.display_options import DisplayOptions
from bot.render.entry_content import table_row
from bot.render.size_limits import (
    RICH_SOFT_UNITS,
    fits_in_one_run,
    fits_rich_message,
    rich_units,
    shorten,
    split_into_runs,
)
from bot.render.telegram.rich_blocks import (
    Block,
    RichText,
    anchor_link,
    bold,
    cell,
    footer,
    heading,
    italic,
    paragraph,
    table,
    url,
)
from bot.render.telegram.rich_entry import (
    MARGIN,
    TLDR_UNITS,
    anchor_name,
    entry_blocks,
    entry_details,
    linked_title,
)
from bot.texts import say
from storage.records.chats import MessageForm
from storage.records.digests import Digest

MAX_ROWS = 24


def page_ranges(
    digest: Digest, options: DisplayOptions, first: int, last: int
) -> list[tuple[int, int]]:
    """Return the rows ``first`` to ``last`` cut into messages, between entries."""
    available_units = RICH_SOFT_UNITS - MARGIN
    row_sizes = [
        rich_units([table([_row_cells(digest, position, options, with_details=False)])])
        for position in range(first, last + 1)
    ]
    if fits_in_one_run(row_sizes, available_units, MAX_ROWS):
        return [(first, last)]
    available_units -= rich_units(_with_frame(digest, options, first, last, []))
    return [
        (first + run_first - 1, first + run_last - 1)
        for run_first, run_last in split_into_runs(row_sizes, available_units, MAX_ROWS)
    ]


def table_blocks(
    digest: Digest, options: DisplayOptions, first: int, last: int, *, repeat: bool = False
) -> tuple[Block, ...]:
    """Return the table of the entries, with their details if all of these fit the message.

    In two columns a digest of one paper is that paper.
    """
    if digest_heading.is_shown_as_paper(digest, options):
        *head, foot = _with_frame(digest, options, first, last, [])
        return entry_blocks(digest, 1, options, repeat=repeat, head=head, foot=[foot])
    detailed_blocks = _message_blocks(digest, options, first, last, with_details=True)
    if first and fits_rich_message(detailed_blocks, RICH_SOFT_UNITS - MARGIN):
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
    body_blocks: list[Block] = []
    if positions:
        rows = [
            _row_cells(digest, position, options, with_details=with_details)
            for position in positions
        ]
        if options.form is MessageForm.THREE_COLUMNS:
            header_cells = [
                cell(say(options.language, f"digest-column-{name}"), is_header=True)
                for name in ("ref", "title", "summary")
            ]
            rows.insert(0, header_cells)
        body_blocks.append(table(rows))
    if with_details:
        body_blocks += [entry_details(digest, position, options) for position in positions]
    return _with_frame(digest, options, first, last, body_blocks)


def _with_frame(
    digest: Digest, options: DisplayOptions, first: int, last: int, body: list[Block]
) -> list[Block]:
    # The entry itself says that it is not translated.
    is_paper = digest_heading.is_shown_as_paper(digest, options)
    untranslated_note = (
        "" if is_paper else digest_heading.untranslated_text(digest, first, last, options)
    )
    notes = [paragraph(italic(untranslated_note))] if untranslated_note else []
    if options.form is MessageForm.TWO_COLUMNS:
        brief_heading = digest_heading.brief_heading_text(digest, first, last, options)
        facts = digest_heading.facts_text(digest, options)
        return [heading(brief_heading, 3), *body, *notes, footer(facts)]
    return [
        heading(digest_heading.heading_text(digest, options), 3),
        paragraph(digest_heading.counts_text(digest, first, last, options)),
        *body,
        *notes,
        footer(digest_heading.footer_text(digest, options)),
    ]


def _row_cells(
    digest: Digest, position: int, options: DisplayOptions, *, with_details: bool
) -> list[Block]:
    row_content = table_row(
        digest_heading.numbered_entries(digest)[position - 1], position, options.languages[0]
    )
    bracketed_number = (
        f"[{position}]" if options.form is MessageForm.THREE_COLUMNS else str(position)
    )
    reference_cell: RichText = bracketed_number
    if with_details:
        reference_cell = anchor_link(bracketed_number, anchor_name(position))
    elif options.entry_link:
        reference_cell = url(bracketed_number, options.entry_link(position))
    sentence = shorten(row_content.tldr, TLDR_UNITS)
    if options.form is MessageForm.THREE_COLUMNS:
        return [cell(reference_cell), cell(linked_title(row_content)), cell(sentence or "–")]
    if row_content.translated_title:
        row_content = replace(row_content, title=row_content.translated_title)
    texts: list[RichText] = [bold(linked_title(row_content))]
    if row_content.short_byline:
        texts += ["\n", italic(row_content.short_byline)]
    if sentence:
        texts += [" · " if row_content.short_byline else "\n", sentence]
    return [cell(reference_cell), cell(texts)]
