"""``papergram backup``: copy the whole database while the bot runs."""

from __future__ import annotations

from pathlib import Path

import click

from bot.app import wiring
from bot.cli.terminal.options import database_option, echo, load_config, translator


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database_option
def backup(file: Path, database: str | None) -> None:
    """Write a whole copy of the database to FILE, which must not exist yet.

    \b
    papergram backup papergram-2026-11-23.db
    """
    config = load_config(database)
    with wiring.open_indexed_store(config) as store:
        store.backup(file)
        health = store.check_health()
    counts = {"chats": health.chats, "topics": health.subscriptions, "papers": health.papers}
    echo(translator(config)("cli-backup-done", file=str(file), **counts))
