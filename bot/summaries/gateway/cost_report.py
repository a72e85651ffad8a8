"""Report how the model answers, how many papers have its summaries, and what they cost.

For the operator's /status and the command line; it reads the store and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.summaries.gateway.budget import MILLION, Budget, Price, total_spending
from bot.summaries.gateway.model_state import ModelStatus, current_model_state
from storage import Store
from storage.records.messages import Notice
from storage.records.summaries import DailySpending, SummaryBacklog, SummaryCoverage, SummaryJob

# Prompt and completion tokens of a summary; an English one consists of a single sentence.
TYPICAL_TRANSLATION_TOKENS = (800, 450)
TYPICAL_ENGLISH_TOKENS = (700, 60)
COVERAGE_PERIOD = timedelta(days=7)  # of digests


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Which model writes, in which languages, and what it may cost."""

    model: str
    languages: tuple[str, ...]
    price: Price
    budget: Budget


@dataclass(frozen=True, slots=True)
class CostReport:
    """The state of the model, its summaries and their cost."""

    settings: LlmSettings
    status: ModelStatus
    backlog: SummaryBacklog
    coverage: tuple[SummaryCoverage, ...]
    today: DailySpending
    month: DailySpending
    digests_this_month: int


def build_cost_report(store: Store, bot: int, settings: LlmSettings, now: datetime) -> CostReport:
    """Return the report of one bot at an instant."""
    today = now.astimezone(UTC).date()
    month_start = today.replace(day=1)
    daily_spending = store.spending.between(month_start, today)
    month_start_time = datetime(month_start.year, month_start.month, 1, tzinfo=UTC)
    return CostReport(
        settings=settings,
        status=current_model_state(store).status,
        backlog=store.summary_jobs.backlog(),
        coverage=store.missing_summaries.coverage(bot, settings.languages, now - COVERAGE_PERIOD),
        today=total_spending((row for row in daily_spending if row.day == today), today),
        month=total_spending(daily_spending, today),
        digests_this_month=store.usage_statistics.count_digests_since(bot, month_start_time),
    )


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What summaries may cost, by the model's own mean so far or else by typical tokens."""

    summaries: int
    tokens: int
    cost_micros: int


def estimate_cost(store: Store, settings: LlmSettings, jobs: Sequence[SummaryJob]) -> CostEstimate:
    """Return an estimate of what these summaries cost."""
    prompt_tokens = completion_tokens = 0
    for language in {job.language for job in jobs}:
        job_count = sum(job.language == language for job in jobs)
        typical_prompt, typical_completion = (
            TYPICAL_TRANSLATION_TOKENS if language != "en" else TYPICAL_ENGLISH_TOKENS
        )
        mean_tokens = store.summaries.mean_tokens(settings.model, language)
        scale = mean_tokens / (typical_prompt + typical_completion) if mean_tokens else 1.0
        prompt_tokens += round(job_count * typical_prompt * scale)
        completion_tokens += round(job_count * typical_completion * scale)
    return CostEstimate(
        len(jobs),
        prompt_tokens + completion_tokens,
        settings.price.cost(prompt_tokens, completion_tokens),
    )


def cost_report_notices(report: CostReport) -> Iterable[Notice]:
    """Yield the lines of the report, each a text key with its values."""
    yield Notice(f"account-{report.status}", (("model", report.settings.model),))
    backlog = report.backlog
    yield Notice(
        "account-backlog",
        (
            ("waiting", backlog.waiting),
            ("failed", backlog.retrying),
            ("given", backlog.abandoned),
        ),
    )
    for coverage in report.coverage:
        if coverage.shown_count:
            summarized_percent = 100 * coverage.summarized_count // coverage.shown_count
            facts = (
                ("code", coverage.language),
                ("share", summarized_percent),
                ("papers", coverage.shown_count),
            )
            yield Notice("account-coverage", facts)
    yield _spending_notice(
        "account-today", report, report.today, (("budget", str(report.settings.budget)),)
    )
    digest_count = max(report.digests_this_month, 1)
    if str(report.settings.price):
        cost_per_digest = format_cost(report.settings, report.month.cost_micros // digest_count)
    else:
        cost_per_digest = str(
            (report.month.prompt_tokens + report.month.completion_tokens) // digest_count
        )
    yield _spending_notice("account-month", report, report.month, (("each", cost_per_digest),))


def _spending_notice(
    key: str, report: CostReport, spending: DailySpending, extra_values: tuple[tuple[str, str], ...]
) -> Notice:
    token_count = spending.prompt_tokens + spending.completion_tokens
    return Notice(
        key,
        (
            ("tokens", token_count),
            ("money", format_cost(report.settings, spending.cost_micros)),
            *extra_values,
        ),
    )


def format_cost(settings: LlmSettings, millionths: int) -> str:
    """Return an amount with its currency; "none" where tokens have no price."""
    if not str(settings.price):
        return "none"
    return f"{millionths / MILLION:.4f} {settings.price.currency}".strip()
