"""A query as the argument of a command."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import click

from bot.cli.terminal.options import CommandFunction, CommandMisused, terminal_translator
from bot.topics.query.parser import QueryError, parse
from storage.records.queries import Query

_EXCLUSION_MASK = "\0"  # cannot occur in a command line


class QueryCommand(click.Command):
    """A command whose words are a query: ``-survey`` excludes a word and is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [option for option in self.get_params(ctx) if isinstance(option, click.Option)]
        option_names = {name for option in options for name in option.opts}
        value_option_names = {
            name for option in options if not option.is_flag for name in option.opts
        }
        arguments: list[str] = []
        for previous, word in pairwise(["", *args]):
            is_query_word = (
                word not in option_names
                and previous not in value_option_names
                and "--" not in arguments
            )
            excludes = is_query_word and word.startswith("-") and not word.startswith("--")
            arguments.append(_EXCLUSION_MASK + word if excludes and len(word) > 1 else word)
        return super().parse_args(ctx, arguments)


def _parse_query(ctx: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> Query:
    """Parse the words after a command as a query."""
    try:
        return parse(" ".join(word.removeprefix(_EXCLUSION_MASK) for word in words))
    except QueryError as error:
        translate = terminal_translator()
        error_text = translate(error.key, **error.values)
        raise CommandMisused(
            translate("cli-query-wrong", problem=error_text, position=error.position + 1)
        ) from error


query_argument: Callable[[CommandFunction], CommandFunction] = click.argument(
    "query", nargs=-1, required=True, metavar="QUERY", callback=_parse_query
)
