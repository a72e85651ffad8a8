"""``papergram enrich``: have the model write summaries for coming or older digests."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import click

from bot.app import wiring
from bot.app.config import Config
from bot.app.leader_election import hold_enrich_lease
from bot.cli.terminal.options import (
    EXIT_FAILED,
    CommandMisused,
    database_option,
    echo,
    echo_json,
    json_option,
    load_config,
    parse_day,
    translator,
)
from bot.cli.terminal.progress import bar_progress
from bot.concurrency import trusted_clock
from bot.digests import prefetch_summaries
from bot.summaries.gateway.cost_report import LlmSettings, estimate_cost, format_cost
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
    first_day = parse_day(since, config) if since else None
    languages: dict[str, None] = {}
    for typed_language in codes:
        language = language_code(typed_language)
        if language is None:
            raise CommandMisused(translate("cli-language-wrong", given=typed_language[:40]))
        languages[language] = None
    offered_languages = tuple(languages) or config.languages
    now = trusted_clock.system_clock()
    with wiring.open_indexed_store(config) as store:
        if first_day is not None:
            jobs = prefetch_summaries.jobs_since(
                store, config.bot, first_day, offered_languages, now
            )
        else:
            jobs = prefetch_summaries.jobs_for_due_digests(
                store, config.bot, now, now + LOOKAHEAD, offered_languages=offered_languages
            )
        cost_estimate = estimate_cost(store, config.llm_settings, jobs)
        if as_json:
            money = cost_estimate.cost_micros / 1_000_000
            echo_json(
                {"wanted": cost_estimate.summaries, "tokens": cost_estimate.tokens, "money": money}
            )
        else:
            cost_text = format_cost(config.llm_settings, cost_estimate.cost_micros)
            facts = {"glosses": cost_estimate.summaries, "tokens": cost_estimate.tokens}
            echo(translate("cli-enrich-estimate", **facts, money=cost_text))
        if dry_run or not jobs:
            return
        prefetch_summaries.order_jobs(store, jobs)
        store.summary_jobs.retry(jobs)
        with hold_enrich_lease(store, now, MAX_RUN_SECONDS) as is_alone:
            if is_alone:
                store.summary_jobs.release_all_claims()
            gateway, job_counts = asyncio.run(_run_jobs(store, config, len(jobs)))
        _print_result(config, config.llm_settings, store, gateway, job_counts, as_json=as_json)


async def _run_jobs(store: Store, config: Config, job_count: int) -> tuple[ModelGateway, JobCounts]:
    """Make summaries until none is left, the budget is spent or the model fails."""
    assert config.llm_settings is not None
    llm_settings, translate = config.llm_settings, translator(config)
    job_counts, rounds_without_result = JobCounts(), 0
    async with wiring.open_model_gateway(store, config, trusted_clock.system_clock) as gateway:
        with bar_progress() as progress:
            task = progress.add_task("", total=job_count, cost="")

            def report_progress(_: SummaryJob, __: bool) -> None:
                money = format_cost(llm_settings, gateway.cost_micros)
                cost_text = translate("cli-enrich-cost", tokens=gateway.tokens, money=money)
                progress.update(task, advance=1, cost=cost_text)

            while True:
                round_result = await run_summary_jobs(gateway, on_job_finished=report_progress)
                job_counts = JobCounts(
                    job_counts.completed + round_result.completed,
                    job_counts.failed + round_result.failed,
                )
                rounds_without_result = 0 if round_result.completed else rounds_without_result + 1
                if (
                    not 0.0 < gateway.pause_seconds <= MAX_WAIT_SECONDS
                    or rounds_without_result > MAX_ROUNDS_WITHOUT_RESULT
                ):
                    return gateway, job_counts
                await asyncio.sleep(gateway.pause_seconds)


def _print_result(
    config: Config,
    llm_settings: LlmSettings,
    store: Store,
    gateway: ModelGateway,
    result: JobCounts,
    *,
    as_json: bool,
) -> None:
    """Print what was made and what it cost; fail unless the model still answers."""
    translate = translator(config)
    waiting_count = store.summary_jobs.backlog().waiting
    job_counts = {"made": result.completed, "failed": result.failed, "waiting": waiting_count}
    if as_json:
        money = gateway.cost_micros / 1_000_000
        model_status = str(gateway.status)
        echo_json({**job_counts, "tokens": gateway.tokens, "money": money, "state": model_status})
    else:
        cost_text = format_cost(llm_settings, gateway.cost_micros)
        echo(translate("cli-enrich-done", **job_counts, tokens=gateway.tokens, money=cost_text))
    if gateway.status is not ModelStatus.AVAILABLE:
        echo(translate(f"account-{gateway.status}", model=llm_settings.model), err=True)
        raise SystemExit(EXIT_FAILED)
