"""``papergram run``: run the bot."""

from __future__ import annotations

import asyncio
import ctypes
import sys
from collections.abc import Mapping

import click

from bot.app import wiring
from bot.chat.api.polling import Conflict, InvalidToken, NetworkError
from bot.cli.terminal.options import (
    CommandFailed,
    CommandMisused,
    database_option,
    find_error,
    load_config,
    translator,
)

# Errors that end a bot from outside, and the text about each; the first match counts.
_ERROR_TEXTS: Mapping[type[Exception], str] = {
    Conflict: "cli-conflict",
    InvalidToken: "cli-token-refused",
    NetworkError: "cli-telegram-unreachable",
}


@click.command()
@database_option
def run(database: str | None) -> None:
    """Run the bot: read arXiv, answer in Telegram, send digests. SIGTERM stops it.

    \b
    TELEGRAM_BOT_TOKEN=123456:ABC... papergram run
    """
    config = load_config(database, quiet=False)
    translate = translator(config)
    if config.token is None:
        raise CommandMisused(translate("cli-no-token"))
    tune_threads()
    try:
        asyncio.run(wiring.run(config))
    except Exception as error:
        for error_type, text_key in _ERROR_TEXTS.items():
            if find_error(error, error_type):
                raise CommandFailed(translate(text_key, server=config.telegram_api)) from error
        raise


# Replies wait for the event loop, which waits for threads that match and render to release the GIL;
# at the usual five milliseconds each of their many steps would wait that long.
SWITCH_INTERVAL = 0.001  # seconds after which a computing thread yields to another
_M_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h, mallopt(3)


def tune_threads() -> None:
    """Tune this process for its threads; call it before starting any.

    One malloc arena for all: texts are read on one thread and freed on another, and with an arena
    each, the holes they leave in all of them only grow. The threads share the GIL anyway, so none
    waits for the heap.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    if sys.platform == "linux":
        # Only the GNU C library needs it.
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, 1)
