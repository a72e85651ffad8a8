"""What does a parcel say, and in which simpler form when Telegram refuses it?

Rich, then classic, then plain text: rather words than nothing. A parcel carries integers only, so
its ``piece`` tells how far this went: pieces of a refused rich part are numbered in thousands, and
what lies between two thousands is plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.render.digest_heading import numbered
from bot.render.display_options import Look
from bot.render.entry_content import plain_lines
from bot.render.size_limits import CLASSIC_UNITS, shorten, units
from bot.render.telegram.html_message import escape, sentence_html
from bot.render.telegram.plain_text import plain
from bot.render.telegram.split_into_messages import ENTRIES, Message, Part, message, parts
from bot.texts import say
from storage.records import Digest, Form, Parcel

Link = Callable[[int, int], str]  # a paper's key and version → what opens it

_CLASSIC = 1000  # step between classic pieces; no text is cut into a thousand


def is_plain(parcel: Parcel) -> bool:
    """Whether the parcel is the last resort already."""
    return parcel.piece % _CLASSIC > 0


def written(parcel: Parcel, digest: Digest | None, link: Link) -> Message:
    """The message of a parcel, from the digest as it was issued.

    Raises:
        LookupError: it belongs to a digest that is not there.
    """
    if not is_plain(parcel):
        return _marked_up(parcel, digest, link, repeat=parcel.doubts > 0 and not parcel.edits)
    note = say(parcel.language, "digest-repeat") if parcel.doubts else ""
    words = plain(_marked_up(parcel, digest, link), note=note)
    # A late gloss may have made the text shorter than when it was cut.
    return words[min(parcel.piece % _CLASSIC, len(words)) - 1]


def simpler(parcel: Parcel, digest: Digest | None, link: Link) -> Sequence[Parcel]:
    """The same entries in the next simpler form; nothing where there is none."""
    if is_plain(parcel):
        return ()
    if parcel.form is Form.RICH and digest:
        return _classic(replace(parcel, form=Form.CLASSIC), digest, link)
    words = plain(_marked_up(parcel, digest, link))
    return [
        replace(parcel, piece=parcel.piece + number, silent=one.silent)
        for number, one in enumerate(words, start=1)
    ]


def _classic(parcel: Parcel, digest: Digest, link: Link) -> Sequence[Parcel]:
    """A part that was rich as classic parts; an entry alone stays one."""
    cut = (
        (Part(parcel.part, parcel.first, parcel.last),)
        if parcel.part > ENTRIES
        else parts(digest, _look(parcel, digest, link), first=parcel.first, last=parcel.last)
    )
    return [
        replace(parcel, piece=number * _CLASSIC, first=part.first, last=part.last)
        for number, part in enumerate(cut, start=1)
    ]


def _marked_up(
    parcel: Parcel, digest: Digest | None, link: Link, *, repeat: bool = False
) -> Message:
    """The message with its markup and buttons."""
    if parcel.notice:
        note = f"{say(parcel.language, 'digest-repeat')}\n" if repeat else ""
        text = say(parcel.language, parcel.notice.key, **dict(parcel.notice.values))
        html = sentence_html(shorten(plain_lines(text), CLASSIC_UNITS - units(note)))
        if note:
            html = f"<i>{escape(note.strip())}</i>\n{html}"
        return Message(Form.CLASSIC, html=html, silent=parcel.silent)
    if digest is None:
        raise LookupError(f"digest {parcel.digest} is not there")
    part = Part(parcel.part, parcel.first, parcel.last)
    look = _look(parcel, digest, link)
    return message(digest, part, look, repeat=repeat, silent=parcel.silent)


def _look(parcel: Parcel, digest: Digest, link: Link) -> Look:
    entries = numbered(digest)

    def opens(position: int) -> str:
        paper = entries[position - 1].paper
        return link(paper.key, paper.version)

    return Look(parcel.form, parcel.language, parcel.languages, parcel.zone, opens)
