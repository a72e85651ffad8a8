"""``papergram show``: a digest as it was issued or imported."""

from __future__ import annotations

import click

from bot.cli.digest_output import form, print_document
from bot.cli.options import (
    LANGUAGES,
    LARGEST,
    Failed,
    basics,
    database,
    opened_for_reading,
    speaker,
)
from bot.render import FORMS


@click.command()
@click.argument("number", type=click.IntRange(1, LARGEST))
@form
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    help="What the entries are written in; by default what they were issued in.",
)
@database
def show(number: int, form: str, language: str | None, database: str | None) -> None:
    """Print a digest that was issued or imported, by its number.

    An imported document comes back byte for byte, whatever the language.

    \b
    papergram show 3
    papergram show 3 --format html > digest.html
    papergram show 3 --format bibtex > digest.bib
    """
    config = basics(database)
    with opened_for_reading(config) as store:
        found = store.digests.get(number)
        count = 0 if found else store.digests.count()
    if found is None:
        raise Failed(speaker(config)("cli-no-digest", number=str(number), count=count))
    own = found.languages or LANGUAGES["both"]
    print_document(FORMS[form](found, LANGUAGES[language] if language else own))
