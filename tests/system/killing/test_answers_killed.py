"""Killed at random moments while people ask for things: every one is answered, in doubt marked."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from bot.texts import say
from storage.records.messages import MessageState, Priority
from tests.support.builders import BOT
from tests.support.database import pending_updates
from tests.support.scale import scaled
from tests.system.killing.ground import KillScenario, kill_scenario
from tests.system.killing.program import bot_environment, running_process, start_process

PEOPLE = 50
KILLS = scaled(200)
RATE = 120
IN_FLIGHT = 16  # answers at most: as many as leave at that rate while a slow machine answers
_WORD = re.compile(r"\bqq\d+qq\b")
_MARK = say("en", "digest-repeat")


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.scaled
@pytest.mark.timeout(1800)
async def test_killed_at_any_moment_it_answers_everybody(tmp_path: Path) -> None:
    async with kill_scenario(tmp_path, PEOPLE, 11) as ground:
        settings = bot_environment(
            ground.emulator.token, ground.emulator.url, ground.database, rate=str(RATE)
        )
        log = tmp_path / "log.txt"
        questions: dict[str, int] = {}
        for _ in range(KILLS):
            program = await start_process(settings, log)
            try:
                await _people_ask(ground, questions)
                assert not program.has_ended, program.output()
            finally:
                await program.kill()
        async with running_process(settings, log):
            await ground.wait_until(lambda: _is_done(ground), "not everything was answered")
        _check(ground, tmp_path / "calls.jsonl", questions)


async def _people_ask(ground: KillScenario, questions: dict[str, int]) -> None:
    """Some ask before the program has begun, others while it answers; then it is killed."""
    dice = ground.rng
    for _ in range(dice.randint(1, 4)):
        for _ in range(dice.randint(1, 5)):
            person, word = dice.choice(ground.people), f"qq{len(questions)}qq"
            person.send_text(f"/unsub {word}")
            questions[word] = person.id
        if dice.random() < 0.8:
            await ground.wait_for_more_sends(1)
        await asyncio.sleep(dice.uniform(0.0, 0.1))


def _is_done(ground: KillScenario) -> bool:
    store = ground.open_store()
    try:
        counts = store.outbox.counts_by_state(BOT)
        unsent = counts[MessageState.READY] + counts[MessageState.SENDING]
        return not (unsent or len(ground.emulator.state.updates) or pending_updates(store, BOT, 1))
    finally:
        store.close()


def _check(ground: KillScenario, journal: Path, questions: dict[str, int]) -> None:
    """Each was answered in its own chat, and what came more often was in flight and is marked."""
    arrived: dict[str, list[bool]] = defaultdict(list)
    order: dict[int, list[str]] = defaultdict(list)
    for line in journal.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        if call["method"] != "sendMessage" or not call["is_accepted"]:
            continue
        text, chat = call["parameters"]["text"], int(call["parameters"]["chat_id"])
        if asked_word := _WORD.search(text):
            assert questions[asked_word[0]] == chat
            if not arrived[asked_word[0]]:
                order[chat].append(asked_word[0])
            arrived[asked_word[0]].append(_MARK in text)
    missing = sorted(set(questions) - set(arrived))
    assert not missing, f"not answered: {[(word, questions[word]) for word in missing]}"
    assert all(sum(marks) >= len(marks) - 1 for marks in arrived.values()), "repeated, not marked"
    repeats = sum(len(marks) - 1 for marks in arrived.values())
    assert repeats <= KILLS * IN_FLIGHT
    for chat, words in order.items():
        assert words == [word for word in questions if questions[word] == chat], "out of order"
    store = ground.open_store()
    try:
        answers = [
            message
            for state in MessageState
            for message in store.outbox.messages_in_state(BOT, state, limit=100_000)
            if message.priority is Priority.REPLY
        ]
    finally:
        store.close()
    assert len(answers) == len(questions)
    assert all(
        message.state is MessageState.SENT and not message.reply_content for message in answers
    )
    marked = sum(marks.count(True) for marks in arrived.values())
    print(
        f"{KILLS} kills, {len(questions)} questions, all answered; "
        f"{repeats} came twice, all marked;"
        f" {marked} marked in all"
    )
