"""What the server got, by its own journal on disk: lost, repeated, marked, in order."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.texts import say

_PAPER = re.compile(r"Study (\d+) of")
_MARK = say("en", "digest-repeat")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A digest that reached a chat: the how-manieth call, which paper, whether it was marked."""

    number: int
    chat: int
    paper: int
    message: int
    is_marked: bool

    @property
    def parcel(self) -> tuple[int, int]:
        """What makes it the same parcel as another: chat and paper."""
        return self.chat, self.paper


@dataclass(frozen=True, slots=True)
class Account:
    """The arrivals in the server's order, and where each life of the program began."""

    arrivals: tuple[Arrival, ...]
    lives: tuple[int, ...]  # numbers of the calls with which a life begins

    @property
    def parcels(self) -> dict[tuple[int, int], list[Arrival]]:
        """Every arrival of each parcel."""
        found: dict[tuple[int, int], list[Arrival]] = {}
        for one in self.arrivals:
            found.setdefault(one.parcel, []).append(one)
        return found

    @property
    def repeats(self) -> int:
        """How many messages came once more."""
        return len(self.arrivals) - len(self.parcels)

    def unmarked(self) -> list[list[Arrival]]:
        """Parcels that came more than once with fewer marks than repeats."""
        several = [one for one in self.parcels.values() if len(one) > 1]
        return [one for one in several if sum(a.is_marked for a in one) < len(one) - 1]

    def repeats_between(self, borders: Sequence[int]) -> Counter[int]:
        """Behind how many of these calls the message was sent that came again later."""
        return Counter(
            bisect_left(borders, earlier.number)
            for arrivals in self.parcels.values()
            for earlier in arrivals[:-1]
        )

    def out_of_order(self) -> list[int]:
        """Chats whose digests did not come in the order of their topics."""
        first: dict[int, list[int]] = {}
        for arrivals in self.parcels.values():
            first.setdefault(arrivals[0].chat, []).append(arrivals[0].paper)
        return [chat for chat, order in first.items() if order != sorted(order)]


def read(journal: Path) -> Account:
    """The account of a server's journal."""
    arrivals, lives = [], []
    for line in journal.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        if call["method"] == "getMe":
            lives.append(call["number"])
        if call["method"] != "sendMessage" or not call["is_accepted"]:
            continue
        text = call["parameters"]["text"]
        found = _PAPER.search(text)
        if found:
            chat, message = int(call["parameters"]["chat_id"]), call["result"]["message_id"]
            marked = _MARK in text
            arrivals.append(Arrival(call["number"], chat, int(found[1]), message, marked))
    return Account(tuple(arrivals), tuple(lives))
