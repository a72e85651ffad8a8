"""Render an entry of a digest as rich blocks, in a message of its own or below the table."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render import digest_heading
from bot.render.display_options import DisplayOptions
from bot.render.entry_content import LINE_UNITS, EntryContent, TableRow, entry_content
from bot.render.highlight import Span, highlight
from bot.render.size_limits import (
    RICH_SOFT_UNITS,
    rich_units,
    share_room,
    shorten,
    utf16_length,
)
from bot.render.telegram.rich_blocks import (
    JSON,
    Block,
    RichText,
    anchor,
    anchor_link,
    bold,
    details,
    heading,
    italic,
    paragraph,
    url,
)
from bot.texts import say
from storage.records.chats import MessageForm
from storage.records.digests import Digest

TITLE_UNITS, TLDR_UNITS = 300, 500
MARGIN = 120  # units left for "You may have received this already", in any language


def linked_title(content: TableRow | EntryContent) -> RichText:
    """Return the title, linked to the paper's page."""
    return url(shorten(content.title, TITLE_UNITS), content.link)


def anchor_name(position: int) -> str:
    """Return the anchor of an entry inside its message."""
    return f"p{position}"


def entry_details(digest: Digest, position: int, options: DisplayOptions) -> Block:
    """Return the entry as a block that unfolds below the table."""
    content = entry_content(
        digest_heading.numbered_entries(digest)[position - 1], position, options
    )
    lengths = [utf16_length(section.abstract) for section in content.sections]
    summary: list[JSON] = [bold(f"[{position}] "), shorten(content.title, TITLE_UNITS)]
    back_link = paragraph(anchor_link(say(options.language, "digest-to-table"), ""))
    return details(
        summary,
        [anchor(anchor_name(position)), *_entry_body(content, options, lengths), back_link],
    )


def entry_blocks(
    digest: Digest,
    position: int,
    options: DisplayOptions,
    *,
    repeat: bool = False,
    head: Sequence[Block] = (),
    foot: Sequence[Block] = (),
) -> tuple[Block, ...]:
    """Return one entry, its abstracts shortened where clients would collapse the message.

    A ``head`` above the title and a ``foot`` are those of a digest with this entry alone.
    """
    shown_number = 0 if head or digest_heading.is_single_paper(digest) else position
    content = entry_content(
        digest_heading.numbered_entries(digest)[position - 1], shown_number, options
    )
    title = linked_title(content)
    top_blocks: list[Block] = [
        *head,
        heading([f"[{position}] ", title] if shown_number else title, 4),
    ]
    if repeat:
        top_blocks.append(paragraph(italic(say(options.language, "digest-repeat"))))
    shortened_note = paragraph(italic(say(options.language, "entry-shortened")))
    abstract_rooms, is_complete = _abstract_rooms(
        content, options, [*top_blocks, shortened_note, *foot]
    )
    if is_complete:
        return (*top_blocks, *_entry_body(content, options, abstract_rooms), *foot)
    content = content.with_separate_tldrs()
    abstract_rooms, _ = _abstract_rooms(content, options, [*top_blocks, shortened_note, *foot])
    return (*top_blocks, *_entry_body(content, options, abstract_rooms), shortened_note, *foot)


def _abstract_rooms(
    content: EntryContent, options: DisplayOptions, frame_blocks: list[Block]
) -> tuple[list[int], bool]:
    """Return the room for each abstract within the frame, and whether all of them fit."""
    frame_units = rich_units([*frame_blocks, *_entry_body(content, options, [])])
    lengths = [utf16_length(section.abstract) for section in content.sections]
    rooms = share_room(lengths, RICH_SOFT_UNITS - MARGIN - frame_units)
    return rooms, rooms == lengths


def _entry_body(content: EntryContent, options: DisplayOptions, rooms: list[int]) -> list[Block]:
    """Return an entry below its title; without ``rooms``, all but the abstracts."""
    lines: list[RichText] = [content.byline, shorten(" · ".join(content.labels), LINE_UNITS)]
    if options.form is MessageForm.TWO_COLUMNS:
        lines.append(content.publication)
    for section_index, section in enumerate(content.sections):
        if not section.is_translated:
            lines.append(italic(say(options.language, "entry-untranslated")))
        lines.append(bold(shorten(section.title, TITLE_UNITS)) if section.title else "")
        if not section.tldr_span:
            lines.append(_highlighted_text(shorten(section.tldr, TLDR_UNITS), content))
        if rooms:
            abstract = shorten(section.abstract, rooms[section_index])
            lines.append(_highlighted_text(abstract, content, section.tldr_span))
    if content.matched_text:
        text_before, matched_text, text_after = content.match_reason.partition(content.matched_text)
        if matched_text:
            lines.append([part for part in (text_before, bold(matched_text), text_after) if part])
    lines.append(content.topics_text)
    page_links: list[JSON] = []
    for label, page_url in content.links:
        page_links += [" · "] if page_links else []
        page_links.append(url(label, page_url))
    lines.append(page_links)
    return [paragraph(line) for line in lines if line]


def _highlighted_text(text: str, content: EntryContent, sentence: Span | None = None) -> RichText:
    """Return a text with the topic's words and the table's sentence in bold."""
    highlighted_pieces = highlight(text, content.matched_words, sentence)
    if not any(is_marked for _, is_marked in highlighted_pieces):
        return text
    return [bold(part) if is_marked else part for part, is_marked in highlighted_pieces]
