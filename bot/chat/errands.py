"""The ways out of the house, for what a reply needs after its transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.chat.context import Ask, Reply
from storage import Store
from storage.model import Paper


@dataclass(frozen=True, slots=True)
class Outside:
    """The ways out of the house: arXiv's papers by id, and files that people send.

    None where there is no way, as in the demo without a network.
    """

    papers: Callable[[str], Awaitable[list[Paper]]] | None = None  # an arXiv id → its paper
    file: Callable[[str], Awaitable[bytes]] | None = None  # Telegram's file id → its bytes


Runner = Callable[[Outside, Store, Ask, str], Awaitable[Reply]]
