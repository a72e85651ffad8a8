"""Render a digest as classic messages: HTML of the few tags Telegram supports.

Every function returns HTML that is valid by itself and within the limits of one message.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.render import digest_heading
from bot.render.display_options import DisplayOptions
from bot.render.entry_content import (
    LINE_UNITS,
    EntryContent,
    TableRow,
    entry_content,
    table_row,
)
from bot.render.highlight import Span, highlight
from bot.render.size_limits import (
    CLASSIC_BYTES,
    CLASSIC_UNITS,
    fits_in_one_run,
    share_room,
    shorten,
    split_into_runs,
    utf16_length,
)
from bot.texts import say
from bot.texts.telegram_autolinks import disable_autolinks, disable_autolinks_in_pieces
from storage.records.digests import Digest

MAX_ROWS = 24  # with two entities a row, far below Telegram's 100
TITLE_UNITS, TLDR_UNITS = 300, 500
_TLDR_STEPS = (TLDR_UNITS, 200, 100, 0)
_MARGIN = 40  # line breaks between the pieces


def escape(text: str) -> str:
    """Return ``text`` as HTML; Telegram supports exactly these entities."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def quoted_html(text: str) -> str:
    """Return foreign text as HTML in which clients detect no links, mentions or commands."""
    return escape(disable_autolinks(text))


def sentence_html(text: str) -> str:
    """Return a text of ours as HTML in which clients detect commands, but no links or mentions."""
    return escape(disable_autolinks(text, keep_commands=True))


def code_block(text: str) -> str:
    """Return text that one tap copies; "" if a message cannot hold it whole."""
    html = f"<pre>{escape(text)}</pre>"
    return html if message_weight(html) <= CLASSIC_UNITS else ""


def _tag_html(name: str, text: str) -> str:
    return f"<{name}>{quoted_html(text)}</{name}>" if text.strip() else ""


def link_html(text: str, url: str) -> str:
    """Return text that opens ``url``; without a URL the text alone."""
    return f'<a href="{escape(url)}">{quoted_html(text)}</a>' if url else quoted_html(text)


def page_ranges(
    digest: Digest, options: DisplayOptions, first: int, last: int
) -> list[tuple[int, int]]:
    """Return the rows ``first`` to ``last`` cut into messages, between entries."""
    available_units = CLASSIC_UNITS - _MARGIN
    row_sizes = [
        message_weight(_row_html(digest, position, options)) + 2
        for position in range(first, last + 1)
    ]
    if fits_in_one_run(row_sizes, available_units, MAX_ROWS):
        return [(first, last)]
    header_lines, note_lines = _frame_parts(digest, options, first, last, repeat=True)
    available_units -= message_weight("\n\n".join(["\n".join(header_lines), *note_lines]))
    return [
        (first + run_first - 1, first + run_last - 1)
        for run_first, run_last in split_into_runs(row_sizes, available_units, MAX_ROWS)
    ]


def message_weight(html: str) -> int:
    """Return the units of the visible text, or the scaled bytes of the HTML if that is more."""
    tag_pieces = html.split("<")
    visible_text = tag_pieces[0] + "".join(piece.partition(">")[2] for piece in tag_pieces[1:])
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        visible_text = visible_text.replace(entity, character)
    scaled_bytes = len(html.encode()) * CLASSIC_UNITS // (CLASSIC_BYTES - 1024) + 1
    return max(utf16_length(visible_text), scaled_bytes)


def table_html(
    digest: Digest, options: DisplayOptions, first: int, last: int, *, repeat: bool = False
) -> str:
    """Return the summary list: heading, counts, and a title with its sentence for each row.

    A summary added later may be longer than the one that was measured: then all sentences are
    shortened.
    """
    header_lines, note_lines = _frame_parts(digest, options, first, last, repeat=repeat)
    html_text = ""
    for max_units in _TLDR_STEPS:
        rows = [
            _row_html(digest, position, options, max_units)
            for position in range(max(first, 1), last + 1)
        ]
        html_text = "\n\n".join(["\n".join(header_lines), *rows, *note_lines])
        if message_weight(html_text) <= CLASSIC_UNITS:
            break
    return html_text


def _frame_parts(
    digest: Digest, options: DisplayOptions, first: int, last: int, *, repeat: bool
) -> tuple[list[str], list[str]]:
    header_lines = [_tag_html("i", say(options.language, "digest-repeat"))] if repeat else []
    header_lines.append(_tag_html("b", digest_heading.heading_text(digest, options)))
    header_lines.append(escape(digest_heading.counts_text(digest, first, last, options)))
    untranslated_note = digest_heading.untranslated_text(digest, first, last, options)
    return header_lines, [_tag_html("i", untranslated_note)] if untranslated_note else []


def _row_html(
    digest: Digest, position: int, options: DisplayOptions, max_units: int = TLDR_UNITS
) -> str:
    row_content = table_row(
        digest_heading.numbered_entries(digest)[position - 1], position, options.languages[0]
    )
    lines = [_title_html(row_content), quoted_html(shorten(row_content.tldr, max_units))]
    return "\n".join(line for line in lines if line)


