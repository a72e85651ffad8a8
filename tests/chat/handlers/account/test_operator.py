"""The operator's chat: how the house is, who is there, and who may not be."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.chat.dispatch.command_menu import SHARED, commands, publish_menu
from bot.chat.handler_table import COMMANDS
from bot.texts import LANGUAGES
from storage import Store
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.database import count
from tests.support.running_bot import opening, staged

OPERATOR = 700_000_001  # who is met first in an emulated Telegram
OURS = sorted(name for name, entrance in COMMANDS.items() if entrance.operator)


@pytest.fixture
async def operator(store: Store, language: str) -> AsyncIterator[Talk]:
    """The operator's private chat."""
    async with staged(store, operator=OPERATOR) as house:
        ahead = await opening(house)
        person = house.person("Olga", language)
        assert person.id == OPERATOR
        yield Talk(house, person, language, ahead)


@pytest.fixture
def ada(operator: Talk) -> Talk:
    """Somebody else."""
    return operator.by(operator.house.person("Ada", operator.language))


@pytest.mark.parametrize("command", OURS)
async def test_for_everybody_else_it_is_no_command(ada: Talk, command: str) -> None:
    await ada.hears("/start")
    before = ada.rows()

    told = await ada.hears(f"/{command} {OPERATOR} 3")

    assert told.text == ada.text("refusal-command-unknown")
    assert (await ada.forges("1users:0:0")).toast == ada.text("refusal-button-old")
    assert ada.rows() == before


@covers("/status")
async def test_status_tells_feeds_papers_and_what_waits(operator: Talk) -> None:
    told = (await operator.hears("/status")).text

    assert operator.text("status-feeds", feeds=0) in told
    papers = operator.house.store.papers
    days = papers.days()
    assert operator.text("status-papers", papers=papers.count()) in told
    assert f"{days[-1][1]}" in told
    assert operator.text("status-queue", waiting=0) in told
    assert operator.text("status-failures", failed=0, unknown=0) in told


@covers("/status")
async def test_status_counts_updates_that_nobody_could_read(operator: Talk) -> None:
    operator.house.emulator.world.updates.push("message", {})

    told = (await operator.hears("/status")).text

    assert operator.text("status-unreadable", updates=1, at="").rstrip("。. ")[:20] in told


@covers("/users", "[users]")
async def test_users_are_counted_and_paged_with_the_busiest_first(
    operator: Talk, ada: Talk
) -> None:
    await ada.follows()
    others = [ada.by(operator.house.person(f"P{number}", "en")) for number in range(11)]
    for other in others:
        await other.hears("/help")

    first = await operator.hears("/users")
    assert operator.text("users-private", chats=13) in first.text
    assert operator.text("users-topics", topics=1, queries=1) in first.text
    line = operator.text("users-chat", number="1", title="Ada", id=str(ada.person.id), topics=1)
    assert line in first.text

    second = (await operator.presses("button-next")).one
    assert (second.id, second.is_edited) == (first.id, True)
    assert "13. " in second.text
    assert second.buttons == (operator.text("button-earlier"),)
    back = (await operator.presses("button-earlier")).one
    assert line in back.text
    beyond = await operator.forges("1users:99:0")
    assert beyond.toast == operator.text("refusal-button-old")


@covers("/ban", "/unban")
async def test_who_is_banned_hears_it_once_and_nothing_runs_until_it_ends(
    operator: Talk, ada: Talk
) -> None:
    topic = await ada.follows()
    who = str(ada.person.id)

    done = await operator.hears(f"/ban {who}")
    assert done.text == operator.text("ban-done", title="Ada", id=who)
    assert (await operator.hears(f"/ban {who}")).text == operator.text("ban-known", id=who)

    assert (await ada.hears("/list")).text == ada.text("refusal-banned")
    assert await ada.says("/list") == []
    assert (await ada.forges(f"1stop:{topic.key}:0")).is_nothing
    ada.person.blocks()
    ada.person.unblocks()
    await ada.house.settled()
    await operator.house.announce(operator.ahead)
    await operator.house.passes(days=2)
    assert count(operator.house.store, "digests") == 0
    assert (await ada.house.chat(ada.person)).paused == "banned"

    ended = await operator.hears(f"/unban {who}")
    assert ended.text == operator.text("unban-done", title="Ada", id=who)
    await operator.house.passes(days=1)
    shown = [one.text for one in ada.person.reads() if one.is_from_bot]
    assert shown[-1].startswith(TOPIC)
    assert (await operator.hears(f"/unban {who}")).text == operator.text("unban-unknown", id=who)


