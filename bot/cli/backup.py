"""``papergram backup``: a copy of everything, while the bot goes on."""

from __future__ import annotations

from pathlib import Path

import click

from bot.app import wiring
from bot.cli.options import database, echo, settings, speaker


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database
def backup(file: Path, database: str | None) -> None:
    """Write a whole copy of the database to FILE, which must not exist yet.

    \b
    papergram backup papergram-2026-11-23.db
    """
    config = settings(database)
    with wiring.opened(config) as store:
        store.backup(file)
        held = store.check()
    counts = {"chats": held.subscribers, "topics": held.subscriptions, "papers": held.papers}
    echo(speaker(config)("cli-backup-done", file=str(file), **counts))
