"""``papergram digest``, ``show`` and ``search``: papers go out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import pairwise

import click

from bot import app, gather, issue
from bot.cli.frame import (
    LANGUAGES,
    LARGEST,
    Failed,
    Function,
    as_json,
    database,
    echo,
    language,
    settings,
    speaker,
)
from bot.logs import visible
from bot.matching import matches
from bot.query import parse
from bot.render import FORMS
from storage import Store
from storage.model import Paper, Query

_MASK = "\0"  # no word of a command line can hold it


class AsksQuery(click.Command):
    """A command whose words are a query: ``-survey`` leaves a word out and is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        known = {name for one in options for name in one.opts}
        valued = {name for one in options if not one.is_flag for name in one.opts}
        seen: list[str] = []
        for before, word in pairwise(["", *args]):
            is_free = word not in known and before not in valued and "--" not in seen
            excludes = is_free and word.startswith("-") and not word.startswith("--")
            seen.append(_MASK + word if excludes and len(word) > 1 else word)
        return super().parse_args(ctx, seen)


def _words(ctx: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> Query:
    """The query in the words behind a command."""
    return parse(" ".join(word.removeprefix(_MASK) for word in words))


query: Callable[[Function], Function] = click.argument(
    "query", nargs=-1, required=True, metavar="QUERY", callback=_words
)
form: Callable[[Function], Function] = click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="markdown",
    show_default=True,
    help="How the digest is printed.",
)


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
    config = settings(database)
    with app.opened(config) as store:
        drawn = issue.drawn(store, query, app.wall_clock())
    if not drawn.entries:
        speak = speaker(config)
        raise Failed(speak("cli-digest-none", days=gather.RECENT_DAYS, query=query.text))
    _print(FORMS[form](drawn, LANGUAGES[language]))


@click.command()
@click.argument("number", type=click.IntRange(1, LARGEST))
@form
@language
@database
def show(number: int, form: str, language: str, database: str | None) -> None:
    """Print a digest that was issued or imported, by its number.

    An imported document comes back byte for byte.

    \b
    papergram show 3
    papergram show 3 --format html > digest.html
    """
    config = settings(database)
    with app.opened(config) as store:
        found = store.digests.get(number)
        count = 0 if found else store.check().digests
    if found is None:
        raise Failed(speaker(config)("cli-no-digest", number=str(number), count=count))
    _print(FORMS[form](found, LANGUAGES[language]))


def _print(document: str) -> None:
    """Prints bytes, because a document holds characters that a text stream would alter."""
    if sys.stdout.isatty():
        document = visible(document)
    click.echo(document.encode(), nl=False)


@click.command(cls=AsksQuery)
@query
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@as_json
@database
def search(query: Query, limit: int, as_json: bool, database: str | None) -> None:
    """Find stored papers, the newest first, in the same words as a topic.

    \b
    papergram search ti:attention -survey
    papergram search 'au:"He, Kaiming"' --json
    """
    config = settings(database)
    with app.opened(config) as store:
        found = _found(store, query, limit)
    if not found:
        raise Failed(speaker(config)("cli-search-none", query=query.text))
    for paper in found:
        echo(_json(paper) if as_json else f"{paper.id:22} {paper.title}")


def _found(store: Store, query: Query, limit: int) -> list[Paper]:
    """Papers that match, page by page: the index may bring more than the query means."""
    found: list[Paper] = []
    offset = 0
    while len(found) < limit:
        page = store.papers.search(query.clause, limit=limit, offset=offset)
        glosses = store.papers.glosses([paper.key for paper in page])
        found += [
            paper for paper in page if matches(query, paper, glosses.get(paper.key, ())) is not None
        ]
        if len(page) < limit:
            break
        offset += limit
    return found[:limit]


def _json(paper: Paper) -> str:
    return json.dumps(
        {
            "id": paper.id,
            "version": paper.version,
            "title": paper.title,
            "authors": list(paper.authors),
            "categories": list(paper.categories),
            "link": paper.link,
            "abstract": paper.abstract,
        },
        ensure_ascii=False,
    )
