"""The verb: rows that nobody will ask for again → deleted, a few at a time.

What was announced, saved and issued for a topic stays. These are the traces of work done: updates
that were answered, messages that were sent, words behind buttons of old messages, and digests
that were asked for without a topic.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from storage import Store

SENT_REPLIES_RETENTION = timedelta(minutes=2)  # answers that were sent: most of all that is written
REPLIES_RETENTION = timedelta(days=7)  # all other answers
MESSAGES_RETENTION = timedelta(days=90)  # messages, and the words behind their buttons
TOPICLESS_DIGESTS_RETENTION = timedelta(days=7)  # digests of /today, of words and of a first look
RECEIPTS_RETENTION = timedelta(days=400)  # what a chat has got: longer than papers come back
UPDATES_TO_KEEP = (
    1_000  # updates: Telegram repeats a hundred at most, those that were not acknowledged
)
MAX_TRANSACTIONS = 200  # transactions at most: what is left goes the next time


def apply_retention(
    store: Store, bot: int, now: datetime, *, should_continue: Callable[[], bool] = lambda: True
) -> int:
    """Deletes what is no longer of use, in short transactions; returns how many rows."""
    return sum(
        _delete_in_batches(delete_batch, should_continue)
        for delete_batch in (
            lambda: store.outbox.delete_settled_replies(bot, now - REPLIES_RETENTION),
            lambda: store.outbox.delete_settled(bot, now - MESSAGES_RETENTION),
            lambda: store.button_payloads.delete_before(now - MESSAGES_RETENTION),
            lambda: store.summary_jobs.delete_before(now - MESSAGES_RETENTION),
            lambda: store.missing_papers.delete_done_before(now - MESSAGES_RETENTION),
            lambda: store.digests.delete_topicless(now - TOPICLESS_DIGESTS_RETENTION),
            lambda: store.digests.delete_receipts_before(now - RECEIPTS_RETENTION),
        )
    )


def delete_settled(
    store: Store, bot: int, now: datetime, *, should_continue: Callable[[], bool] = lambda: True
) -> int:
    """Deletes updates and answers that are done with, so that talk does not make the file grow."""
    return sum(
        _delete_in_batches(delete_batch, should_continue)
        for delete_batch in (
            lambda: store.inbox.delete_settled(bot, keep_newest=UPDATES_TO_KEEP),
            lambda: store.outbox.delete_settled_replies(
                bot, now - SENT_REPLIES_RETENTION, only_sent=True
            ),
        )
    )


def _delete_in_batches(delete_batch: Callable[[], int], should_continue: Callable[[], bool]) -> int:
    """Deletes until there is nothing left, or somebody else should have a turn."""
    total = 0
    for _ in range(MAX_TRANSACTIONS):
        if not should_continue() or not (count := delete_batch()):
            break
        total += count
    return total
