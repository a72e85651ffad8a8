"""``papergram outbox``: the operator sees what waits or failed, and decides."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.digests.publish import publish_due_chats
from bot.topics.query.analyzer import index_text
from storage import open_store
from storage.records.messages import MessageRejected, MessageState
from tests.support.builders import BOT, DUE_AT, announce, create_chat, papers, subscribe_chat
from tests.support.database import stored_message

TOKEN = f"{BOT}:AAFakeTokenOfTheTestsThatOpensNothing00"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A database with one message that Telegram refused."""
    url = f"sqlite:///{tmp_path / 'papergram.db'}"
    store = open_store(url, analyze=index_text)
    reader = create_chat(store)
    subscribe_chat(store, reader)
    announce(store, papers(1))
    publish_due_chats(store, BOT, DUE_AT)
    [message] = store.outbox.claim(BOT, "test", DUE_AT, 60.0)
    store.outbox.mark_sending(message, DUE_AT)
    store.send_outcomes.record(message, MessageRejected("message is too strange"), DUE_AT)
    store.close()
    return url


def call(database: str, *arguments: str, token: str = TOKEN) -> Result:
    environment = {"TELEGRAM_BOT_TOKEN": token, "LANG": "en_GB.UTF-8"}
    return CliRunner(env=environment).invoke(main, ["outbox", *arguments, "--database", database])


def state(database: str, key: int) -> MessageState:
    store = open_store(database, analyze=index_text)
    message = stored_message(store, key)
    store.close()
    assert message is not None
    return message.state


def test_a_dead_message_is_listed_with_its_reason(database: str) -> None:
    result = call(database, "list", "--json")

    [row] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (row["key"], row["state"], row["error"]) == (1, "dead", "message is too strange")
    assert result.exit_code == 0


def test_what_failed_is_listed_before_what_waits(database: str) -> None:
    """It would else stand behind all that waits, and beyond the limit."""
    store = open_store(database, analyze=index_text)
    failed = stored_message(store, 1)
    assert failed
    store.outbox.put_once(replace(failed, part=99, attempts=0, error=""), due_at=DUE_AT)
    store.close()

    result = call(database, "list", "--limit", "1", "--json")

    [row] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (row["key"], row["state"]) == (1, "dead")


def test_what_failed_first_is_listed_first_whenever_it_was_queued(database: str) -> None:
    store = open_store(database, analyze=index_text)
    failed = stored_message(store, 1)
    assert failed
    for part, after in ((98, timedelta(minutes=2)), (99, timedelta(minutes=1))):
        store.outbox.put_once(
            replace(failed, part=part, first_entry=0, last_entry=0), due_at=DUE_AT
        )
        [later] = store.outbox.claim(BOT, "test", DUE_AT, 60.0)
        store.send_outcomes.record(later, MessageRejected("also"), DUE_AT + after)
    store.outbox.put_once(replace(failed, part=100), due_at=DUE_AT)
    store.close()

    rows = [json.loads(line) for line in call(database, "list", "--json").stdout.splitlines()]

    assert [row["key"] for row in rows] == [1, 3, 2, 4]


def test_a_dead_message_can_be_sent_again(database: str) -> None:
    result = call(database, "retry", "1")

    assert (result.exit_code, result.stdout) == (0, "Parcel 1 will be sent again.\n")
    assert state(database, 1) is MessageState.READY


def test_a_message_can_be_dropped(database: str) -> None:
    result = call(database, "drop", "1")

    assert result.exit_code == 0
    assert "/missed" in result.stdout
    assert state(database, 1) is MessageState.DROPPED


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_a_number_that_no_message_can_have_is_a_wrong_call(database: str, verb: str) -> None:
    result = call(database, verb, str(2**63))

    assert result.exit_code == 2
    assert "is not in the range" in result.stderr


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_a_message_that_is_not_there_is_said(database: str, verb: str) -> None:
    result = call(database, verb, "77")

    assert result.exit_code == 1
    assert "papergram outbox list" in result.stderr


def test_an_empty_state_is_said(database: str) -> None:
    result = call(database, "list", "--state", "sent")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No parcel is sent. All that is not settled: papergram outbox list\n"
    assert call(database, "drop", "1").exit_code == 0
    assert "nothing has failed" in call(database, "list").stderr


def test_without_a_token_the_messages_of_every_bot_are_listed(database: str) -> None:
    store = open_store(database)
    message = stored_message(store, 1)
    assert message
    assert store.outbox.put_once(replace(message, bot=BOT + 1, digest=0), due_at=DUE_AT)
    store.close()

    result = call(database, "list", "--json", token="")

    assert result.exit_code == 0
    bots = {json.loads(line)["bot"] for line in result.stdout.splitlines()}
    assert bots == {BOT, BOT + 1}
