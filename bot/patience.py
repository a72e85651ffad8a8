"""May a chat that is due wait a little for its glosses? For a grace, and never longer.

A digest does not depend on a model: one that rests, fails or has spent its budget is not
waited for, and what lacks after the grace is shown in English and edited in later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.foresee import lacking, order
from storage import Store
from storage.model import Commission, Digest, Subscriber, Subscription

GRACE = timedelta(minutes=10)
ASKED_AGAIN = timedelta(seconds=15)  # until a chat that waits is looked at once more


@dataclass(slots=True)
class Patience:
    """Lets a chat wait for the glosses of its digests, for the grace at most."""

    store: Store
    is_able: Callable[[], bool]  # whether the model can be asked at all
    ring: Callable[[], None]  # something urgent was ordered
    _asleep: dict[int, datetime] = field(default_factory=dict)

    def is_asleep(self, chat: int, now: datetime) -> bool:
        """Whether a chat was told to wait a moment ago: it need not be looked at again yet."""
        until = self._asleep.get(chat)
        return until is not None and now < until <= now + ASKED_AGAIN

    def waits(
        self,
        chat: Subscriber,
        found: Iterable[tuple[Subscription, Digest]],
        announced: datetime | None,
        now: datetime,
    ) -> bool:
        """Whether a chat that is due should get its digests a little later.

        ``announced`` is since when topics are due that want papers as soon as they are there.
        """
        lacks: list[Commission] = []
        for topic, digest in found:
            due = topic.next_due or announced
            if due is None or now >= due + GRACE or not self.is_able():
                self._asleep.pop(chat.chat, None)
                return False
            lacks += lacking(chat, topic, digest, due)
        if lacks and order(self.store, lacks):
            self.ring()
        if not self.store.commissions.are_tried(lacks, now + ASKED_AGAIN):
            self._asleep.pop(chat.chat, None)
            return False
        self._asleep[chat.chat] = now + ASKED_AGAIN
        return True
