"""How a chat sees its digests: their form, languages and time zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage.records.chats import MessageForm


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """The reader's choices; they never change what a digest contains.

    ``language`` is the bot's language, ``languages`` are those of the entries; the table uses the
    first one. ``entry_link`` returns the URL that opens the entry at a position. ``all_authors``
    shows all of a paper's authors instead of the first few.
    """

    form: MessageForm = MessageForm.CLASSIC
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    zone: str = "UTC"
    entry_link: Callable[[int], str] | None = None
    all_authors: bool = False
