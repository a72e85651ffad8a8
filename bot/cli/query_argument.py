"""The words of a query as the argument of a command."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import click

from bot.app import basic_settings
from bot.cli.options import Function, Misused
from bot.texts import say, spoken
from bot.topics.query.parser import QueryError, parse
from storage.records import Query

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
    try:
        return parse(" ".join(word.removeprefix(_MASK) for word in words))
    except QueryError as error:
        speak = partial(say, spoken(basic_settings.locale()))
        problem = speak(error.key, **error.values)
        raise Misused(
            speak("cli-query-wrong", problem=problem, position=error.position + 1)
        ) from error


query: Callable[[Function], Function] = click.argument(
    "query", nargs=-1, required=True, metavar="QUERY", callback=_words
)
