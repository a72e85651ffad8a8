"""Judge whether a message shows what its digest holds, whole entries and nothing else.

What is expected is built from the entries without any markup, so that text which became markup,
or an entry that was cut, is missed here.
"""

from __future__ import annotations

from bot.render import digest_heading
from bot.render.display_options import DisplayOptions
from bot.render.entry_content import LINE_UNITS, EntryContent, entry_content, table_row
from bot.render.size_limits import ELLIPSIS, shorten
from bot.render.telegram.split_into_messages import Message, Part
from bot.texts import say
from storage.records.chats import MessageForm
from storage.records.digests import Digest
from tests.system.fuzz import judges

TITLE_LENGTH, TLDR_LENGTH = 300, 500
_TLDR_LENGTHS = (TLDR_LENGTH, 200, 100, 0)


def check_digest_message(
    digest: Digest, part: Part, options: DisplayOptions, message: Message, *, repeat: bool
) -> None:
    """Refuses a message that shows anything but its part of the digest."""
    judges.check_keyboard(message.buttons)
    if options.form.is_rich:
        _check_rich(digest, part, options, message)
        return
    shown_text = judges.check_classic(message.html)
    judges.check_nothing_autolinked(message.html)
    if part.is_entry:
        _check_entry(digest, part.first_entry, options, shown_text)
    else:
        _check_table(digest, part, options, shown_text, repeat=repeat)


def check_parts_cover_entries(parts: tuple[Part, ...], first: int, last: int) -> None:
    """The tables hold each entry once and in order, the messages of entries likewise."""
    for parts_of_kind in (
        [part for part in parts if not part.is_entry],
        [part for part in parts if part.is_entry],
    ):
        positions = [
            position
            for part in parts_of_kind
            if part.first_entry
            for position in range(part.first_entry, part.last_entry + 1)
        ]
        assert positions == list(range(first, last + 1)) or (not parts_of_kind or not positions)
    assert parts


def _positions(part: Part) -> range:
    return range(part.first_entry, part.last_entry + 1) if part.first_entry else range(0)


def _check_table(
    digest: Digest,
    part: Part,
    options: DisplayOptions,
    shown_text: judges.ShownText,
    *,
    repeat: bool,
) -> None:
    entries = digest_heading.numbered_entries(digest)
    rows = [
        table_row(entries[position - 1], position, options.languages[0])
        for position in _positions(part)
    ]
    head = [say(options.language, "digest-repeat")] if repeat else []
    head += [
        digest_heading.heading_text(digest, options),
        digest_heading.counts_text(digest, part.first_entry, part.last_entry, options),
    ]
    note = digest_heading.untranslated_text(digest, part.first_entry, part.last_entry, options)
    notes = [note] if note else []
    titles = [shorten(item.title, TITLE_LENGTH) for item in rows]
    expected_texts = []
    for tldr_length in _TLDR_LENGTHS:
        lines = [
            "\n".join(filter(None, (f"[{item.position}] {title}", shorten(item.tldr, tldr_length))))
            for item, title in zip(rows, titles, strict=True)
        ]
        expected_texts.append("\n\n".join(["\n".join(head), *lines, *notes]))
    assert shown_text.text in expected_texts
    expected_links = [
        (title, item.link) for item, title in zip(rows, titles, strict=True) if item.link
    ]
    assert shown_text.links == [
        (title, judges.normalize_url(link)) for title, link in expected_links
    ]
    numbers = [f"[{item.position}]" for item in rows]
    assert shown_text.texts_of_kind("bold") == [
        digest_heading.heading_text(digest, options),
        *numbers,
    ]
    assert {item.kind for item in shown_text.entities} <= {"bold", "italic", "text_link"}


def _entry_content(digest: Digest, position: int, options: DisplayOptions) -> EntryContent:
    number = 0 if digest_heading.is_single_paper(digest) else position
    return entry_content(digest_heading.numbered_entries(digest)[position - 1], number, options)


