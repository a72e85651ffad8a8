"""``papergram digest``: what a topic found lately."""

from __future__ import annotations

import click

from bot.cli.digest_output import form, print_document
from bot.cli.options import (
    LANGUAGES,
    Failed,
    basics,
    database,
    language,
    opened_for_reading,
    speaker,
)
from bot.cli.query_argument import AsksQuery, query
from bot.concurrency import trusted_clock
from bot.digests import issue_digest, new_announcements
from bot.render import FORMS
from storage.records import Query


@click.command(cls=AsksQuery)
@query
@form
@language
@database
def digest(query: Query, form: str, language: str, database: str | None) -> None:
    """Print what a topic found in the last seven days.

    It is printed only: nothing is sent, and no topic's position moves.

    \b
    papergram digest diffusion cat:cs.CV
    papergram digest '"error correction"' --format html --language en
    """
    config = basics(database)
    with opened_for_reading(config, searches=True) as store:
        drawn = issue_digest.drawn(store, query, trusted_clock.wall_clock(), keep=False)
    if not drawn.entries:
        speak = speaker(config)
        raise Failed(speak("cli-digest-none", days=new_announcements.RECENT_DAYS, query=query.text))
    print_document(FORMS[form](drawn, LANGUAGES[language]))
