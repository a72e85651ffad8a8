"""What a stranger's commands leave in the store: few rows, and not for long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app.retention import apply_retention
from bot.demo.people.people import Person
from bot.texts import say
from storage import Store
from storage.records.digests import Digest
from tests.support.builders import announce, papers
from tests.support.running_bot import RunningBot

ANNOUNCED = 230  # papers of the day, each of which the words find
MAX_LEFT_OUT = 200  # of what a digest left out that no topic issued
TIMES = 2
DAYS = 7  # that such a digest is kept
COMMANDS = ("/today study OR robots", "/digest study OR robots")


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_digest_that_nobody_follows_keeps_little_of_what_it_left_out(
    store: Store, running_bot: RunningBot, command: str
) -> None:
    """Each stores no more than it may, and still tells how many papers there were."""
    announce(store, papers(*range(1, ANNOUNCED + 1)))
    eve = running_bot.create_person("Eve")
    for _ in range(TIMES):
        running_bot.clock.instant += timedelta(seconds=1)
        await running_bot.send_text(eve, command)

    issued = _issued(store, running_bot, eve)

    assert issued
    assert max(len(digest.left_out) for digest in issued) <= MAX_LEFT_OUT
    assert {digest.matched_count for digest in issued} == {ANNOUNCED}


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_digest_that_nobody_follows_is_gone_after_a_week(
    store: Store, running_bot: RunningBot, command: str
) -> None:
    """Its buttons then say so; a topic's digest stays."""
    announce(store, papers(*range(1, 31)))
    eve = running_bot.create_person("Eve")
    await running_bot.send_text(eve, command)
    bot = running_bot.bot.telegram.id
    [digest] = _issued(store, running_bot, eve)

    apply_retention(store, bot, running_bot.clock.instant + timedelta(days=DAYS - 1))
    assert _issued(store, running_bot, eve) == [digest]

    apply_retention(store, bot, running_bot.clock.instant + timedelta(days=DAYS + 1))
    assert _issued(store, running_bot, eve) == []
    answer = await running_bot.press_forged(eve, f"1rest:{digest.number}:13")
    assert answer.toast == say("en", "digest-gone")


def _issued(store: Store, running_bot: RunningBot, who: Person) -> list[Digest]:
    """The digests of a chat with everything that is kept of them."""
    headings = store.digests.headings_of_chat(running_bot.bot.telegram.id, who.id, limit=1_000)
    stored_digest = [store.digests.get(digest_heading.number) for digest_heading in headings]
    return [digest for digest in stored_digest if digest]
