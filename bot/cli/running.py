"""``papergram run``, ``demo`` and ``doctor``: the bot itself."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping

import click

from bot import app
from bot.cli.frame import (
    FAILED,
    Failed,
    Misused,
    as_json,
    database,
    echo,
    first_of,
    settings,
    speaker,
)
from bot.cli.threads import share

# What ends a bot from outside, and the text that says what to do; the first that fits.
_TROUBLE: Mapping[type[Exception], str] = {
    app.Conflict: "cli-conflict",
    app.InvalidToken: "cli-token-refused",
    app.NetworkError: "cli-telegram-unreachable",
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
        asyncio.run(app.run(config))
    except Exception as error:
        for kind, key in _TROUBLE.items():
            if first_of(error, kind):
                raise Failed(speak(key, server=config.telegram_api)) from error
        raise


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option("--live", is_flag=True, help="Read arXiv's feeds instead of the sample.")
@database
def demo(port: int, live: bool, database: str | None) -> None:
    """Try everything in a browser, with a sample of papers: no token, no network.

    \b
    papergram demo
    papergram demo --live --database sqlite:///demo.db
    """
    from bot.rehearsal import rehearse  # the emulator is loaded by nothing else

    config = settings(database or "sqlite://")
    speak = speaker(config)
    if not _is_free(port):
        raise Failed(speak("cli-port-busy", port=str(port)))
    asyncio.run(
        rehearse(config, port, live=live, ready=lambda url: echo(speak("cli-demo", url=url)))
    )


def _is_free(port: int) -> bool:
    """Whether the page can be served there; port 0 stands for any that is free."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@click.command()
@click.option("--quick", is_flag=True, help="Only whether the bot is running: for health checks.")
@as_json
@database
def doctor(quick: bool, as_json: bool, database: str | None) -> None:
    """Check settings, database, feeds and Bot API, and say what to do.

    \b
    papergram doctor
    papergram doctor --quick
    """
    from bot.cli.doctor import examine

    config = settings(database)
    speak = speaker(config)
    findings = asyncio.run(examine(config, app.wall_clock(), quick=quick))
    for finding in findings:
        told = speak(finding.notice.key, **dict(finding.notice.values))
        if as_json:
            row = {"check": finding.name, "good": finding.is_good, "says": told}
            echo(json.dumps(row, ensure_ascii=False))
        else:
            mark = speak("doctor-good" if finding.is_good else "doctor-bad")
            echo(f"{speak(f'doctor-{finding.name}'):12} {mark:8} {told}")
    if not all(finding.is_good for finding in findings):
        raise SystemExit(FAILED)