def _check_entry(
    digest: Digest, position: int, options: DisplayOptions, shown_text: judges.ShownText
) -> None:
    content = _entry_content(digest, position, options)
    title = shorten(content.title, TITLE_LENGTH)
    title_links = [(title, judges.normalize_url(content.link))] if content.link else []
    assert shown_text.links == [*title_links, *((label, url) for label, url in content.links)]
    words = {word.casefold() for word in content.matched_words}
    allowed_bold = {
        f"[{position}]",
        title,
        content.matched_text,
        *(shorten(language_section.title, TITLE_LENGTH) for language_section in content.sections),
    }
    allowed_bold |= {
        language_section.abstract[slice(*language_section.tldr_span)]
        for language_section in content.sections
        if language_section.tldr_span
    }
    bold = shown_text.texts_of_kind("bold")
    assert all(bold_text in allowed_bold or bold_text.casefold() in words for bold_text in bold)
    assert f"[{position}] {title}" in shown_text.text or (
        not content.position and title in shown_text.text
    )
    quotes = shown_text.texts_of_kind("expandable_blockquote") + shown_text.texts_of_kind(
        "blockquote"
    )
    assert len(quotes) <= len(content.sections)
    for quote in quotes:
        _check_quote_is_prefix(quote, [section.abstract for section in content.sections])
    for line in (
        content.byline,
        shorten(" · ".join(content.labels), LINE_UNITS),
        content.match_reason,
        content.topics_text,
    ):
        assert line in shown_text.text
    for section in content.sections:
        assert section.tldr_span or shorten(section.tldr, TLDR_LENGTH) in shown_text.text


def _check_quote_is_prefix(quote: str, abstracts: list[str]) -> None:
    quoted_text = quote.removesuffix(ELLIPSIS) if quote not in abstracts else quote
    assert any(abstract.startswith(quoted_text) for abstract in abstracts)


def _check_rich(digest: Digest, part: Part, options: DisplayOptions, message: Message) -> None:
    links = judges.check_rich(message)
    if part.is_entry or digest_heading.is_shown_as_paper(digest, options):
        content = _entry_content(digest, part.first_entry, options)
        title_links = [(shorten(content.title, TITLE_LENGTH), content.link)] if content.link else []
        assert links == [*title_links, *content.links]
        return
    entries = digest_heading.numbered_entries(digest)
    rows = [
        table_row(entries[position - 1], position, options.languages[0])
        for position in _positions(part)
    ]
    tables = [block for block in message.blocks if block["type"] == "table"]
    cells = [line for block in tables for line in judges.table_rows(block)]
    titles = [
        shorten(
            (options.form is MessageForm.TWO_COLUMNS and item.translated_title) or item.title,
            TITLE_LENGTH,
        )
        for item in rows
    ]
    tldrs = [shorten(item.tldr, TLDR_LENGTH) for item in rows]
    if options.form is MessageForm.THREE_COLUMNS:
        assert cells[1:] == [
            [f"[{item.position}]", title, tldr or "–"]
            for item, title, tldr in zip(rows, titles, tldrs, strict=True)
        ]
    else:
        assert cells == [
            [
                str(item.position),
                "\n".join(filter(None, (title, " · ".join(filter(None, below))))),
            ]
            for item, title, tldr in zip(rows, titles, tldrs, strict=True)
            for below in [(item.short_byline, tldr)]
        ]
    details_blocks = [block for block in message.blocks if block["type"] == "details"]
    assert len(details_blocks) in (0, len(rows))
    expected_links = {
        (title, item.link) for item, title in zip(rows, titles, strict=True) if item.link
    }
    expected_links |= {
        pair
        for position in _positions(part)
        for pair in _entry_content(digest, position, options).links
    }
    number = "[{}]" if options.form is MessageForm.THREE_COLUMNS else "{}"
    if options.entry_link:
        expected_links |= {
            (number.format(position), options.entry_link(position)) for position in _positions(part)
        }
    assert set(links) <= expected_links
