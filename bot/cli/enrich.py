"""``papergram enrich``: have the model write what digests will want, or what older ones lacked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import click

from bot.app import wiring
from bot.app.config import Config
from bot.app.leader_election import glossing
from bot.cli.options import FAILED, Misused, as_json, database, echo, settings, speaker
from bot.cli.progress import bar
from bot.concurrency import trusted_clock
from bot.digests import prefetch_summaries
from bot.summaries.gateway.cost_report import Contract, Estimate, estimate, money
from bot.summaries.gateway.model_gateway import Workshop
from bot.summaries.gateway.model_state import State
from bot.summaries.jobs import Fulfilled, fulfil
from bot.texts.languages import language_code
from storage import Store
from storage.records import Commission

SOON = timedelta(days=8)  # whatever comes every week is due within it
LONGEST_RUN = 6 * 3600.0  # seconds; one that was killed on this machine is not waited for
RESTS = 3  # in which nothing was made: then it is better to come again
LONGEST = 120.0  # seconds that a command waits for a model that asks to


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
@as_json
@database
def enrich(
    since: str | None,
    codes: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    database: str | None,
) -> None:
    """Write summaries and translations with the model, within the day's budget.

    What was stopped goes on at the next call, or in the running bot; nothing is paid twice.

    \b
    papergram enrich --dry-run
    papergram enrich --since 2026-11-16 --language zh
    """
    config = settings(database)
    speak = speaker(config)
    if config.token is None:
        raise Misused(speak("cli-no-token"))
    if config.contract is None:
        raise Misused(speak("cli-no-model"))
    first, languages = _day(since, config), _languages(codes, config)
    now = trusted_clock.wall_clock()
    with wiring.opened(config) as store:
        found = _wanted(store, config, first, languages, now)
        guess = estimate(store, config.contract, found)
        _announce(config, guess, as_json=as_json)
        if dry_run or not found:
            return
        prefetch_summaries.order(store, found)
        store.commissions.retry(found)
        with glossing(store, now, LONGEST_RUN) as is_alone:
            if is_alone:
                store.commissions.recover()
            shop, done = asyncio.run(_made(store, config, len(found)))
        _conclude(config, config.contract, store, shop, done, as_json=as_json)


def _day(text: str | None, config: Config) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Misused(speaker(config)("cli-date-wrong", given=str(text)[:40])) from None


def _languages(codes: Sequence[str], config: Config) -> tuple[str, ...]:
    found = []
    for word in codes:
        code = language_code(word)
        if code is None:
            raise Misused(speaker(config)("cli-language-wrong", given=word[:40]))
        found.append(code)
    return tuple(dict.fromkeys(found))


def _wanted(
    store: Store, config: Config, first: date | None, languages: tuple[str, ...], now: datetime
) -> list[Commission]:
    if first is not None:
        wanted = languages or config.languages
        return prefetch_summaries.wanted_since(store, config.bot, first, wanted, now)
    return prefetch_summaries.wanted(
        store, config.bot, now, now + SOON, offered=languages or config.languages
    )


async def _made(store: Store, config: Config, wanted: int) -> tuple[Workshop, Fulfilled]:
    """Makes glosses until none is left, the budget is spent or the model does not answer."""
    done, vain = Fulfilled(), 0
    async with wiring.workshop(store, config, trusted_clock.wall_clock) as shop:
        with bar() as progress:
            task = progress.add_task("", total=wanted, cost="")

            def told(_: Commission, __: bool) -> None:
                progress.update(task, advance=1, cost=_cost(config, shop))

            while True:
                one = await fulfil(shop, told=told)
                done = Fulfilled(done.made + one.made, done.failed + one.failed)
                vain = 0 if one.made else vain + 1
                if not 0.0 < shop.rest <= LONGEST or vain > RESTS:
                    return shop, done
                await asyncio.sleep(shop.rest)


def _cost(config: Config, shop: Workshop) -> str:
    assert config.contract is not None
    return speaker(config)(
        "cli-enrich-cost", tokens=shop.tokens, money=money(config.contract, shop.money)
    )


def _announce(config: Config, guess: Estimate, *, as_json: bool) -> None:
    assert config.contract is not None
    facts = {"glosses": guess.glosses, "tokens": guess.tokens}
    if as_json:
        row = {"wanted": guess.glosses, "tokens": guess.tokens, "money": guess.money / 1_000_000}
        echo(json.dumps(row))
        return
    price = money(config.contract, guess.money)
    echo(speaker(config)("cli-enrich-estimate", **facts, money=price))


def _conclude(
    config: Config,
    contract: Contract,
    store: Store,
    shop: Workshop,
    done: Fulfilled,
    *,
    as_json: bool,
) -> None:
    backlog = store.commissions.backlog()
    if as_json:
        row = {
            "made": done.made,
            "failed": done.failed,
            "waiting": backlog.waiting,
            "tokens": shop.tokens,
            "money": shop.money / 1_000_000,
            "state": str(shop.state),
        }
        echo(json.dumps(row))
    else:
        facts = {"made": done.made, "failed": done.failed, "waiting": backlog.waiting}
        cost = {"tokens": shop.tokens, "money": money(contract, shop.money)}
        echo(speaker(config)("cli-enrich-done", **facts, **cost))
    if shop.state is not State.GOOD:
        echo(speaker(config)(f"account-{shop.state}", model=contract.model), err=True)
        raise SystemExit(FAILED)
