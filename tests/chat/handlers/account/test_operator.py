"""The operator's chat: how the bot fares, who uses it, and who may not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.chat.dispatch.command_menu import GROUP_COMMANDS, menu_commands, publish_menu
from bot.chat.handler_table import COMMANDS
from bot.texts import LANGUAGES
from storage import Store
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.database import count_rows
from tests.support.running_bot import run_bot, store_sample
from tests.support.waiting import wait_until

OPERATOR = 700_000_001  # who is met first in an emulated Telegram
OURS = sorted(name for name, route in COMMANDS.items() if route.operator_only)


@pytest.fixture
async def operator(store: Store, language: str) -> AsyncIterator[Conversation]:
    """The operator's private chat."""
    async with run_bot(store, operator=OPERATOR) as running_bot:
        ahead = await store_sample(running_bot)
        person = running_bot.create_person("Olga", language)
        assert person.id == OPERATOR
        yield Conversation(running_bot, person, language, ahead)


@pytest.fixture
def ada(operator: Conversation) -> Conversation:
    """Somebody else."""
    return operator.as_person(operator.running_bot.create_person("Ada", operator.language))


@pytest.mark.parametrize("command", OURS)
async def test_for_everybody_else_it_is_no_command(ada: Conversation, command: str) -> None:
    await ada.ask("/start")
    before = ada.store_rows()

    answer = await ada.ask(f"/{command} {OPERATOR} 3")

    assert answer.text == ada.text("refusal-command-unknown")
    assert (await ada.send_forged_callback("1users:0:0")).toast == ada.text("refusal-button-old")
    assert ada.store_rows() == before


@covers("/status")
async def test_status_tells_feeds_papers_and_what_waits(operator: Conversation) -> None:
    answer = (await operator.ask("/status")).text

    assert operator.text("status-feeds", feeds=0) in answer
    store = operator.running_bot.store
    days = store.announcements.counts_by_day()
    assert operator.text("status-papers", papers=store.papers.count()) in answer
    assert f"{days[-1][1]}" in answer
    assert operator.text("status-queue", waiting=0) in answer
    assert operator.text("status-failures", failed=0, unknown=0) in answer


@covers("/status")
async def test_status_counts_updates_that_nobody_could_read(operator: Conversation) -> None:
    running_bot = operator.running_bot
    running_bot.emulator.state.updates.push("message", {})
    await wait_until(lambda: count_rows(running_bot.store, "unreadable_updates") == 1, "counted")

    answer = (await operator.ask("/status")).text

    assert operator.text("status-unreadable", updates=1, at="").rstrip("。. ")[:20] in answer


@covers("/users", "[users]")
async def test_users_are_counted_and_paged_with_the_busiest_first(
    operator: Conversation, ada: Conversation
) -> None:
    await ada.subscribe()
    others = [
        ada.as_person(operator.running_bot.create_person(f"P{number}", "en"))
        for number in range(11)
    ]
    for other in others:
        await other.ask("/help")

    first = await operator.ask("/users")
    assert operator.text("users-private", chats=13) in first.text
    assert operator.text("users-topics", topics=1, queries=1) in first.text
    line = operator.text("users-chat", number="1", title="Ada", id=str(ada.person.id), topics=1)
    assert line in first.text

    second = (await operator.press_button("button-next")).only_message
    assert (second.id, second.is_edited) == (first.id, True)
    assert "13. " in second.text
    assert second.button_labels == (operator.text("button-earlier"),)
    back = (await operator.press_button("button-earlier")).only_message
    assert line in back.text
    beyond = await operator.send_forged_callback("1users:99:0")
    assert beyond.toast == operator.text("refusal-button-old")


