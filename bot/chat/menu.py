"""What Telegram shows of the bot before anybody writes to it: commands and descriptions."""

from __future__ import annotations

import logging

import telegram
from telegram.error import TelegramError

from bot.chat import COMMANDS
from bot.texts import LANGUAGES, say

log = logging.getLogger(__name__)


def commands(language: str) -> list[telegram.BotCommand]:
    """The command menu in a language, in the order of the handler table."""
    return [
        telegram.BotCommand(name, say(language, f"command-{name}"))
        for name, entrance in COMMANDS.items()
        if entrance.listed
    ]


async def publish_menu(bot: telegram.Bot) -> None:
    """Registers menu and descriptions per language; English is for every other language.

    A failure is noted and nothing more: the commands work without their menu.
    """
    try:
        for language in LANGUAGES:
            code = None if language == "en" else language
            await bot.set_my_commands(commands(language), language_code=code)
            await bot.set_my_description(say(language, "about-description"), language_code=code)
            await bot.set_my_short_description(say(language, "about-short"), language_code=code)
    except TelegramError as error:
        log.warning("menu not registered", extra={"error": type(error).__name__})
