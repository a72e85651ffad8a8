"""How does the reader see a digest? The form, languages and clock of one chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage.records import MessageForm


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """The reader's choices, and nothing that changes what a digest contains.

    ``language`` is what the bot says, ``languages`` what the entries are told in, the first
    one in the table. ``entry_link`` makes the address that opens the entry at a position.
    ``all_authors`` names all of a paper's authors instead of the first ones.
    """

    form: MessageForm = MessageForm.CLASSIC
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    zone: str = "UTC"
    entry_link: Callable[[int], str] | None = None
    all_authors: bool = False
