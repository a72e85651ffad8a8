"""The verb: rows that nobody will ask for again → deleted, a few at a time.

What was announced, saved and issued for a topic stays. These are the traces of work done: updates
that were answered, messages that were sent, words behind buttons of old messages, and digests
that were asked for without a topic.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from storage import Store

SAID = timedelta(minutes=2)  # answers that were sent: most of all that is written
TOLD = timedelta(days=7)  # all other answers
SENT = timedelta(days=90)  # messages, and the words behind their buttons
TOPICLESS = timedelta(days=7)  # digests of /today, of words and of a first look
RECEIVED = timedelta(days=400)  # what a chat has got: longer than papers come back
ANSWERED = 1_000  # updates: Telegram repeats a hundred at most, those that were not acknowledged
ROUNDS = 200  # transactions at most: what is left goes the next time


def sweep(
    store: Store, bot: int, now: datetime, *, goes_on: Callable[[], bool] = lambda: True
) -> int:
    """Deletes what is no longer of use, in short transactions; returns how many rows."""
    return sum(
        _emptied(one, goes_on)
        for one in (
            lambda: store.outbox.retire_answers(bot, now - TOLD),
            lambda: store.outbox.retire(bot, now - SENT),
            lambda: store.drafts.retire(now - SENT),
            lambda: store.commissions.retire(now - SENT),
            lambda: store.outstanding.retire(now - SENT),
            lambda: store.digests.drop_topicless(now - TOPICLESS),
            lambda: store.digests.retire(now - RECEIVED),
        )
    )


def sweep_answered(
    store: Store, bot: int, now: datetime, *, goes_on: Callable[[], bool] = lambda: True
) -> int:
    """Deletes updates and answers that are done with, so that talk does not make the file grow."""
    return sum(
        _emptied(one, goes_on)
        for one in (
            lambda: store.inbox.retire(bot, keep=ANSWERED),
            lambda: store.outbox.retire_answers(bot, now - SAID, sent=True),
        )
    )


def _emptied(retire: Callable[[], int], goes_on: Callable[[], bool]) -> int:
    """Deletes until there is nothing left, or somebody else should have a turn."""
    total = 0
    for _ in range(ROUNDS):
        if not goes_on() or not (count := retire()):
            break
        total += count
    return total
