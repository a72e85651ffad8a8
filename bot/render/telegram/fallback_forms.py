"""Render an outbox message, and fall back to simpler forms when Telegram refuses it.

The forms are rich, classic and plain text. An outbox message stores integers only:
``fallback_part`` is 0 for the first form, a multiple of 1000 for each classic piece of a refused
rich part, and between two multiples for plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.render.digest_heading import numbered_entries
from bot.render.display_options import DisplayOptions
from bot.render.entry_content import strip_invisible_lines
from bot.render.size_limits import CLASSIC_UNITS, shorten, utf16_length
from bot.render.telegram.html_message import escape, sentence_html
from bot.render.telegram.plain_text import plain_text_messages
from bot.render.telegram.split_into_messages import (
    FIRST_ENTRY_PART,
    Message,
    Part,
    digest_parts,
    render_part,
)
from bot.texts import say
from storage.records.chats import MessageForm
from storage.records.digests import Digest
from storage.records.messages import OutboxMessage

PaperLink = Callable[[int, int], str]  # from a paper's key and version

_FALLBACK_STEP = 1000  # between classic pieces; no text has a thousand plain ones


def is_plain_text(outbox_message: OutboxMessage) -> bool:
    """Return whether the message is in its last fallback form."""
    return outbox_message.fallback_part % _FALLBACK_STEP > 0


def render_outbox_message(
    outbox_message: OutboxMessage, digest: Digest | None, paper_link: PaperLink
) -> Message:
    """Return the message to send, from the digest as it was issued.

    Raises:
        LookupError: its digest does not exist.
    """
    if not is_plain_text(outbox_message):
        return _message_with_markup(
            outbox_message,
            digest,
            paper_link,
            repeat=outbox_message.unknown_sends > 0 and not outbox_message.edited_message_id,
        )
    repeat_note = (
        say(outbox_message.language, "digest-repeat") if outbox_message.unknown_sends else ""
    )
    plain_messages = plain_text_messages(
        _message_with_markup(outbox_message, digest, paper_link), note=repeat_note
    )
    # A summary added later may have made the text shorter than when it was cut.
    return plain_messages[
        min(outbox_message.fallback_part % _FALLBACK_STEP, len(plain_messages)) - 1
    ]


def simpler_messages(
    outbox_message: OutboxMessage, digest: Digest | None, paper_link: PaperLink
) -> Sequence[OutboxMessage]:
    """Return the same entries in the next simpler form; nothing if there is none."""
    if is_plain_text(outbox_message):
        return ()
    if outbox_message.form.is_rich and digest:
        classic_message = replace(outbox_message, form=MessageForm.CLASSIC)
        first_entry, last_entry = outbox_message.first_entry, outbox_message.last_entry
        if outbox_message.part > FIRST_ENTRY_PART:  # a single entry stays one message
            simpler_parts: Sequence[Part] = [Part(outbox_message.part, first_entry, last_entry)]
        else:
            options = _display_options(classic_message, digest, paper_link)
            simpler_parts = digest_parts(digest, options, first=first_entry, last=last_entry)
        return [
            replace(
                classic_message,
                fallback_part=number * _FALLBACK_STEP,
                first_entry=part.first_entry,
                last_entry=part.last_entry,
            )
            for number, part in enumerate(simpler_parts, start=1)
        ]
    plain_messages = plain_text_messages(_message_with_markup(outbox_message, digest, paper_link))
    return [
        replace(
            outbox_message,
            fallback_part=outbox_message.fallback_part + number,
            silent=plain_message.silent,
        )
        for number, plain_message in enumerate(plain_messages, start=1)
    ]


def _message_with_markup(
    outbox_message: OutboxMessage,
    digest: Digest | None,
    paper_link: PaperLink,
    *,
    repeat: bool = False,
) -> Message:
    """Return the message with its markup and buttons."""
    if outbox_message.notice:
        repeat_note = f"{say(outbox_message.language, 'digest-repeat')}\n" if repeat else ""
        notice_text = say(
            outbox_message.language,
            outbox_message.notice.text_key,
            **dict(outbox_message.notice.values),
        )
        html = sentence_html(
            shorten(strip_invisible_lines(notice_text), CLASSIC_UNITS - utf16_length(repeat_note))
        )
        if repeat_note:
            html = f"<i>{escape(repeat_note.strip())}</i>\n{html}"
        return Message(MessageForm.CLASSIC, html=html, silent=outbox_message.silent)
    if digest is None:
        raise LookupError(f"digest {outbox_message.digest} is not there")
    part = Part(outbox_message.part, outbox_message.first_entry, outbox_message.last_entry)
    options = _display_options(outbox_message, digest, paper_link)
    return render_part(digest, part, options, repeat=repeat, silent=outbox_message.silent)


def _display_options(
    outbox_message: OutboxMessage, digest: Digest, paper_link: PaperLink
) -> DisplayOptions:
    entries = numbered_entries(digest)

    def entry_link(position: int) -> str:
        paper = entries[position - 1].paper
        return paper_link(paper.key, paper.version)

    return DisplayOptions(
        outbox_message.form,
        outbox_message.language,
        outbox_message.languages,
        outbox_message.zone,
        entry_link,
    )