def _title_html(content: TableRow | EntryContent) -> str:
    title = link_html(shorten(content.title, TITLE_UNITS), content.link)
    return f"<b>[{content.position}]</b> {title}" if content.position else f"<b>{title}</b>"


def entry_html(
    digest: Digest, position: int, options: DisplayOptions, *, repeat: bool = False
) -> str:
    """Return one entry: title, authors, each language's texts, why it matched, links."""
    shown_number = 0 if digest_heading.is_single_paper(digest) else position
    content = entry_content(
        digest_heading.numbered_entries(digest)[position - 1], shown_number, options
    )
    top_lines = [_tag_html("i", say(options.language, "digest-repeat"))] if repeat else []
    labels = shorten(" · ".join(content.labels), LINE_UNITS)
    facts = [quoted_html(line) for line in (content.byline, labels) if line]
    top_lines += [_title_html(content), *facts]
    reason_html = ""
    if content.matched_text:
        text_before, matched_text, text_after = content.match_reason.partition(content.matched_text)
        reason_html = (
            quoted_html(text_before) + _tag_html("b", matched_text) + quoted_html(text_after)
        )
    links_html = " · ".join(link_html(label, url) for label, url in content.links)
    bottom_lines = list(filter(None, (reason_html, quoted_html(content.topics_text), links_html)))
    shortened_note = _tag_html("i", say(options.language, "entry-shortened"))
    frame_lines = [*top_lines, *bottom_lines, shortened_note]
    abstract_rooms, is_complete = _abstract_rooms(content, options, frame_lines)
    if not is_complete:
        bottom_lines = [shortened_note, *bottom_lines]
        content = content.with_separate_tldrs()
        abstract_rooms, _ = _abstract_rooms(content, options, frame_lines)
    paragraphs = _section_paragraphs(content, options, abstract_rooms)
    return "\n\n".join(["\n".join(top_lines), *paragraphs, "\n".join(bottom_lines)])


def _abstract_rooms(
    content: EntryContent, options: DisplayOptions, frame_lines: list[str]
) -> tuple[list[int], bool]:
    """Return the room for each abstract within the frame, and whether all of them fit."""
    frame_html = "\n".join([*frame_lines, *_section_paragraphs(content, options, [])])
    abstract_weights = [
        message_weight(
            _highlighted_html(section.abstract, content.matched_words, section.tldr_span)
        )
        for section in content.sections
    ]
    rooms = share_room(abstract_weights, CLASSIC_UNITS - message_weight(frame_html) - _MARGIN)
    return rooms, rooms == abstract_weights


def _section_paragraphs(
    content: EntryContent, options: DisplayOptions, rooms: list[int]
) -> list[str]:
    """Return each language's paragraphs; without ``rooms``, all but the abstracts.

    An abstract is a quotation, collapsed unless it contains a highlighted sentence.
    """
    paragraphs: list[str] = []
    for section_index, section in enumerate(content.sections):
        lines = []
        if not section.is_translated:
            lines.append(_tag_html("i", say(options.language, "entry-untranslated")))
        lines += [_tag_html("b", shorten(section.title, TITLE_UNITS)) if section.title else ""]
        if not section.tldr_span:
            lines += [_highlighted_html(shorten(section.tldr, TLDR_UNITS), content.matched_words)]
        paragraphs.append("\n".join(line for line in lines if line))
        if rooms:
            if section.tldr_span:
                abstract_html = _highlighted_html(
                    section.abstract, content.matched_words, section.tldr_span
                )
                paragraphs.append(f"<blockquote>{abstract_html}</blockquote>")
            elif abstract_html := _shortened_html(
                section.abstract, rooms[section_index], content.matched_words
            ):
                paragraphs.append(f"<blockquote expandable>{abstract_html}</blockquote>")
    return [paragraph for paragraph in paragraphs if paragraph]


def _shortened_html(text: str, max_units: int, words: Sequence[str]) -> str:
    """Return the longest beginning of ``text`` that weighs at most ``max_units``, as HTML."""
    shortened_text = shorten(text, max_units)
    html = _highlighted_html(shortened_text, words)
    while shortened_text and message_weight(html) > max_units:
        shortened_text = shorten(
            text, utf16_length(shortened_text) * max_units // message_weight(html) - 1
        )
        html = _highlighted_html(shortened_text, words)
    return html


def _highlighted_html(text: str, words: Sequence[str], sentence: Span | None = None) -> str:
    """Return ``text`` as HTML with these words and the sentence in bold."""
    highlighted_pieces = highlight(text, words, sentence)
    inert_parts = disable_autolinks_in_pieces([part for part, _ in highlighted_pieces])
    return "".join(
        f"<b>{escape(part)}</b>" if is_marked and part.strip() else escape(part)
        for part, (_, is_marked) in zip(inert_parts, highlighted_pieces, strict=True)
    )
