"""Delete rows past their retention, a few at a time.

Announcements, saved papers and issued digests of topics stay. What goes are traces of work done:
answered updates, sent messages, the payloads of old buttons, and digests that were requested
without a topic.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from storage import Store

SENT_REPLIES_RETENTION = timedelta(minutes=2)  # replies that were sent: most of what is written
REPLIES_RETENTION = timedelta(days=7)  # all other replies
MESSAGES_RETENTION = timedelta(days=90)  # messages and the payloads of their buttons
TOPICLESS_DIGESTS_RETENTION = timedelta(days=7)  # digests of /today, of searches and of previews
RECEIPTS_RETENTION = timedelta(days=400)  # what a chat has received: longer than papers recur
# Updates: Telegram repeats a hundred at most, those not acknowledged.
UPDATES_TO_KEEP = 1_000
MAX_TRANSACTIONS = 200  # transactions at most: the next run deletes the rest


def apply_retention(
    store: Store, bot: int, now: datetime, *, should_continue: Callable[[], bool] = lambda: True
) -> int:
    """Delete expired rows in short transactions; return how many."""
    return sum(
        _delete_in_batches(delete_batch, should_continue)
        for delete_batch in (
            lambda: store.outbox.delete_settled_replies(bot, now - REPLIES_RETENTION),
            lambda: store.outbox.delete_settled(bot, now - MESSAGES_RETENTION),
            lambda: store.button_payloads.delete_before(now - MESSAGES_RETENTION),
            lambda: store.summary_jobs.delete_before(now - MESSAGES_RETENTION),
            lambda: store.missing_papers.delete_done_before(now - MESSAGES_RETENTION),
            lambda: store.digests.delete_topicless(now - TOPICLESS_DIGESTS_RETENTION),
            lambda: store.receipts.delete_before(now - RECEIPTS_RETENTION),
        )
    )


def delete_settled(
    store: Store, bot: int, now: datetime, *, should_continue: Callable[[], bool] = lambda: True
) -> int:
    """Delete settled updates and replies, so that conversations do not grow the file."""
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
    """Delete in batches until none is left or ``should_continue`` returns False."""
    deleted_count = 0
    for _ in range(MAX_TRANSACTIONS):
        if not should_continue() or not (batch_count := delete_batch()):
            break
        deleted_count += batch_count
    return deleted_count
