"""``papergram run``: the bot itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import click

from bot.app import wiring
from bot.cli.frame import Failed, Misused, database, first_of, settings, speaker
from bot.cli.threads import share

# What ends a bot from outside, and the text that says what to do; the first that fits.
_TROUBLE: Mapping[type[Exception], str] = {
    wiring.Conflict: "cli-conflict",
    wiring.InvalidToken: "cli-token-refused",
    wiring.NetworkError: "cli-telegram-unreachable",
}


@click.command()
@database
def run(database: str | None) -> None:
    """Run the bot: read arXiv, answer in Telegram, send digests. SIGTERM stops it.

    \b
    TELEGRAM_BOT_TOKEN=123456:ABC... papergram run
    """
    config = settings(database, quiet=False)
    speak = speaker(config)
    if config.token is None:
        raise Misused(speak("cli-no-token"))
    share()
    try:
        asyncio.run(wiring.run(config))
    except Exception as error:
        for kind, key in _TROUBLE.items():
            if first_of(error, kind):
                raise Failed(speak(key, server=config.telegram_api)) from error
        raise
