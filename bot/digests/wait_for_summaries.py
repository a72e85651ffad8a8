"""May a chat that is due wait a little for its glosses? For a grace, and never longer.

A digest does not depend on a model: one that rests, fails or has spent its budget is not
waited for, and what lacks after the grace is shown in English and edited in later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.digests.prefetch_summaries import Offered, lacking, made, order
from storage import Store
from storage.records import Commission, Digest, Subscriber, Subscription

GRACE = timedelta(minutes=10)
ASKED_AGAIN = timedelta(seconds=15)  # until a chat that waits is looked at once more


@dataclass(slots=True)
class Patience:
    """Lets a chat wait for the glosses of its digests, for the grace at most."""

    store: Store
    is_able: Callable[[], bool]  # whether the model can be asked at all
    ring: Callable[[], object]  # something urgent was ordered; from any thread
    offered: Offered = None
    _asleep: dict[int, datetime] = field(default_factory=dict)
    _held: dict[int, datetime] = field(default_factory=dict)  # since when each chat waits
    _instant: datetime | None = None
    _hopes: dict[tuple[int, int, str], bool] = field(default_factory=dict)  # of that instant

    def is_asleep(self, chat: int, now: datetime) -> bool:
        """Whether a chat was told to wait a moment ago: it need not be looked at again yet."""
        until = self._asleep.get(chat)
        return until is not None and now < until <= now + ASKED_AGAIN

    def waits(
        self,
        chat: Subscriber,
        found: Sequence[tuple[Subscription, Digest]],
        announced: datetime | None,
        now: datetime,
    ) -> bool:
        """Whether a chat that is due should get its digests a little later.

        What they lack is ordered in any case. ``announced`` is since when topics are due that
        want papers as soon as they are there.
        """
        dues = [topic.next_due or announced or now for topic, _ in found]
        lacks = [
            one
            for (topic, digest), due in zip(found, dues, strict=True)
            for one in lacking(chat, topic, digest, due, self.offered)
        ]
        hope = self._is_hope(lacks, now)
        since = self._since(chat.chat, now)
        last = min((*dues, since)) + GRACE
        in_grace = max(dues, default=now) <= now < last
        if not (hope and in_grace and self.is_able()):
            self._asleep.pop(chat.chat, None)
            self._held.pop(chat.chat, None)
            return False
        self._held[chat.chat] = since
        self._asleep[chat.chat] = min(now + ASKED_AGAIN, last)
        return True

    def _since(self, chat: int, now: datetime) -> datetime:
        """Since when a chat waits; feeds that go on announcing do not begin its grace anew."""
        since = self._held.get(chat, now)
        # Who was held so long ago, or in what is the future by now, waits for something else.
        return since if since <= now < since + 2 * GRACE else now

    def _is_hope(self, lacks: Sequence[Commission], now: datetime) -> bool:
        """Orders what lacks; tells whether some of it is soon there.

        Each gloss is looked at once an instant, however many chats lack it.
        """
        if now != self._instant:
            self._instant, self._hopes = now, {}
        new = {_key(one): one for one in lacks if _key(one) not in self._hopes}
        if new and order(self.store, new.values()):
            self.ring()
        self._hopes |= {key: self._comes(one, now) for key, one in new.items()}
        return any(self._hopes[_key(one)] for one in lacks)

    def _comes(self, one: Commission, now: datetime) -> bool:
        """Whether a gloss is tried soon, or was made since the digest was drawn."""
        return self.store.commissions.are_tried([one], now + ASKED_AGAIN) or made(self.store, one)


def _key(one: Commission) -> tuple[int, int, str]:
    return one.paper, one.version, one.language
