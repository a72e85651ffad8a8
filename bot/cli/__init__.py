"""The command line: each command parses, calls one verb, and prints.

Exit codes: 0 done, 1 something failed, 2 the call or the settings are wrong. Data goes to standard
output, everything else to standard error.
"""

from __future__ import annotations

import click

from bot import __version__
from bot.cli.backfill import backfill
from bot.cli.backup import backup
from bot.cli.enriching import enrich
from bot.cli.frame import Commands
from bot.cli.outbox import outbox
from bot.cli.papers import import_, ingest
from bot.cli.reading import digest, search, show
from bot.cli.running import demo, doctor, run


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="papergram")
def main() -> None:
    """Digests of arXiv's new papers, on topics that people follow in Telegram.

    \b
    Try it:            papergram demo
    Run your own bot:  TELEGRAM_BOT_TOKEN=... papergram run
    """


COMMANDS = (
    run,
    demo,
    ingest,
    backfill,
    enrich,
    import_,
    digest,
    show,
    search,
    outbox,
    backup,
    doctor,
)
for command in COMMANDS:
    main.add_command(command)
