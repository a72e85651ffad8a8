"""The README tells the truth: commands, settings and examples are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from bot.app.config import Config
from bot.chat.handler_table import COMMANDS
from bot.cli import main
from bot.texts import LANGUAGES, say
from bot.topics.query.parser import parse
from storage.records.queries import QueryField

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HELP_CONTEXT = click.Context(main)


def settings() -> dict[str, tuple[str, str]]:
    """Each variable with its default and its meaning, as the program has them."""
    settings_by_name = {}
    for name, field in Config.model_fields.items():
        alias = field.validation_alias
        variable = alias if isinstance(alias, str) else f"PAPERGRAM_{name.upper()}"
        default = field.default
        shown = "" if default in (None, "", ()) else str(getattr(default, "value", default))
        shown = ", ".join(default) if isinstance(default, tuple) else shown
        settings_by_name[variable] = (shown, field.description or "")
    return settings_by_name


@pytest.mark.parametrize("variable", sorted(settings()))
def test_each_setting_has_its_row(variable: str) -> None:
    default, meaning = settings()[variable]
    shown = f"`{default}`" if default else ""

    assert meaning
    assert f"| `{variable}` | {shown} | {meaning} |" in README


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    named = set(re.findall(r"`(PAPERGRAM_[A-Z_]+|TELEGRAM_[A-Z_]+|LANG)`", README))

    assert named <= {*settings(), "PAPERGRAM_TEST_DATA"}


def test_each_command_of_the_command_line_is_shown() -> None:
    shown = set(re.findall(r"^papergram (\w+)", README, re.MULTILINE))

    assert shown == set(main.list_commands(HELP_CONTEXT))


@pytest.mark.parametrize("line", re.findall(r"^papergram .*", README, re.MULTILINE))
def test_each_example_of_the_command_line_is_understood(line: str) -> None:
    """The options exist and the arguments parse; nothing is run."""
    name, *arguments = line.partition("#")[0].split()[1:]
    command = main.get_command(HELP_CONTEXT, name)

    assert command is not None
    command.make_context(name, arguments)


def test_each_command_of_the_chat_is_described() -> None:
    section = README.partition("## In the chat")[2].partition("\n### ")[0]
    described = set(re.findall(r"`/(\w+)", section))

    assert set(COMMANDS) <= described
    assert described <= set(COMMANDS)


@pytest.mark.parametrize(
    "query",
    [
        example
        for row in re.findall(r"^\| (`.*?) \| ", README.partition("words of a topic")[2], re.M)
        for example in re.findall(r"`([^`]+)`", row)
        if not example.startswith(("PAPERGRAM_", "TELEGRAM_", "LANG", "-"))
    ],
)
def test_each_example_of_a_topic_is_understood(query: str) -> None:
    assert parse(query).text


def test_the_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in set(re.findall(r"^make ([\w-]+)|`make ([\w-]+)`", README, re.MULTILINE)):
        name = target[0] or target[1]
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), name


@pytest.mark.parametrize("picture", re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README))
def test_the_pictures_are_there(picture: str) -> None:
    assert (ROOT / picture).is_file()


@pytest.mark.parametrize("field", [field for field in QueryField if field is not QueryField.ANY])
def test_each_field_of_the_query_language_is_explained(field: QueryField) -> None:
    assert f"`{field}:" in README
    for language in LANGUAGES:
        assert f"{field}:" in say(language, "query-field-unknown", given="foo")
