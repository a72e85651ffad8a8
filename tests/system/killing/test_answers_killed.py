"""Killed at random moments while people ask for things: every one is answered, in doubt marked."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from bot.texts import say
from storage.records import ParcelState, Rank
from tests.support.builders import BOT
from tests.support.scale import scaled
from tests.system.killing.ground import Ground, prepared
from tests.system.killing.program import environment, running, started

PEOPLE = 50
KILLS = scaled(200)
ANSWER = 0.04  # seconds: as long as Telegram takes
RATE = 120
IN_FLIGHT = 16  # answers at most: as many as leave at that rate while a slow machine answers
_WORD = re.compile(r"\bqq\d+qq\b")
_MARK = say("en", "digest-repeat")


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(1800)
async def test_killed_at_any_moment_it_answers_everybody(tmp_path: Path) -> None:
    async with prepared(tmp_path, PEOPLE, 11, ANSWER) as ground:
        settings = environment(
            ground.emulator.token, ground.emulator.url, ground.database, rate=str(RATE)
        )
        log = tmp_path / "log.txt"
        asked: dict[str, int] = {}
        for _ in range(KILLS):
            program = await started(settings, log)
            try:
                await _people_ask(ground, asked)
                assert not program.has_ended, program.said()
            finally:
                await program.killed()
        async with running(settings, log):
            await ground.until(lambda: _is_done(ground), "not everything was answered")
        _check(ground, tmp_path / "calls.jsonl", asked)


async def _people_ask(ground: Ground, asked: dict[str, int]) -> None:
    """Some ask before the program has begun, others while it answers; then it is killed."""
    dice = ground.dice
    for _ in range(dice.randint(1, 4)):
        for _ in range(dice.randint(1, 5)):
            person, word = dice.choice(ground.people), f"qq{len(asked)}qq"
            person.say(f"/unsub {word}")
            asked[word] = person.id
        if dice.random() < 0.8:
            await ground.sends_more(1)
        await asyncio.sleep(dice.uniform(0.0, 0.1))


def _is_done(ground: Ground) -> bool:
    store = ground.store()
    try:
        counts = store.outbox.counts(BOT)
        left = counts[ParcelState.READY] + counts[ParcelState.SENDING]
        return not (left or len(ground.emulator.world.updates) or store.inbox.pending(BOT, 1))
    finally:
        store.close()


def _check(ground: Ground, journal: Path, asked: dict[str, int]) -> None:
    """Each was answered in its own chat, and what came more often was in flight and is marked."""
    arrived: dict[str, list[bool]] = defaultdict(list)
    order: dict[int, list[str]] = defaultdict(list)
    for line in journal.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        if call["method"] != "sendMessage" or not call["is_accepted"]:
            continue
        text, chat = call["parameters"]["text"], int(call["parameters"]["chat_id"])
        if found := _WORD.search(text):
            assert asked[found[0]] == chat
            if not arrived[found[0]]:
                order[chat].append(found[0])
            arrived[found[0]].append(_MARK in text)
    missing = sorted(set(asked) - set(arrived))
    assert not missing, f"not answered: {[(word, asked[word]) for word in missing]}"
    assert all(sum(marks) >= len(marks) - 1 for marks in arrived.values()), "repeated, not marked"
    repeats = sum(len(marks) - 1 for marks in arrived.values())
    assert repeats <= KILLS * IN_FLIGHT
    for chat, words in order.items():
        assert words == [word for word in asked if asked[word] == chat], "out of order"
    store = ground.store()
    try:
        answers = [
            one
            for state in ParcelState
            for one in store.outbox.in_state(BOT, state, limit=100_000)
            if one.rank is Rank.ANSWER
        ]
    finally:
        store.close()
    assert len(answers) == len(asked)
    assert all(one.state is ParcelState.SENT and not one.content for one in answers)
    marked = sum(marks.count(True) for marks in arrived.values())
    print(
        f"{KILLS} kills, {len(asked)} questions, all answered; {repeats} came twice, all marked;"
        f" {marked} marked in all"
    )
