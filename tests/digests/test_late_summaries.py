"""Summaries that come after the digest: one silent edit, the same entries, nothing sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.demo.emulator.faults import (
    Fault,
    accepted_then_connection_closed,
    bad_gateway,
    connection_closed,
    error_response,
    too_many_requests,
)
from bot.demo.people.visible_messages import VisibleMessage
from bot.digests.edit_late_summaries import EDIT_WINDOW
from bot.texts import say
from storage import Store
from storage.records.chats import MessageForm
from storage.records.messages import MessageState
from storage.records.summaries import Summary
from tests.support.model_morning import (
    DUE_AT,
    HOUR,
    MINUTE,
    PAPERS,
    MorningScenario,
    morning_scenario,
)

LATE = DUE_AT + HOUR


async def untold(
    world: MorningScenario, *languages: str, until: timedelta = LATE - DUE_AT
) -> VisibleMessage:
    """Lets the digest leave while nobody can say anything of its papers; what Ada sees."""
    await world.announce_papers(DUE_AT - MINUTE)
    await world.advance_clock(DUE_AT + MINUTE)
    message = world.last_message("Ada")
    assert len(world.send_times("Ada")) == 1
    assert world.untranslated_note("Ada") != ""
    await world.advance_clock(DUE_AT + until, step=10 * MINUTE)
    world.server.set_script("good")
    return message


async def summaries_made(world: MorningScenario) -> None:
    """Lets the model say all, and the bot do what follows."""
    await world.advance_clock(world.running_bot.clock.instant + 40 * MINUTE, step=2 * MINUTE)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("languages", [("zh",), ("zh", "en"), ("en", "zh")])
@pytest.mark.parametrize("form", list(MessageForm))
async def test_the_message_is_edited_once_with_all_that_was_said(
    store: Store, form: MessageForm, languages: tuple[str, ...], language: str
) -> None:
    async with morning_scenario(store, "unauthorized") as world:
        await world.add_reader("Ada", *languages, language=language, form=form)
        await world.announce_papers(DUE_AT - MINUTE)
        await world.advance_clock(LATE, step=MINUTE)
        before, entries = world.last_message("Ada"), world.digest("Ada").entries
        world.server.set_script("good")
        await summaries_made(world)

        after = world.last_message("Ada")
        assert (after.id, after.is_edited, before.is_edited) == (before.id, True, False)
        assert after.is_rich is form.is_rich
        assert after.button_labels == before.button_labels
        assert world.shows_all_summaries("Ada", languages[0])
        assert len(world.send_times("Ada")) == len(world.edit_times("Ada")) == 1
        revised = world.digest("Ada")
        assert [entry.paper for entry in revised.entries] == [entry.paper for entry in entries]
        assert revised.revision == 2


async def test_what_is_said_in_two_goes_is_edited_in_one(store: Store) -> None:
    async with morning_scenario(store, "unauthorized") as world:
        await world.add_reader("Ada", "zh")
        await untold(world, until=2 * MINUTE)
        world.gateway.max_concurrent = 1
        world.server.set_script("good*2 rate-limit=300 good")
        await summaries_made(world)

        assert world.shows_all_summaries("Ada")
        assert len(world.edit_times("Ada")) == 1


async def test_each_reader_has_the_edit_of_his_own_message(store: Store) -> None:
    async with morning_scenario(store, "unauthorized") as world:
        await world.add_reader("Ada", "zh")
        await world.add_reader("Bob", "zh", "en", language="en", form=MessageForm.THREE_COLUMNS)
        await world.add_reader("Eve", "en", language="en")
        await untold(world)
        await summaries_made(world)

        assert world.shows_all_summaries("Ada")
        assert world.shows_all_summaries("Bob")
        assert world.shows_all_summaries("Eve", "en")
        assert [len(world.edit_times(name)) for name in ("Ada", "Bob", "Eve")] == [1, 1, 1]
        assert [len(world.send_times(name)) for name in ("Ada", "Bob", "Eve")] == [1, 1, 1]


@pytest.mark.parametrize("form", list(MessageForm))
async def test_every_part_of_a_full_digest_is_edited_in_its_place(
    store: Store, form: MessageForm
) -> None:
    async with morning_scenario(store, "unauthorized") as world:
        ada = await world.add_reader("Ada", "zh", "en", form=form, full=True)
        await world.announce_papers(DUE_AT - MINUTE)
        await world.advance_clock(LATE, step=MINUTE)
        before = ada.messages()
        sent = len(world.send_times("Ada"))
        assert sent == 1 + PAPERS
        world.server.set_script("good")
        await summaries_made(world)

        after = ada.messages()
        assert [message.id for message in after] == [message.id for message in before]
        assert len(world.send_times("Ada")) == sent
        assert len(world.edit_times("Ada")) == sent
        slot = say("zh", "entry-untranslated")
        assert any(slot in message.text for message in before[-sent:])
        assert not any(slot in message.text for message in after[-sent:])


async def test_what_somebody_asks_for_out_of_turn_is_told_as_soon_as_it_is_said(
    store: Store,
) -> None:
    async with morning_scenario(store) as world:
        ada = await world.add_reader("Ada", "zh")
        await world.announce_papers(
            DUE_AT - 14 * HOUR
        )  # before the digest of the morning is foreseen
        await world.running_bot.send_text(ada, "/digest")
        assert world.untranslated_note("Ada") != ""
        sent = len(ada.messages())
        await world.advance_clock(DUE_AT - 14 * HOUR + 2 * MINUTE)

        assert world.shows_all_summaries("Ada")
        assert len(ada.messages()) == sent
        assert len(world.server.calls) == PAPERS


@pytest.mark.parametrize(
    ("followed", "requested", "calls"),
    [
        ("cat:cs.CV", "/digest", PAPERS),
        ("cat:cs.CV", "/digest cat:cs.CV", PAPERS),
        ("cat:cs.RO", "/digest cat:cs.CV", 0),
    ],
)
async def test_the_last_days_of_a_new_topic_are_told_and_words_that_nobody_follows_are_not(
    store: Store, followed: str, requested: str, calls: int
) -> None:
    """Nothing is new for it yet: its first digest shows what was there before."""
    async with morning_scenario(store) as world:
        await world.announce_papers(DUE_AT - MINUTE)
        await world.advance_clock(DUE_AT + 24 * HOUR)
        ada = await world.add_reader("Ada", "zh", words=followed)
        await world.running_bot.send_text(ada, requested)
        assert world.untranslated_note("Ada") != ""
        await world.advance_clock(DUE_AT + 24 * HOUR + 2 * MINUTE)

        assert len(world.server.calls) == calls
        assert world.shows_all_summaries("Ada") == bool(calls)


async def test_a_day_later_nothing_is_edited(store: Store) -> None:
    async with morning_scenario(store, "unauthorized") as world:
        await world.add_reader("Ada", "zh")
        before = await untold(world, until=EDIT_WINDOW)
        await summaries_made(world)

        assert len(world.model_summaries("zh")) == PAPERS
        assert world.edit_times("Ada") == []
        assert world.last_message("Ada") == before


@asynccontextmanager
async def _faulty_edit(
    store: Store, form: MessageForm, fault: Fault
) -> AsyncIterator[tuple[MorningScenario, VisibleMessage]]:
    """A morning whose late summary meets a fault, and the message as it was before."""
    async with morning_scenario(store, "unauthorized") as world:
        await world.add_reader("Ada", "zh", form=form)
        before = await untold(world)
        world.running_bot.emulator.faults.schedule("editMessageText", fault)
        await summaries_made(world)
        yield world, before


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        error_response(400, "Bad Request: message to edit not found"),
        error_response(400, "Bad Request: message can't be edited"),
        error_response(400, "Bad Request: can't parse entities: unsupported start tag"),
        error_response(400, "Bad Request: MESSAGE_TOO_LONG"),
    ],
    ids=lambda fault: str(fault.error),
)
@pytest.mark.parametrize("form", list(MessageForm))
async def test_an_edit_that_telegram_refuses_leaves_the_message_as_it_is(
    store: Store, form: MessageForm, fault: Fault
) -> None:
    async with _faulty_edit(store, form, fault) as (world, before):
        assert world.last_message("Ada") == before
        assert len(world.edit_times("Ada")) == len(world.send_times("Ada")) == 1
        _check_nothing_is_left(world)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [accepted_then_connection_closed(), connection_closed(), bad_gateway(), too_many_requests(30)],
    ids=lambda fault: str(fault.name),
)
@pytest.mark.parametrize("form", list(MessageForm))
async def test_an_edit_that_nobody_knows_of_is_made_again_and_nothing_is_sent(
    store: Store, form: MessageForm, fault: Fault
) -> None:
    async with _faulty_edit(store, form, fault) as (world, before):
        assert world.last_message("Ada").id == before.id
        assert world.shows_all_summaries("Ada")
        assert len(world.send_times("Ada")) == 1
        assert len(world.edit_times("Ada")) == 2
        assert say("zh", "digest-repeat") not in world.last_message("Ada").text
        _check_nothing_is_left(world)


async def test_a_reader_who_blocked_the_bot_has_no_edit_and_holds_nobody(store: Store) -> None:
    async with morning_scenario(store, "unauthorized") as world:
        ada = await world.add_reader("Ada", "zh")
        await world.add_reader("Bob", "zh")
        await untold(world)
        fault = error_response(403, "Forbidden: bot was blocked by the user")
        world.running_bot.emulator.faults.schedule("editMessageText", fault, chat=ada.id)
        await summaries_made(world)

        assert world.shows_all_summaries("Bob")
        assert world.untranslated_note("Ada") != ""
        _check_nothing_is_left(world)


async def test_a_reader_in_a_flood_holds_no_edits_of_others(store: Store) -> None:
    async with morning_scenario(store, "unauthorized") as world:
        ada = await world.add_reader("Ada", "zh")
        bob = await world.add_reader("Bob", "en", language="en", words="cat:cs.RO")
        await untold(world)
        faults = world.running_bot.emulator.faults
        faults.schedule("sendMessage", too_many_requests(3600), chat=bob.id)
        await world.running_bot.send_text(bob, "/digest cat:cs.CV")
        assert len(faults) == 0
        await summaries_made(world)

        assert ada.messages()[-1].is_edited
        assert world.shows_all_summaries("Ada")


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("form", list(MessageForm))
async def test_a_text_that_became_longer_than_a_message_stays_in_its_messages(
    store: Store, form: MessageForm, full: bool
) -> None:
    """What is said of every paper is there; what does not fit any more is behind its button."""
    async with morning_scenario(store, "unauthorized") as world:
        ada = await world.add_reader("Ada", "zh", "en", form=form, full=full)
        await world.announce_papers(DUE_AT - MINUTE)
        await world.advance_clock(DUE_AT + MINUTE)
        before = ada.messages()[-len(world.send_times("Ada")) :]
        await store.run(_says_much, world)
        await world.advance_clock(LATE, step=10 * MINUTE)

        after = ada.messages()[-len(before) :]
        assert [message.id for message in after] == [message.id for message in before]
        assert all(message.is_edited for message in after)
        assert len(world.send_times("Ada")) == len(world.edit_times("Ada")) == len(before)
        assert world.untranslated_note("Ada") == ""
        text = "".join(message.text for message in after)
        assert all(f"{number}号论文" in text for number in range(1, PAPERS + 1))
        _check_nothing_is_left(world)


def _says_much(world: MorningScenario) -> None:
    """Long summaries of every paper, from somebody who is no model of ours."""
    for number, stored_paper in enumerate(world.papers, start=1):
        paper = world.store.papers.get(stored_paper.paper.id)
        assert paper
        for language in ("zh", "en"):
            tldr = f"{number}号论文提出了一种方法" + "，并且它比以往的方法更好" * 20 + "。"
            world.store.summaries.add(
                Summary(
                    paper.key,
                    paper.version,
                    language,
                    "题目" * 60,
                    tldr,
                    "摘要很长。" * 1500,
                    "somebody",
                    world.running_bot.clock.instant,
                )
            )


def _check_nothing_is_left(world: MorningScenario) -> None:
    """No dead letter, nothing that waits."""
    counts = world.store.outbox.counts_by_state(world.running_bot.bot.telegram.id)
    assert counts[MessageState.DEAD] == counts[MessageState.UNKNOWN] == 0
    assert counts[MessageState.READY] == counts[MessageState.SENDING] == 0
