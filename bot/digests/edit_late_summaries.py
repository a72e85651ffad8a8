"""Edit sent messages to add summaries that were made too late for them.

An edit makes no sound and keeps the message's place and entries; it only adds summaries. Edits are
sent after all first deliveries, and for a day: after that nobody scrolls back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.render.telegram.fallback_forms import is_plain_text
from bot.summaries.fill_missing import EXTRACTIVE
from storage import Store
from storage.records.digests import Digest
from storage.records.messages import MessageState, Priority
from storage.records.papers import Paper
from storage.records.summaries import Summary

EDIT_WINDOW = timedelta(hours=24)
FIRST_EDIT_DELAY = timedelta(minutes=30)  # until a digest is edited with summaries still missing
EDIT_INTERVAL = timedelta(minutes=15)  # at least, between two edits of a digest
LAST_EDIT_MARGIN = timedelta(minutes=5)  # before the window ends; longer than between two runs


def edit_late_summaries(store: Store, bot: int, now: datetime) -> int:
    """Queue an edit for each message that can show more summaries by now; return how many.

    Nothing is queued while a first delivery waits: readers without their digest come first.
    """
    if store.delivery_statistics.oldest_waiting_since(bot, now) is not None:
        return 0
    edit_count = 0
    for digest_number in store.missing_summaries.digests_with_late_summaries(
        bot, now - EDIT_WINDOW
    ):
        digest = store.digests.get(digest_number)
        if not digest or not is_ready_to_edit(store, digest, now):
            continue
        summaries = [
            summary for entry in digest.entries for summary in _model_summaries(store, entry.paper)
        ]
        with store.transaction():
            revision = store.digests.add_revision(digest_number, summaries)
            for message in store.outbox.messages_of_digest(digest_number):
                is_sent = message.state is MessageState.SENT and message.message_id
                if not is_sent or message.edited_message_id:
                    continue
                # Plain text is not edited, nor is a possible repeat, which would lose its mark.
                if is_plain_text(message) or message.unknown_sends:
                    continue
                edit_count += store.outbox.put_once(
                    replace(
                        message,
                        revision=revision,
                        edited_message_id=message.message_id,
                        silent=True,
                        priority=Priority.EDIT,
                    ),
                    due_at=now,
                )
    return edit_count


def is_ready_to_edit(store: Store, digest: Digest, now: datetime) -> bool:
    """Return whether a digest may be edited now; its messages are edited as seldom as possible.

    The first edit waits until no summary is pending, or ``FIRST_EDIT_DELAY`` at most; later ones
    leave ``EDIT_INTERVAL`` for further summaries.
    """
    if digest.revision == 1:
        return now - digest.issued_at >= FIRST_EDIT_DELAY or not store.summary_jobs.count_pending(
            digest.number
        )
    unshown_times = []
    for entry in digest.entries:
        shown_languages = {
            summary.language for summary in entry.summaries if summary.producer != EXTRACTIVE
        }
        unshown_times += [
            summary.created_at
            for summary in _model_summaries(store, entry.paper)
            if summary.language not in shown_languages
        ]
    first_unshown_at = min(unshown_times, default=digest.issued_at)
    return now >= next_edit_at(digest.issued_at, first_unshown_at)


def next_edit_at(issued: datetime, since: datetime) -> datetime:
    """Return when a digest is edited again whose first unshown summary was made at ``since``.

    An edit shows every summary made before it, so edits are at least ``EDIT_INTERVAL`` apart.
    """
    return min(since + EDIT_INTERVAL, issued + EDIT_WINDOW - LAST_EDIT_MARGIN)


def _model_summaries(store: Store, paper: Paper) -> list[Summary]:
    """Return the summaries of a version by models and people."""
    summaries = store.summaries.best_of_version(paper.key, paper.version)
    return [summary for summary in summaries if summary.producer != EXTRACTIVE]
