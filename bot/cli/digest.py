"""``papergram digest``: print what a topic found lately."""

from __future__ import annotations

import click

from bot.cli.terminal.digest_output import format_option, print_document
from bot.cli.terminal.options import (
    LANGUAGE_CHOICES,
    CommandFailed,
    database_option,
    load_basic_settings,
    open_store_for_reading,
    translator,
)
from bot.cli.terminal.query_argument import QueryCommand, query_argument
from bot.concurrency import trusted_clock
from bot.digests import issue_digest, new_announcements
from bot.render import FORMATS
from storage.records.queries import Query


@click.command(cls=QueryCommand)
@query_argument
@format_option
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGE_CHOICES)),
    default="both",
    show_default=True,
    help="What the entries are written in.",
)
@database_option
def digest(query: Query, form: str, language: str, database: str | None) -> None:
    """Print what a topic found in the last seven days.

    It is printed only: nothing is sent, and no topic's position moves.

    \b
    papergram digest diffusion cat:cs.CV
    papergram digest '"error correction"' --format html --language en
    """
    config = load_basic_settings(database)
    with open_store_for_reading(config, for_search=True) as store:
        topic_digest = issue_digest.recent_digest(
            store, query, trusted_clock.system_clock(), save=False
        )
    if not topic_digest.entries:
        translate = translator(config)
        raise CommandFailed(
            translate("cli-digest-none", days=new_announcements.RECENT_DAYS, query=query.text)
        )
    print_document(FORMATS[form](topic_digest, LANGUAGE_CHOICES[language]))
