"""Write ordered summaries with a model, within its budget.

No digest depends on this: until a summary is made, the abstract's own words are shown. The cost of
a summary is recorded in the same transaction as its outcome, so that a process that is killed pays
again only for the requests in flight.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.summaries.gateway.model_gateway import (
    ModelGateway,
    UsageTotal,
    charge_usage,
    pause_after_error,
)
from bot.summaries.gateway.model_state import ModelStatus, record_model_state
from bot.summaries.llm.ask_for_fields import AnswerRejected
from bot.summaries.llm.errors import CompletionDeclined, ModelError
from bot.summaries.llm.summarize import PROMPT_VERSION, summarize
from storage.errors import StorageError
from storage.records.papers import Paper
from storage.records.summaries import Summary, SummaryJob

log = logging.getLogger(__name__)

LEASE_SECONDS = 600.0  # enough for a summary with all its pieces
RETRY_DELAYS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


@dataclass(frozen=True, slots=True)
class JobCounts:
    """Counts of what one run did, in summaries."""

    completed: int = 0
    failed: int = 0


async def run_summary_jobs(
    gateway: ModelGateway,
    *,
    on_job_finished: Callable[[SummaryJob, bool], None] = lambda _job, _is_completed: None,
) -> JobCounts:
    """Run ordered jobs, the most urgent first, while any are left and the model may be asked.

    ``on_job_finished`` is called with each job that was completed or failed.
    """
    job_counts = JobCounts()

    async def run_jobs() -> None:
        nonlocal job_counts
        try:
            while gateway.try_begin():
                claimed_job = await gateway.store.run(_claim_job, gateway)
                if claimed_job is None:
                    gateway.circuit_breaker.give_back_attempt()
                    return
                job, paper = claimed_job
                is_completed = await _run_job(gateway, job, paper)
                if is_completed is not None:
                    on_job_finished(job, is_completed)
                    job_counts = JobCounts(
                        job_counts.completed + is_completed, job_counts.failed + (not is_completed)
                    )
        except StorageError as error:
            # Busy or full: the other workers finish their requests.
            log.warning("glosses wait", extra={"error": type(error).__name__})

    async with asyncio.TaskGroup() as group:
        for _ in range(gateway.max_concurrent):
            group.create_task(run_jobs())
    await gateway.store.run(
        record_model_state, gateway.store, gateway.status, gateway.model.name, gateway.now()
    )
    return job_counts


def _claim_job(gateway: ModelGateway) -> tuple[SummaryJob, Paper | None] | None:
    """Claim the most urgent job and return it with its paper; None if the day's budget is spent.

    The cost of requests in flight is not known yet, so a day may exceed its budget by that much.
    """
    with gateway.store.transaction():
        if gateway.is_budget_spent():
            gateway.status = ModelStatus.BUDGET_SPENT
            return None
        if gateway.status is ModelStatus.BUDGET_SPENT:
            gateway.status = ModelStatus.AVAILABLE
        claimed_jobs = gateway.store.summary_jobs.claim(gateway.now(), LEASE_SECONDS, 1)
    if not claimed_jobs:
        return None
    [job] = claimed_jobs
    return job, gateway.store.papers.get_by_key(job.paper, job.version)


async def _run_job(gateway: ModelGateway, job: SummaryJob, paper: Paper | None) -> bool | None:
    """Run one job and store its outcome; return whether it succeeded, None when it is undecided."""
    store, usage = gateway.store, UsageTotal()
    if paper is None:  # only if the database was edited by hand
        await store.run(store.summary_jobs.complete, job)
        return None
    try:
        async with asyncio.timeout(LEASE_SECONDS / 2):
            written_summary = await summarize(gateway.model, paper, job.language, usage.add)
    except AnswerRejected as error:
        gateway.record_answer()
        await _record_failure(gateway, job, usage, ", ".join(error.findings))
        return False
    except CompletionDeclined as error:
        gateway.record_answer()
        await _record_failure(gateway, job, usage, type(error).__name__)
        return False
    except (ModelError, TimeoutError) as error:
        if pause_after_error(gateway, error):
            await asyncio.shield(store.run(_release_job, gateway, job, usage))
        else:  # only this paper may be at fault
            await _record_failure(gateway, job, usage, type(error).__name__)
        return None
    except asyncio.CancelledError:  # the process stops: record what was paid
        await asyncio.shield(store.run(_release_job, gateway, job, usage))
        raise
    except Exception as error:
        # A bug of ours; a paper that triggers it delays no other.
        log.exception("gloss broke off", extra={"paper": paper.id})
        await _record_failure(gateway, job, usage, type(error).__name__)
        return False
    gateway.record_answer()
    summary = Summary(
        paper=paper.key,
        version=paper.version,
        language=job.language,
        title=written_summary.title,
        tldr=written_summary.tldr,
        abstract=written_summary.abstract,
        producer=gateway.model.name,
        created_at=gateway.now(),
        prompt_version=PROMPT_VERSION,
        tokens=usage.prompt_tokens + usage.completion_tokens,
    )
    await asyncio.shield(store.run(_save_summary, gateway, job, summary, usage))
    return True


def _save_summary(
    gateway: ModelGateway, job: SummaryJob, summary: Summary, usage: UsageTotal
) -> None:
    with gateway.store.transaction():
        gateway.store.summaries.add(summary)
        gateway.store.summary_jobs.complete(job)
        gateway.store.spending.add(charge_usage(gateway, usage))


async def _record_failure(
    gateway: ModelGateway, job: SummaryJob, usage: UsageTotal, reason: str
) -> None:
    """Record a failure and schedule a retry, unless all retries are used up."""
    attempts = job.attempts
    retry_at = gateway.now() + RETRY_DELAYS[attempts] if attempts < len(RETRY_DELAYS) else None
    log.info(
        "gloss refused",
        extra={"paper": job.paper, "language": job.language, "why": reason},
    )

    def record_failure() -> None:
        with gateway.store.transaction():
            gateway.store.summary_jobs.fail(job, reason, retry_at)
            gateway.store.spending.add(charge_usage(gateway, usage, unused=1))

    await asyncio.shield(gateway.store.run(record_failure))


def _release_job(gateway: ModelGateway, job: SummaryJob, usage: UsageTotal) -> None:
    with gateway.store.transaction():
        gateway.store.summary_jobs.release(job)
        if usage.calls:
            gateway.store.spending.add(charge_usage(gateway, usage, unused=1))
