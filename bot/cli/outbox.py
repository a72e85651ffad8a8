"""``papergram outbox``: the messages that wait, that failed, and what to do with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import click

from bot.cli.options import (
    LARGEST,
    Failed,
    Function,
    as_json,
    basics,
    database,
    echo,
    opened_for_reading,
    speaker,
)
from storage import open_store
from storage.messages.outbox import Outbox
from storage.records import Parcel, ParcelState

_OPEN = (ParcelState.DEAD, ParcelState.UNKNOWN, ParcelState.SENDING, ParcelState.READY)


@click.group()
def outbox() -> None:
    """Look at messages that wait or failed, send them again, or drop them.

    \b
    papergram outbox list
    papergram outbox retry 17
    papergram outbox drop 17
    """


@outbox.command("list")
@click.option(
    "--state",
    type=click.Choice([str(state) for state in ParcelState]),
    help="Only this state; by default all that are not settled.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@as_json
@database
def list_(state: str | None, limit: int, as_json: bool, database: str | None) -> None:
    """Print parcels: what failed, then what waits, and of each the oldest first.

    The columns are key, state, bot, chat, attempts, sends in doubt, and the last error.

    \b
    papergram outbox list --state dead --json
    """
    basic = basics(database)
    speak = speaker(basic)
    states = (ParcelState(state),) if state else _OPEN
    with opened_for_reading(basic) as store:
        bots = store.outbox.bots()
        found = [
            parcel
            for wanted in states
            for bot in bots
            for parcel in store.outbox.in_state(bot, wanted, limit)
        ]
    for parcel in found[:limit]:
        if as_json:
            echo(_json(parcel))
        else:
            echo(
                f"{parcel.key:8} {parcel.state:8} {parcel.bot:12} {parcel.chat:16}"
                f" {parcel.attempts:3} {parcel.doubts:3} {parcel.error}"
            )
    if not found and not as_json:
        told = speak("cli-outbox-no-state", state=state) if state else speak("cli-outbox-empty")
        echo(told, err=True)


def _json(parcel: Parcel) -> str:
    return json.dumps(
        {
            "key": parcel.key,
            "state": str(parcel.state),
            "bot": parcel.bot,
            "chat": parcel.chat,
            "digest": parcel.digest,
            "first": parcel.first,
            "last": parcel.last,
            "attempts": parcel.attempts,
            "doubts": parcel.doubts,
            "error": parcel.error,
        },
        ensure_ascii=False,
    )


_key: Callable[[Function], Function] = click.argument("key", type=click.IntRange(1, LARGEST))


@outbox.command()
@_key
@database
def retry(key: int, database: str | None) -> None:
    """Send a dead, dropped or doubtful parcel again.

    It says that it may be a repeat where its chat has seen some of its papers meanwhile. It is
    not sent while another message is bringing some of them.

    \b
    papergram outbox retry 17
    """
    _decide(database, "retry", key, lambda held, now: held.retry(key, now=now))


@outbox.command()
@_key
@database
def drop(key: int, database: str | None) -> None:
    """Give a parcel up; its papers can then be asked for with /missed.

    \b
    papergram outbox drop 17
    """
    _decide(database, "drop", key, lambda held, now: held.drop(key, now=now))


def _decide(
    database: str | None, name: str, key: int, decision: Callable[[Outbox, datetime], bool]
) -> None:
    """Has the outbox do something with a parcel; it does not where the state is none for it."""
    basic = basics(database)
    speak = speaker(basic)
    with closing(open_store(basic.database)) as store:
        is_done = decision(store.outbox, datetime.now(UTC))
    if not is_done:
        raise Failed(speak(f"cli-outbox-{name}-not", parcel=str(key)))
    echo(speak(f"cli-outbox-{name}", parcel=str(key)))
