"""``papergram show``: print a digest as it was issued or imported."""

from __future__ import annotations

import click

from bot.cli.terminal.digest_output import format_option, print_document
from bot.cli.terminal.options import (
    LANGUAGE_CHOICES,
    MAX_INT64,
    CommandFailed,
    database_option,
    load_basic_settings,
    open_store_for_reading,
    translator,
)
from bot.render import FORMATS


@click.command()
@click.argument("number", type=click.IntRange(1, MAX_INT64))
@format_option
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGE_CHOICES)),
    help="What the entries are written in; by default what they were issued in.",
)
@database_option
def show(number: int, form: str, language: str | None, database: str | None) -> None:
    """Print a digest that was issued or imported, by its number.

    An imported document comes back byte for byte, whatever the language.

    \b
    papergram show 3
    papergram show 3 --format html > digest.html
    papergram show 3 --format bibtex > digest.bib
    """
    config = load_basic_settings(database)
    with open_store_for_reading(config) as store:
        issued_digest = store.digests.get(number)
        digest_count = 0 if issued_digest else store.digests.count()
    if issued_digest is None:
        raise CommandFailed(
            translator(config)("cli-no-digest", number=str(number), count=digest_count)
        )
    default_languages = issued_digest.languages or LANGUAGE_CHOICES["both"]
    print_document(
        FORMATS[form](issued_digest, LANGUAGE_CHOICES[language] if language else default_languages)
    )
