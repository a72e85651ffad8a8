"""Let a due chat wait a little for the summaries of its digests, ten minutes at most.

A digest does not depend on a model: one that is paused, fails or has spent its budget is not waited
for. Summaries that are missing after the wait are edited in later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.digests.prefetch_summaries import (
    OfferedLanguages,
    is_job_fulfilled,
    missing_jobs,
    order_jobs,
)
from storage import Store
from storage.records.chats import Chat, Subscription
from storage.records.digests import Digest
from storage.records.summaries import SummaryJob

MAX_WAIT = timedelta(minutes=10)
RECHECK_INTERVAL = timedelta(seconds=15)  # until a waiting chat is checked again


@dataclass(slots=True)
class SummaryWait:
    """Lets chats wait for the summaries of their digests, ``MAX_WAIT`` at most."""

    store: Store
    can_ask_model: Callable[[], bool]
    wake_jobs: Callable[[], object]  # called from any thread, after jobs were ordered
    offered_languages: OfferedLanguages = None
    _recheck_at: dict[int, datetime] = field(default_factory=dict)  # by chat
    _waiting_since: dict[int, datetime] = field(default_factory=dict)  # by chat
    _checked_at: datetime | None = None  # the instant of ``_expected_soon``
    _expected_soon: dict[tuple[int, int, str], bool] = field(default_factory=dict)

    def is_waiting(self, chat: int, now: datetime) -> bool:
        """Return whether a chat waits, and need not be checked again yet."""
        until = self._recheck_at.get(chat)
        return until is not None and now < until <= now + RECHECK_INTERVAL

    def order_missing(
        self,
        chat: Chat,
        topic_digests: Sequence[tuple[Subscription, Digest]],
        announced_at: datetime | None,
        now: datetime,
    ) -> None:
        """Order the summaries that a due chat's digests lack, and start, prolong or end its wait.

        ``announced_at`` is since when topics are due that are sent as soon as announced.
        """
        due_times = [topic.next_due or announced_at or now for topic, _ in topic_digests]
        jobs_to_order = [
            job
            for (topic, digest), due in zip(topic_digests, due_times, strict=True)
            for job in missing_jobs(chat, topic, digest, due, self.offered_languages)
        ]
        self._order_jobs(jobs_to_order, now)
        is_expected = any(self._expected_soon[_job_key(job)] for job in jobs_to_order)
        # Further announcements do not start a wait anew. One that began so long ago, or in the
        # future, was for other summaries.
        waiting_since = self._waiting_since.get(chat.id, now)
        is_same_wait = waiting_since <= now < waiting_since + 2 * MAX_WAIT
        waiting_start = waiting_since if is_same_wait else now
        deadline = min((*due_times, waiting_start)) + MAX_WAIT
        is_within_wait = max(due_times, default=now) <= now < deadline
        if is_expected and is_within_wait and self.can_ask_model():
            self._waiting_since[chat.id] = waiting_start
            self._recheck_at[chat.id] = min(now + RECHECK_INTERVAL, deadline)
        else:
            self._recheck_at.pop(chat.id, None)
            self._waiting_since.pop(chat.id, None)

    def _order_jobs(self, jobs: Sequence[SummaryJob], now: datetime) -> None:
        """Order summaries and note which are expected soon.

        Each is checked once an instant, however many chats lack it.
        """
        if now != self._checked_at:
            self._checked_at, self._expected_soon = now, {}
        new_jobs = {_job_key(job): job for job in jobs if _job_key(job) not in self._expected_soon}
        if new_jobs and order_jobs(self.store, new_jobs.values()):
            self.wake_jobs()
        for key, job in new_jobs.items():  # tried soon, or made since the digest was built
            self._expected_soon[key] = self.store.summary_jobs.has_attempt_before(
                job, now + RECHECK_INTERVAL
            ) or is_job_fulfilled(self.store, job)


def _job_key(job: SummaryJob) -> tuple[int, int, str]:
    return job.paper, job.version, job.language
