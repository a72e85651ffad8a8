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

_PAPER_NUMBER = re.compile(r"Study (\d+) of")
_REPEAT_NOTE = say("en", "digest-repeat")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A digest that reached a chat: the how-manieth call, which paper, whether it was marked."""

    call_number: int
    chat: int
    paper: int
    message_id: int
    is_marked_repeat: bool

    @property
    def message_key(self) -> tuple[int, int]:
        """What makes it the same message as another: chat and paper."""
        return self.chat, self.paper


@dataclass(frozen=True, slots=True)
class ArrivalLog:
    """The arrivals in the server's order, and where each life of the program began."""

    arrivals: tuple[Arrival, ...]
    process_starts: tuple[int, ...]  # numbers of the calls with which a life begins

    @property
    def arrivals_by_message(self) -> dict[tuple[int, int], list[Arrival]]:
        """Every arrival of each message."""
        arrivals_by_key: dict[tuple[int, int], list[Arrival]] = {}
        for arrival in self.arrivals:
            arrivals_by_key.setdefault(arrival.message_key, []).append(arrival)
        return arrivals_by_key

    @property
    def repeat_count(self) -> int:
        """How many messages came once more."""
        return len(self.arrivals) - len(self.arrivals_by_message)

    def unmarked_repeats(self) -> list[list[Arrival]]:
        """Messages that came more than once with fewer marks than repeats."""
        repeated = [arrivals for arrivals in self.arrivals_by_message.values() if len(arrivals) > 1]
        return [
            arrivals
            for arrivals in repeated
            if sum(arrival.is_marked_repeat for arrival in arrivals) < len(arrivals) - 1
        ]

    def repeats_between(self, last_calls: Sequence[int]) -> Counter[int]:
        """Behind how many of these calls the message was sent that came again later."""
        return Counter(
            bisect_left(last_calls, earlier.call_number)
            for arrivals in self.arrivals_by_message.values()
            for earlier in arrivals[:-1]
        )

    def chats_out_of_order(self) -> list[int]:
        """Chats whose digests did not come in the order of their topics."""
        papers_by_chat: dict[int, list[int]] = {}
        for arrivals in self.arrivals_by_message.values():
            papers_by_chat.setdefault(arrivals[0].chat, []).append(arrivals[0].paper)
        return [chat for chat, papers in papers_by_chat.items() if papers != sorted(papers)]


def read_arrivals(log_path: Path) -> ArrivalLog:
    """The account of a server's journal."""
    arrivals, process_starts = [], []
    for line in log_path.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        if call["method"] == "getMe":
            process_starts.append(call["number"])
        if call["method"] != "sendMessage" or not call["is_accepted"]:
            continue
        text = call["parameters"]["text"]
        match = _PAPER_NUMBER.search(text)
        if match:
            chat, message_id = int(call["parameters"]["chat_id"]), call["result"]["message_id"]
            is_marked = _REPEAT_NOTE in text
            arrivals.append(Arrival(call["number"], chat, int(match[1]), message_id, is_marked))
    return ArrivalLog(tuple(arrivals), tuple(process_starts))
