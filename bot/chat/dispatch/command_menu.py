"""What Telegram shows of the bot before anybody writes to it: commands and descriptions."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import telegram
from telegram.error import TelegramError

from bot.chat.handler_table import COMMANDS, Entrance
from bot.texts import LANGUAGES, say

log = logging.getLogger(__name__)

# What everybody in a group is offered; who may change things there sees the rest as well.
SHARED = ("digest", "today", "list", "search", "paper", "start", "help")


def commands(
    language: str, *, group: bool = False, leads: bool = False, operates: bool = False
) -> list[telegram.BotCommand]:
    """The menu of a private chat, or of a group's members or administrators, by language."""
    names = list(SHARED) if group else [name for name, one in COMMANDS.items() if _is_listed(one)]
    if leads:
        names += [name for name, one in COMMANDS.items() if _is_listed(one) and one.changes]
    if operates:
        names += [name for name, one in COMMANDS.items() if one.operator]
    return [telegram.BotCommand(name, say(language, f"command-{name}")) for name in names]


def _is_listed(entrance: Entrance) -> bool:
    return entrance.listed and not entrance.operator


def _menus(
    language: str, operator: int
) -> Iterator[tuple[telegram.BotCommandScope, list[telegram.BotCommand]]]:
    """Each place with its menu; Telegram shows the one of the narrowest place."""
    yield telegram.BotCommandScopeAllPrivateChats(), commands(language)
    yield telegram.BotCommandScopeAllGroupChats(), commands(language, group=True)
    leading = commands(language, group=True, leads=True)
    yield telegram.BotCommandScopeAllChatAdministrators(), leading
    if operator:
        is_group = operator < 0
        offered = commands(language, group=is_group, leads=is_group, operates=True)
        scope = telegram.BotCommandScopeChatAdministrators if is_group else _Chat
        yield scope(operator), offered


_Chat = telegram.BotCommandScopeChat


async def publish_menu(bot: telegram.Bot, operator: int = 0) -> None:
    """Registers menus and descriptions per language; English is for every other language.

    A failure is noted and nothing more: the commands work without their menu.
    """
    for language in LANGUAGES:
        code = None if language == "en" else language
        try:
            await bot.set_my_description(say(language, "about-description"), language_code=code)
            await bot.set_my_short_description(say(language, "about-short"), language_code=code)
        except TelegramError as error:
            log.warning("profile not registered", extra={"error": type(error).__name__})
        for scope, offered in _menus(language, operator):
            try:
                await bot.set_my_commands(offered, scope, language_code=code)
            except TelegramError as error:
                facts = {"error": type(error).__name__, "scope": scope.type}
                log.warning("menu not registered", extra=facts)
