"""``papergram demo``: the same bot with an emulated Telegram, in a browser."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import webbrowser
from collections.abc import Mapping

import click

from bot.cli.terminal.options import CommandFailed, database_option, echo, load_config, translator
from bot.demo.start import start_demo


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option(
    "--browser/--no-browser", default=True, help="Open the page in the browser, where there is one."
)
@click.option("--live", is_flag=True, help="Read arXiv's feeds instead of the sample.")
@database_option
def demo(port: int, browser: bool, live: bool, database: str | None) -> None:
    """Try everything in a browser, with a sample of papers: no token, no network.

    \b
    papergram demo
    papergram demo --live --database sqlite:///demo.db
    """
    config = load_config(database or "sqlite://")
    translate = translator(config)
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        raise CommandFailed(translate("cli-port-busy", port=str(port))) from None

    def on_ready(url: str) -> None:
        echo(translate("cli-demo", url=url))
        if browser and has_browser(os.environ):
            webbrowser.open(url)

    asyncio.run(start_demo(config, port, live=live, on_ready=on_ready))


def has_browser(environment: Mapping[str, str]) -> bool:
    """Return whether the person who started the demo can be shown a page.

    Without a screen, only a text browser would be found, which takes over the terminal.
    """
    if environment.get("BROWSER"):
        return True
    has_screen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return bool(has_screen) or sys.platform in ("darwin", "win32")
