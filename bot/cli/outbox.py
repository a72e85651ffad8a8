"""``papergram outbox``: list, retry and drop messages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import click

from bot.cli.terminal.options import (
    MAX_INT64,
    CommandFailed,
    CommandFunction,
    database_option,
    echo,
    echo_json,
    json_option,
    load_basic_settings,
    open_store_for_reading,
    translator,
)
from storage import open_store
from storage.messages.outbox_repair import OutboxRepair
from storage.records.messages import MessageState

_UNSETTLED_STATES = (
    MessageState.DEAD,
    MessageState.UNKNOWN,
    MessageState.SENDING,
    MessageState.READY,
)


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
    type=click.Choice([str(state) for state in MessageState]),
    help="Only this state; by default all that are not settled.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
@database_option
def list_(state: str | None, limit: int, as_json: bool, database: str | None) -> None:
    """Print parcels: what failed, then what waits, and of each the oldest first.

    The columns are key, state, bot, chat, attempts, sends in doubt, and the last error.

    \b
    papergram outbox list --state dead --json
    """
    basic_config = load_basic_settings(database)
    translate = translator(basic_config)
    states = (MessageState(state),) if state else _UNSETTLED_STATES
    with open_store_for_reading(basic_config) as store:
        bots = store.outbox.bots_with_messages()
        messages = [
            message
            for message_state in states
            for bot in bots
            for message in store.outbox.messages_in_state(bot, message_state, limit)
        ]
    for message in messages[:limit]:
        if as_json:
            echo_json(
                {
                    "key": message.key,
                    "state": str(message.state),
                    "bot": message.bot,
                    "chat": message.chat,
                    "digest": message.digest,
                    "first": message.first_entry,
                    "last": message.last_entry,
                    "attempts": message.attempts,
                    "doubts": message.unknown_sends,
                    "error": message.error,
                }
            )
        else:
            echo(
                f"{message.key:8} {message.state:8} {message.bot:12} {message.chat:16}"
                f" {message.attempts:3} {message.unknown_sends:3} {message.error}"
            )
    if not messages and not as_json:
        sentence = (
            translate("cli-outbox-no-state", state=state)
            if state
            else translate("cli-outbox-empty")
        )
        echo(sentence, err=True)


_key_argument: Callable[[CommandFunction], CommandFunction] = click.argument(
    "key", type=click.IntRange(1, MAX_INT64)
)


@outbox.command()
@_key_argument
@database_option
def retry(key: int, database: str | None) -> None:
    """Send a dead, dropped or doubtful parcel again.

    It says that it may be a repeat where its chat has seen some of its papers meanwhile. It is
    not sent while another message is bringing some of them.

    \b
    papergram outbox retry 17
    """
    _change_message(database, "retry", key, lambda repair, now: repair.retry_message(key, now=now))


@outbox.command()
@_key_argument
@database_option
def drop(key: int, database: str | None) -> None:
    """Give a parcel up; its papers can then be asked for with /missed.

    \b
    papergram outbox drop 17
    """
    _change_message(database, "drop", key, lambda repair, now: repair.drop_message(key, now=now))


def _change_message(
    database: str | None, name: str, key: int, change: Callable[[OutboxRepair, datetime], bool]
) -> None:
    """Change a message in the outbox; fail if its state does not allow it."""
    basic_config = load_basic_settings(database)
    translate = translator(basic_config)
    with closing(open_store(basic_config.database)) as store:
        is_done = change(store.outbox_repair, datetime.now(UTC))
    if not is_done:
        raise CommandFailed(translate(f"cli-outbox-{name}-not", parcel=str(key)))
    echo(translate(f"cli-outbox-{name}", parcel=str(key)))
