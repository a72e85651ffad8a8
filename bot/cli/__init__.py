"""The command line: each command parses its arguments, calls one function and prints.

Exit codes: 0 done, 1 something failed, 2 the call or the settings are wrong. Data goes to standard
output, everything else to standard error.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from bot import __version__
from bot.cli.terminal.options import ErrorReportingGroup

# The first line of each command's help; listing them loads no command.
COMMANDS: Mapping[str, str] = {
    "run": "Run the bot: read arXiv, answer in Telegram, send digests.",
    "demo": "Try everything in a browser, with a sample of papers: no token, no network.",
    "ingest": "Read announcements now: a category, a URL, or a file (also .gz).",
    "backfill": "Fetch what arXiv announced on days of the past; topics are told of it next time.",
    "enrich": "Write summaries and translations with the model, within the day's budget.",
    "import": "Keep digest documents: their papers, their glosses, and the digest itself.",
    "digest": "Print what a topic found in the last seven days.",
    "show": "Print a digest that was issued or imported, by its number.",
    "search": "Find stored papers, the newest first, in the same words as a topic.",
    "outbox": "Look at messages that wait or failed, send them again, or drop them.",
    "backup": "Write a whole copy of the database to FILE, which must not exist yet.",
    "doctor": "Check settings, database, feeds and Bot API, and say what to do.",
}


class LazyCommands(ErrorReportingGroup):
    """The commands, each loaded by its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in a sensible order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command by its name, or return None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        name = "import_" if cmd_name == "import" else cmd_name  # a Python keyword
        command = getattr(import_module(f"bot.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the first sentence of their help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, line in COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="papergram")
def main() -> None:
    """Digests of arXiv's new papers, on topics that people follow in Telegram.

    \b
    Try it:            papergram demo
    Run your own bot:  TELEGRAM_BOT_TOKEN=... papergram run
    """
