"""Publish the command menus and descriptions that Telegram shows of the bot."""

from __future__ import annotations

import logging

import telegram
from telegram.error import TelegramError

from bot.chat.handler_table import COMMANDS, Route
from bot.texts import LANGUAGES, say

log = logging.getLogger(__name__)

# The menu of all members of a group; administrators see the other commands as well.
GROUP_COMMANDS = ("digest", "today", "list", "search", "paper", "start", "help")


def menu_commands(
    language: str, *, group: bool = False, for_admins: bool = False, for_operator: bool = False
) -> list[telegram.BotCommand]:
    """Return the menu of a private chat, or of a group's members or administrators."""
    command_names = (
        list(GROUP_COMMANDS)
        if group
        else [name for name, route in COMMANDS.items() if _is_in_menu(route)]
    )
    if for_admins:
        command_names += [
            name for name, route in COMMANDS.items() if _is_in_menu(route) and route.admin_only
        ]
    if for_operator:
        command_names += [name for name, route in COMMANDS.items() if route.operator_only]
    return [telegram.BotCommand(name, say(language, f"command-{name}")) for name in command_names]


def _is_in_menu(route: Route) -> bool:
    return route.in_command_menu and not route.operator_only


async def publish_menu(bot: telegram.Bot, operator: int = 0) -> None:
    """Set menus and descriptions in each language; English serves all other languages.

    A failure is only logged: the commands work without a menu.
    """
    for language in LANGUAGES:
        language_code = None if language == "en" else language
        try:
            await bot.set_my_description(
                say(language, "about-description"), language_code=language_code
            )
            await bot.set_my_short_description(
                say(language, "about-short"), language_code=language_code
            )
        except TelegramError as error:
            log.warning("profile not registered", extra={"error": type(error).__name__})
        # Telegram shows the menu of the narrowest scope.
        menus: list[tuple[telegram.BotCommandScope, list[telegram.BotCommand]]] = [
            (telegram.BotCommandScopeAllPrivateChats(), menu_commands(language)),
            (telegram.BotCommandScopeAllGroupChats(), menu_commands(language, group=True)),
            (
                telegram.BotCommandScopeAllChatAdministrators(),
                menu_commands(language, group=True, for_admins=True),
            ),
        ]
        if operator > 0:
            menu = menu_commands(language, for_operator=True)
            menus.append((telegram.BotCommandScopeChat(operator), menu))
        elif operator < 0:
            menu = menu_commands(language, group=True, for_admins=True, for_operator=True)
            menus.append((telegram.BotCommandScopeChatAdministrators(operator), menu))
        for scope, menu in menus:
            try:
                await bot.set_my_commands(menu, scope, language_code=language_code)
            except TelegramError as error:
                facts = {"error": type(error).__name__, "scope": scope.type}
                log.warning("menu not registered", extra=facts)
