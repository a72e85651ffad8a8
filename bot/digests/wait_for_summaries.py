"""May a chat that is due wait a little for its glosses? For a grace, and never longer.

A digest does not depend on a model: one that rests, fails or has spent its budget is not
waited for, and what lacks after the grace is shown in English and edited in later.
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
from storage.records import Chat, Digest, Subscription, SummaryJob

MAX_WAIT = timedelta(minutes=10)
RECHECK_INTERVAL = timedelta(seconds=15)  # until a chat that waits is looked at once more


@dataclass(slots=True)
class SummaryWait:
    """Lets a chat wait for the glosses of its digests, for the grace at most."""

    store: Store
    can_ask_model: Callable[[], bool]  # whether the model can be asked at all
    wake_jobs: Callable[[], object]  # something urgent was ordered; from any thread
    offered_languages: OfferedLanguages = None
    _recheck_at: dict[int, datetime] = field(default_factory=dict)
    _waiting_since: dict[int, datetime] = field(default_factory=dict)  # since when each chat waits
    _checked_at: datetime | None = None
    _expected_soon: dict[tuple[int, int, str], bool] = field(
        default_factory=dict
    )  # of that instant

    def is_recheck_pending(self, chat: int, now: datetime) -> bool:
        """Whether a chat was told to wait a moment ago: it need not be looked at again yet."""
        until = self._recheck_at.get(chat)
        return until is not None and now < until <= now + RECHECK_INTERVAL

    def order_and_should_wait(
        self,
        chat: Chat,
        topic_digests: Sequence[tuple[Subscription, Digest]],
        announced_at: datetime | None,
        now: datetime,
    ) -> bool:
        """Whether a chat that is due should get its digests a little later.

        What they lack is ordered in any case. ``announced_at`` is since when topics are due that
        want papers as soon as they are there.
        """
        due_times = [topic.next_due or announced_at or now for topic, _ in topic_digests]
        missing = [
            job
            for (topic, digest), due in zip(topic_digests, due_times, strict=True)
            for job in missing_jobs(chat, topic, digest, due, self.offered_languages)
        ]
        is_expected = self._order_missing(missing, now)
        waiting_start = self._waiting_start(chat.id, now)
        deadline = min((*due_times, waiting_start)) + MAX_WAIT
        is_within_wait = max(due_times, default=now) <= now < deadline
        if not (is_expected and is_within_wait and self.can_ask_model()):
            self._recheck_at.pop(chat.id, None)
            self._waiting_since.pop(chat.id, None)
            return False
        self._waiting_since[chat.id] = waiting_start
        self._recheck_at[chat.id] = min(now + RECHECK_INTERVAL, deadline)
        return True

    def _waiting_start(self, chat: int, now: datetime) -> datetime:
        """Since when a chat waits; feeds that go on announcing do not begin its grace anew."""
        since = self._waiting_since.get(chat, now)
        # Who was held so long ago, or in what is the future by now, waits for something else.
        return since if since <= now < since + 2 * MAX_WAIT else now

    def _order_missing(self, jobs: Sequence[SummaryJob], now: datetime) -> bool:
        """Orders what lacks; tells whether some of it is soon there.

        Each gloss is looked at once an instant, however many chats lack it.
        """
        if now != self._checked_at:
            self._checked_at, self._expected_soon = now, {}
        new_jobs = {_job_key(job): job for job in jobs if _job_key(job) not in self._expected_soon}
        if new_jobs and order_jobs(self.store, new_jobs.values()):
            self.wake_jobs()
        self._expected_soon |= {
            key: self._is_expected_soon(job, now) for key, job in new_jobs.items()
        }
        return any(self._expected_soon[_job_key(job)] for job in jobs)

    def _is_expected_soon(self, job: SummaryJob, now: datetime) -> bool:
        """Whether a gloss is tried soon, or was made since the digest was drawn."""
        return self.store.summary_jobs.has_attempt_before(
            [job], now + RECHECK_INTERVAL
        ) or is_job_fulfilled(self.store, job)


def _job_key(job: SummaryJob) -> tuple[int, int, str]:
    return job.paper, job.version, job.language