@covers("/ban", "/unban")
async def test_who_is_banned_hears_it_once_and_nothing_runs_until_it_ends(
    operator: Conversation, ada: Conversation
) -> None:
    topic = await ada.subscribe()
    who = str(ada.person.id)

    answer = await operator.ask(f"/ban {who}")
    assert answer.text == operator.text("ban-done", title="Ada", id=who)
    assert (await operator.ask(f"/ban {who}")).text == operator.text("ban-known", id=who)

    assert (await ada.ask("/list")).text == ada.text("refusal-banned")
    assert await ada.send_text("/list") == []
    assert (await ada.send_forged_callback(f"1stop:{topic.key}:0")).is_empty
    ada.person.block_bot()
    ada.person.unblock_bot()
    await ada.running_bot.wait_until_idle()
    await operator.running_bot.announce(operator.upcoming)
    await operator.running_bot.advance_clock(days=2)
    assert count_rows(operator.running_bot.store, "digests") == 0
    assert (await ada.running_bot.stored_chat(ada.person)).pause_reason == "banned"

    ended = await operator.ask(f"/unban {who}")
    assert ended.text == operator.text("unban-done", title="Ada", id=who)
    await operator.running_bot.advance_clock(days=1)
    shown = [message.text for message in ada.person.messages() if message.is_from_bot]
    assert shown[-1].startswith(TOPIC)
    assert (await operator.ask(f"/unban {who}")).text == operator.text("unban-unknown", id=who)


async def test_who_is_banned_is_not_heard_in_groups_either(
    operator: Conversation, ada: Conversation
) -> None:
    group = operator.running_bot.emulator.people.create_supergroup("Lab", ada.person)
    group.add_bot()
    await operator.running_bot.wait_until_idle()  # or the ban may come first
    await operator.ask(f"/ban {ada.person.id}")
    group_conversation = ada.in_group(group)

    assert (await group_conversation.ask("/list")).text == group_conversation.text("refusal-banned")
    assert await group_conversation.send_text(f"/sub {TOPIC}") == []
    bob = group_conversation.as_person(operator.running_bot.create_person("Bob", operator.language))
    group.set_member(bob.person.user)
    assert await bob.send_text("/list")


@covers("/limit")
async def test_a_chat_may_follow_what_the_operator_allows(
    operator: Conversation, ada: Conversation
) -> None:
    await ada.subscribe()
    who = str(ada.person.id)

    reply = await operator.ask(f"/limit {who} 1")
    assert reply.text == operator.text("limit-done", title="Ada", id=who, topics=1)
    await ada.ask("/sub robots")
    answer = await ada.press_button("button-subscribe")
    assert answer.toast == ada.text("topic-limit", limit=1)

    await operator.ask(f"/limit {who} 2")
    await ada.press_button("button-subscribe")
    assert len(await ada.topics()) == 2


@pytest.mark.parametrize(
    ("command", "key", "values"),
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
    operator: Conversation, command: str, key: str, values: dict[str, str | int]
) -> None:
    await operator.ask("/help")
    before = operator.store_rows()
    assert (await operator.ask(command)).text == operator.text(key, **values)
    assert operator.store_rows() == before


async def test_each_place_is_offered_its_own_menu(operator: Conversation) -> None:
    await operator.ask("/help")
    menus = operator.running_bot.emulator.state.command_menus
    code = "" if operator.language == "en" else operator.language

    # Once more, for at the start of the emulated Telegram its operator may not be there yet.
    await publish_menu(operator.running_bot.bot.telegram, OPERATOR)

    def offered(scope: str) -> list[str]:
        return [str(command["command"]) for command in menus[scope, code]]

    private = [
        n for n, route in COMMANDS.items() if route.in_command_menu and not route.operator_only
    ]
    changing = [name for name in private if COMMANDS[name].admin_only]
    assert offered("all_private_chats") == private
    assert offered("all_group_chats") == list(GROUP_COMMANDS)
    assert offered("all_chat_administrators") == [*GROUP_COMMANDS, *changing]
    assert sorted(offered(f"chat:{OPERATOR}:")) == sorted([*private, *OURS])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_menu_names_a_command_twice_or_says_too_much(language: str) -> None:
    for group, leads, operates in ((False, False, True), (True, True, True), (True, False, False)):
        menu = menu_commands(language, group=group, for_admins=leads, for_operator=operates)
        names = [entry.command for entry in menu]
        assert len(names) == len(set(names))
        assert all(1 <= len(entry.description) <= 60 for entry in menu)
    assert set(GROUP_COMMANDS) <= set(COMMANDS)
    assert not any(COMMANDS[name].admin_only for name in GROUP_COMMANDS)