async def test_who_is_banned_is_not_heard_in_groups_either(operator: Talk, ada: Talk) -> None:
    lab = operator.house.emulator.people.supergroup("Lab", ada.person)
    lab.add_bot()
    await operator.house.settled()  # or the ban may come first
    await operator.hears(f"/ban {ada.person.id}")
    there = ada.at(lab)

    assert (await there.hears("/list")).text == there.text("refusal-banned")
    assert await there.says(f"/sub {TOPIC}") == []
    bob = there.by(operator.house.person("Bob", operator.language))
    lab.join(bob.person.user)
    assert await bob.says("/list")


@covers("/limit")
async def test_a_chat_may_follow_what_the_operator_allows(operator: Talk, ada: Talk) -> None:
    await ada.follows()
    who = str(ada.person.id)

    done = await operator.hears(f"/limit {who} 1")
    assert done.text == operator.text("limit-done", title="Ada", id=who, topics=1)
    await ada.hears("/sub robots")
    answer = await ada.presses("button-subscribe")
    assert answer.toast == ada.text("topic-limit", limit=1)

    await operator.hears(f"/limit {who} 2")
    await ada.presses("button-subscribe")
    assert len(await ada.topics()) == 2


@pytest.mark.parametrize(
    ("said", "key", "values"),
    [
        ("/ban", "ban-usage", {}),
        ("/ban Ada", "ban-usage", {}),
        (f"/ban {OPERATOR}", "ban-self", {}),
        ("/unban", "unban-usage", {}),
        ("/limit", "limit-usage", {"topics": 50}),
        ("/limit 5", "limit-usage", {"topics": 50}),
        ("/limit 5 many", "limit-usage", {"topics": 50}),
        ("/limit 5 5", "limit-unknown", {"id": "5"}),
        (f"/limit {OPERATOR} 1001", "limit-large", {"most": 1000}),
    ],
)
async def test_what_cannot_be_ruled_is_refused(
    operator: Talk, said: str, key: str, values: dict[str, str | int]
) -> None:
    await operator.hears("/help")
    before = operator.rows()
    assert (await operator.hears(said)).text == operator.text(key, **values)
    assert operator.rows() == before


async def test_each_place_is_offered_its_own_menu(operator: Talk) -> None:
    await operator.hears("/help")
    menus = operator.house.emulator.world.commands
    code = "" if operator.language == "en" else operator.language

    # Once more, for at the start of the emulated Telegram its operator may not be there yet.
    await publish_menu(operator.house.bot.telegram, OPERATOR)

    def offered(scope: str) -> list[str]:
        return [str(one["command"]) for one in menus[scope, code]]

    private = [n for n, one in COMMANDS.items() if one.listed and not one.operator]
    changing = [name for name in private if COMMANDS[name].changes]
    assert offered("all_private_chats") == private
    assert offered("all_group_chats") == list(SHARED)
    assert offered("all_chat_administrators") == [*SHARED, *changing]
    assert sorted(offered(f"chat:{OPERATOR}:")) == sorted([*private, *OURS])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_menu_names_a_command_twice_or_says_too_much(language: str) -> None:
    for group, leads, operates in ((False, False, True), (True, True, True), (True, False, False)):
        menu = commands(language, group=group, leads=leads, operates=operates)
        names = [entry.command for entry in menu]
        assert len(names) == len(set(names))
        assert all(1 <= len(entry.description) <= 60 for entry in menu)
    assert set(SHARED) <= set(COMMANDS)
    assert not any(COMMANDS[name].changes for name in SHARED)
