"""Every command and button of the tables has a test, and every name leads to one entrance."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest

import tests.chat
from bot.chat.dispatch.command_menu import menu_commands
from bot.chat.handler_table import BUTTONS, COMMANDS, command_route
from bot.texts import LANGUAGES
from tests.chat.covered import COVERED


def test_every_command_and_button_is_tested() -> None:
    for module in pkgutil.walk_packages(tests.chat.__path__, "tests.chat."):
        import_module(module.name)

    ways_in = {f"/{name}" for name in COMMANDS} | {f"[{verb}]" for verb in BUTTONS}
    assert ways_in - COVERED == set(), "without a test"
    assert COVERED - ways_in == set(), "tested, but no way in"


def test_a_name_means_one_command() -> None:
    names = [
        name
        for route, command_route in COMMANDS.items()
        for name in (route, *command_route.aliases)
    ]
    assert len(names) == len(set(names))
    assert all(command_route(name) for name in names)
    assert command_route("") is None
    assert command_route("start@other") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_is_what_telegram_takes(language: str) -> None:
    menu = menu_commands(language)
    assert [entry.command for entry in menu] == [
        n for n, route in COMMANDS.items() if route.in_command_menu
    ]
    for entry in menu:
        assert entry.command.islower()
        assert 1 <= len(entry.command) <= 32
        assert 1 <= len(entry.description) <= 60, "more is cut on a phone"
