"""``papergram enrich``: have the model write summaries for coming or older digests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import click

from bot.app import wiring
from bot.app.config import Config
from bot.app.leader_election import hold_enrich_lease
from bot.cli.terminal.options import (
    EXIT_FAILED,
    CommandMisused,
    database_option,
    echo,
    json_option,
    load_config,
    translator,
)
from bot.cli.terminal.progress import bar_progress
from bot.concurrency import trusted_clock
from bot.digests import prefetch_summaries
from bot.summaries.gateway.cost_report import CostEstimate, LlmSettings, estimate_cost, format_cost
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.gateway.model_state import ModelStatus
from bot.summaries.jobs import JobCounts, run_summary_jobs
from bot.texts.languages import language_code
from storage import Store
from storage.records.summaries import SummaryJob

LOOKAHEAD = timedelta(days=8)  # whatever comes every week is due within it
MAX_RUN_SECONDS = 6 * 3600.0  # seconds; a killed run on this machine is not waited for
MAX_ROUNDS_WITHOUT_RESULT = 3  # rounds in which nothing was made, after which the run ends
MAX_WAIT_SECONDS = 120.0  # seconds that a command waits if the model asks it to


@click.command()
@click.option("--since", metavar="DATE", help="What topics found since this day, not what is next.")
@click.option(
    "--language",
    "codes",
    metavar="CODE",
    multiple=True,
    help="Only these; repeatable. By default those that the readers chose.",
)
@click.option("--dry-run", is_flag=True, help="Only say what it would make, and what it may cost.")
@json_option
@database_option
def enrich(
    since: str | None, codes: tuple[str, ...], dry_run: bool, as_json: bool, database: str | None
) -> None:
    """Write summaries and translations with the model, within the day's budget.

    What was stopped goes on at the next call, or in the running bot; nothing is paid twice.

    \b
    papergram enrich --dry-run
    papergram enrich --since 2026-11-16 --language zh
    """
    config = load_config(database)
    translate = translator(config)
    if config.token is None:
        raise CommandMisused(translate("cli-no-token"))
    if config.llm_settings is None:
        raise CommandMisused(translate("cli-no-model"))
    first, languages = _parse_day(since, config), _parse_languages(codes, config)
    now = trusted_clock.system_clock()
    with wiring.open_indexed_store(config) as store:
        jobs = _plan_jobs(store, config, first, languages, now)
        cost_estimate = estimate_cost(store, config.llm_settings, jobs)
        _print_estimate(config, cost_estimate, as_json=as_json)
        if dry_run or not jobs:
            return
        prefetch_summaries.order_jobs(store, jobs)
        store.summary_jobs.retry(jobs)
        with hold_enrich_lease(store, now, MAX_RUN_SECONDS) as is_alone:
            if is_alone:
                store.summary_jobs.release_all_claims()
            gateway, result = asyncio.run(_run_jobs(store, config, len(jobs)))
        _print_result(config, config.llm_settings, store, gateway, result, as_json=as_json)


def _parse_day(text: str | None, config: Config) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandMisused(translator(config)("cli-date-wrong", given=str(text)[:40])) from None


def _parse_languages(codes: Sequence[str], config: Config) -> tuple[str, ...]:
    language_codes = []
    for name in codes:
        code = language_code(name)
        if code is None:
            raise CommandMisused(translator(config)("cli-language-wrong", given=name[:40]))
        language_codes.append(code)
    return tuple(dict.fromkeys(language_codes))


def _plan_jobs(
    store: Store, config: Config, first: date | None, languages: tuple[str, ...], now: datetime
) -> list[SummaryJob]:
    if first is not None:
        requested_languages = languages or config.languages
        return prefetch_summaries.jobs_since(store, config.bot, first, requested_languages, now)
    return prefetch_summaries.jobs_for_due_digests(
        store, config.bot, now, now + LOOKAHEAD, offered_languages=languages or config.languages
    )


async def _run_jobs(store: Store, config: Config, job_count: int) -> tuple[ModelGateway, JobCounts]:
    """Make summaries until none is left, the budget is spent or the model fails."""
    result, rounds_without_result = JobCounts(), 0
    async with wiring.open_model_gateway(store, config, trusted_clock.system_clock) as gateway:
        with bar_progress() as progress:
            task = progress.add_task("", total=job_count, cost="")

            def report_progress(_: SummaryJob, __: bool) -> None:
                progress.update(task, advance=1, cost=_cost_text(config, gateway))

            while True:
                round_result = await run_summary_jobs(gateway, on_job_finished=report_progress)
                result = JobCounts(
                    result.completed + round_result.completed, result.failed + round_result.failed
                )
                rounds_without_result = 0 if round_result.completed else rounds_without_result + 1
                if (
                    not 0.0 < gateway.pause_seconds <= MAX_WAIT_SECONDS
                    or rounds_without_result > MAX_ROUNDS_WITHOUT_RESULT
                ):
                    return gateway, result
                await asyncio.sleep(gateway.pause_seconds)


def _cost_text(config: Config, gateway: ModelGateway) -> str:
    assert config.llm_settings is not None
    return translator(config)(
        "cli-enrich-cost",
        tokens=gateway.tokens,
        money=format_cost(config.llm_settings, gateway.cost_micros),
    )


def _print_estimate(config: Config, cost_estimate: CostEstimate, *, as_json: bool) -> None:
    assert config.llm_settings is not None
    facts = {"glosses": cost_estimate.summaries, "tokens": cost_estimate.tokens}
    if as_json:
        row = {
            "wanted": cost_estimate.summaries,
            "tokens": cost_estimate.tokens,
            "money": cost_estimate.cost_micros / 1_000_000,
        }
        echo(json.dumps(row))
        return
    cost_text = format_cost(config.llm_settings, cost_estimate.cost_micros)
    echo(translator(config)("cli-enrich-estimate", **facts, money=cost_text))


def _print_result(
    config: Config,
    llm_settings: LlmSettings,
    store: Store,
    gateway: ModelGateway,
    result: JobCounts,
    *,
    as_json: bool,
) -> None:
    backlog = store.summary_jobs.backlog()
    if as_json:
        row = {
            "made": result.completed,
            "failed": result.failed,
            "waiting": backlog.waiting,
            "tokens": gateway.tokens,
            "money": gateway.cost_micros / 1_000_000,
            "state": str(gateway.status),
        }
        echo(json.dumps(row))
    else:
        facts = {"made": result.completed, "failed": result.failed, "waiting": backlog.waiting}
        cost_facts = {
            "tokens": gateway.tokens,
            "money": format_cost(llm_settings, gateway.cost_micros),
        }
        echo(translator(config)("cli-enrich-done", **facts, **cost_facts))
    if gateway.status is not ModelStatus.AVAILABLE:
        echo(translator(config)(f"account-{gateway.status}", model=llm_settings.model), err=True)
        raise SystemExit(EXIT_FAILED)
