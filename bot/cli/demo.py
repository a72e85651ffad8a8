"""``papergram demo``: the same bot with an emulated Telegram, in a browser."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import webbrowser
from collections.abc import Mapping

import click

from bot.cli.options import Failed, database, echo, settings, speaker
from bot.demo.start import rehearse


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option(
    "--browser/--no-browser",
    default=True,
    help="Open the page in the browser, where there is one.",
)
@click.option("--live", is_flag=True, help="Read arXiv's feeds instead of the sample.")
@database
def demo(port: int, browser: bool, live: bool, database: str | None) -> None:
    """Try everything in a browser, with a sample of papers: no token, no network.

    \b
    papergram demo
    papergram demo --live --database sqlite:///demo.db
    """
    config = settings(database or "sqlite://")
    speak = speaker(config)
    if not _is_free(port):
        raise Failed(speak("cli-port-busy", port=str(port)))

    def ready(url: str) -> None:
        echo(speak("cli-demo", url=url))
        if browser and has_browser(os.environ):
            webbrowser.open(url)

    asyncio.run(rehearse(config, port, live=live, ready=ready))


def has_browser(environment: Mapping[str, str]) -> bool:
    """Whether a page can be shown to whoever started the demo.

    Without a screen, what is found would be a browser of the terminal, which takes it over.
    """
    if environment.get("BROWSER"):
        return True
    has_screen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return bool(has_screen) or sys.platform in ("darwin", "win32")


def _is_free(port: int) -> bool:
    """Whether the page can be served there; port 0 stands for any that is free."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
