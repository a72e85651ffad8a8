"""The code stands as drawn: layers, homes, cycles, transactions, sentences."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from tests.architecture import rules

TREES = dict(rules.parsed_modules())
Rule = Callable[[str, ast.Module], list[str]]
RULES: tuple[Rule, ...] = (
    rules.forbidden_imports,
    rules.misplaced_libraries,
    rules.awaits_in_transactions,
    rules.imports_in_functions,
    rules.sentences_outside_texts,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_its_rules(rule: Rule) -> None:
    complaints = [line for name, tree in TREES.items() for line in rule(name, tree)]

    assert complaints == []


def test_no_import_runs_in_a_circle() -> None:
    assert rules.import_cycles(TREES) == []


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (
            rules.forbidden_imports,
            "storage.papers.papers",
            "from bot.topics.query.parser import parse",
        ),
        (rules.forbidden_imports, "bot.render.highlight", "from storage import open_store"),
        (
            rules.forbidden_imports,
            "bot.topics.query.parser",
            "from bot.digests.preview import preview",
        ),
        (
            rules.forbidden_imports,
            "bot.chat.widgets.paper_list",
            "from bot.chat.dispatch import a",
        ),
        (
            rules.forbidden_imports,
            "bot.chat.api.send_and_edit",
            "from bot.chat.services import Services",
        ),
        (
            rules.forbidden_imports,
            "storage.engine.sqlite",
            "from storage.papers import papers",
        ),
        (
            rules.forbidden_imports,
            "storage.chats.chats",
            "from storage.messages import outbox",
        ),
        (rules.forbidden_imports, "bot.demo.people.people", "from bot.app import wiring"),
        (rules.forbidden_imports, "bot.digests.publish", "import bot.chat.api.send_and_edit"),
        (
            rules.forbidden_imports,
            "bot.chat.handlers.topics.new_topic",
            "from bot.demo import emulator",
        ),
        (rules.forbidden_imports, "bot.attic", "import json"),
        (rules.misplaced_libraries, "bot.digests.publish", "import telegram.error"),
        (
            rules.misplaced_libraries,
            "bot.chat.handlers.topics.new_topic",
            "from sqlite_utils import Database",
        ),
        (
            rules.misplaced_libraries,
            "bot.app.wiring",
            "from apscheduler.schedulers import asyncio",
        ),
        (
            rules.awaits_in_transactions,
            "bot.digests.publish",
            "async def f(s):\n with s.transaction():\n  await g()",
        ),
        (
            rules.imports_in_functions,
            "bot.digests.publish",
            "def f():\n from bot.topics.query.parser import parse",
        ),
        (
            rules.sentences_outside_texts,
            "bot.chat.handlers.topics.new_topic",
            'say("You follow no topic yet")',
        ),
        (rules.sentences_outside_texts, "bot.delivery.worker", 'x = "没有新论文"'),
        (
            rules.sentences_outside_texts,
            "bot.digests.publish",
            'raise Refusal("this is no key at all")',
        ),
    ],
)
def test_each_rule_catches_a_planted_fault(rule: Rule, name: str, source: str) -> None:
    assert rule(name, ast.parse(source))


@pytest.mark.parametrize("package", sorted(set(rules.USES) - {"bot", "bot.__main__", "bot.cli"}))
def test_no_package_below_imports_the_command_line(package: str) -> None:
    assert rules.forbidden_imports(f"{package}.planted", ast.parse("from bot.cli import main"))


def test_a_planted_circle_is_found() -> None:
    trees = {
        "bot.digests.publish": ast.parse("import bot.delivery.worker"),
        "bot.delivery.worker": ast.parse("import bot.digests.publish"),
    }

    assert rules.import_cycles(trees) == [
        "bot.delivery.worker -> bot.digests.publish -> bot.delivery.worker"
    ]


def test_clean_source_passes_every_rule() -> None:
    """A rule that complains about anything is no better than one that sees nothing."""
    source = (
        '"""What it does, in a whole sentence for readers."""\n'
        "from storage.records.papers import Paper\n"
        "def f(store):\n with store.transaction():\n  store.papers.add([])\n"
    )

    assert [line for rule in RULES for line in rule("bot.digests.publish", ast.parse(source))] == []
