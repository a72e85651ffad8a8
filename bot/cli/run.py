"""``papergram run``: the bot itself."""

from __future__ import annotations

import asyncio
import ctypes
import sys
from collections.abc import Mapping

import click

from bot.app import wiring
from bot.cli.options import Failed, Misused, database, first_of, settings, speaker

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


# Answers wait for the event loop, which asks back for the interpreter from threads that match and
# render; at the usual five milliseconds each of their many steps would wait as long.
SWITCH = 0.001  # seconds after which a computing thread lets another one go on
_ARENAS = -8  # M_ARENA_MAX of malloc.h, mallopt(3)


def share() -> None:
    """Settles it for this process; to be called before a thread is begun.

    One arena of memory for all: texts are read on one thread and dropped on another, and with an
    arena each the holes that they leave in all of them only grow. The threads take turns at the
    interpreter anyway, so nobody waits for the heap.
    """
    sys.setswitchinterval(SWITCH)
    if sys.platform == "linux":
        tune = getattr(ctypes.CDLL(None), "mallopt", None)  # of the GNU library; others need none
        if tune is not None:
            tune(_ARENAS, 1)
