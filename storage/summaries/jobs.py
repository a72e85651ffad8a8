"""Queue the summaries that are needed: each ordered once, claimed by one, retried later."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.engine.column_types import from_micros, seconds_to_micros, to_micros, to_micros_or_null
from storage.engine.sqlite import Engine, Value
from storage.records.summaries import SummaryBacklog, SummaryJob
from storage.summaries.missing_summaries import IS_GENERATED

_INSERT_JOB = f"""
    insert into summary_jobs (paper, version, language, needed_at, attempts, next_at,
        lease_until, error)
    select :paper, :version, :language, :needed_at, 0, 0, 0, ''
    where not exists (select 1 from summaries g where g.paper = :paper and g.version = :version
        and g.language = :language and {IS_GENERATED})
    on conflict do nothing
"""


class SummaryJobs:
    """The queue of summaries that models are to write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enqueue(self, jobs: Iterable[SummaryJob]) -> int:
        """Order summaries that no producer has written yet; return how many are new.

        A job that exists can only become due earlier; one that was given up stays so.
        """
        new_jobs = 0
        with self._engine.ensure_transaction():
            for job in jobs:
                parameters: dict[str, Value] = {
                    "paper": job.paper,
                    "version": job.version,
                    "language": job.language,
                    "needed_at": to_micros(job.needed_at),
                }
                if self._engine.execute(_INSERT_JOB, **parameters):
                    new_jobs += 1
                    continue
                self._engine.execute(
                    """
                    update summary_jobs set needed_at = :needed_at
                    where paper = :paper and version = :version and language = :language
                        and needed_at > :needed_at
                    """,
                    **parameters,
                )
        return new_jobs

    def claim(self, now: datetime, lease_seconds: float, limit: int) -> list[SummaryJob]:
        """Claim the jobs needed first for some seconds, so that no other process pays for them."""
        rows = self._engine.execute_returning(
            """
            update summary_jobs set lease_until = :until, fencing_token = fencing_token + 1
            where key in (
                select key from summary_jobs
                where next_at <= :now and lease_until <= :now
                order by needed_at, key limit :limit)
            returning *
            """,
            now=to_micros(now),
            until=to_micros(now) + seconds_to_micros(lease_seconds),
            limit=limit,
        )
        jobs = [
            SummaryJob(
                paper=row["paper"],
                version=row["version"],
                language=row["language"],
                needed_at=from_micros(row["needed_at"]),
                attempts=row["attempts"],
                error=row["error"],
                fencing_token=row["fencing_token"],
                key=row["key"],
            )
            for row in rows
        ]
        return sorted(jobs, key=lambda job: (job.needed_at, job.key))

    def complete(self, job: SummaryJob) -> None:
        """Delete a job, in the transaction that stores its summary, whoever wrote it."""
        self._engine.execute("delete from summary_jobs where key = :key", key=job.key)

    def fail(self, job: SummaryJob, error: str, retry_at: datetime | None) -> bool:
        """Count a failure; retried at an instant, or never.

        False when another process has claimed the job since: then its outcome counts.
        """
        return bool(
            self._engine.execute(
                """
                update summary_jobs set attempts = attempts + 1, error = :error, next_at = :until,
                    lease_until = 0
                where key = :key and fencing_token = :fencing_token
                """,
                key=job.key,
                fencing_token=job.fencing_token,
                error=error,
                until=to_micros_or_null(retry_at),
            )
        )

    def release(self, job: SummaryJob) -> bool:
        """Release a claimed job that was not tried; False when it was claimed anew."""
        return bool(
            self._engine.execute(
                """
                update summary_jobs set lease_until = 0
                where key = :key and fencing_token = :fencing_token
                """,
                key=job.key,
                fencing_token=job.fencing_token,
            )
        )

    def release_all_claims(self) -> int:
        """Take over the claims of a former process; calls under way are paid once more."""
        return self._engine.execute(
            "update summary_jobs set lease_until = 0 where lease_until > 0 and next_at is not null"
        )

    def retry(self, jobs: Iterable[SummaryJob]) -> int:
        """Retry these jobs where they wait or were given up; return how many."""
        with self._engine.ensure_transaction():
            return sum(
                self._engine.execute(
                    """
                    update summary_jobs set next_at = 0, attempts = 0
                    where paper = :paper and version = :version and language = :language
                        and (next_at is null or next_at > 0)
                    """,
                    paper=job.paper,
                    version=job.version,
                    language=job.language,
                )
                for job in jobs
            )

    def delete_before(self, before: datetime, limit: int = 1000) -> int:
        """Delete some jobs that were needed before an instant; return how many."""
        return self._engine.execute(
            """
            delete from summary_jobs where key in (
                select key from summary_jobs where needed_at < :before order by key limit :limit)
            """,
            before=to_micros(before),
            limit=limit,
        )

    def count_pending(self, digest: int) -> int:
        """Count the summaries that a digest's messages lack and that are still tried."""
        return self._engine.fetch_number(
            """
            select count(*) as n from entries e
            join summary_jobs c on c.paper = e.paper and c.version = e.version
            where e.digest = :digest and e.shown = 1 and c.next_at is not null
                and exists (select 1 from outbox_messages p where p.digest = e.digest
                    and instr(p.languages, '"' || c.language || '"') > 0)
            """,
            digest=digest,
        )

    def has_attempt_before(self, job: SummaryJob, before: datetime) -> bool:
        """Tell whether a job exists and will be tried before an instant."""
        return self._engine.has_row(
            """
            select 1 from summary_jobs where paper = :paper and version = :version
                and language = :language and next_at <= :before
            """,
            paper=job.paper,
            version=job.version,
            language=job.language,
            before=to_micros(before),
        )

    def backlog(self) -> SummaryBacklog:
        """Count the jobs that wait, that failed before, and that were given up."""
        row = self._engine.fetch_one(
            """
            select count(next_at) as waiting, count(*) - count(next_at) as given_up,
                coalesce(sum(next_at is not null and attempts > 0), 0) as failed
            from summary_jobs
            """
        )
        return (
            SummaryBacklog(row["waiting"], row["failed"], row["given_up"])
            if row
            else SummaryBacklog()
        )
