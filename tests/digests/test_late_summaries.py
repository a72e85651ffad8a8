"""Glosses that come after the digest: one silent edit, the same entries, nothing sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.demo.emulator.faults import (
    Fault,
    accepted_then_closed,
    bad_gateway,
    closed,
    refused,
    too_many_requests,
)
from bot.demo.people.visible_messages import Visible
from bot.digests.edit_late_summaries import FRESH
from bot.texts import say
from storage import Store
from storage.records import Form, Gloss, ParcelState
from tests.support.model_morning import DUE, HOUR, MINUTE, PAPERS, Morning, morning

LATE = DUE + HOUR


async def untold(world: Morning, *languages: str, until: timedelta = LATE - DUE) -> Visible:
    """Lets the digest leave while nobody can say anything of its papers; what Ada sees."""
    await world.announced(DUE - MINUTE)
    await world.passes(DUE + MINUTE)
    message = world.message("Ada")
    assert len(world.sent("Ada")) == 1
    assert world.mark("Ada") != ""
    await world.passes(DUE + until, step=10 * MINUTE)
    world.server.play("good")
    return message


async def told(world: Morning) -> None:
    """Lets the model say all, and the bot do what follows."""
    await world.passes(world.house.clock.at + 40 * MINUTE, step=2 * MINUTE)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("languages", [("zh",), ("zh", "en"), ("en", "zh")])
@pytest.mark.parametrize("form", list(Form))
async def test_the_message_is_edited_once_with_all_that_was_said(
    store: Store, form: Form, languages: tuple[str, ...], language: str
) -> None:
    async with morning(store, "unauthorized") as world:
        await world.joins("Ada", *languages, language=language, form=form)
        await world.announced(DUE - MINUTE)
        await world.passes(LATE, step=MINUTE)
        before, entries = world.message("Ada"), world.digest("Ada").entries
        world.server.play("good")
        await told(world)

        after = world.message("Ada")
        assert (after.id, after.is_edited, before.is_edited) == (before.id, True, False)
        assert after.is_rich is (form is Form.RICH)
        assert after.buttons == before.buttons
        assert world.shows_all("Ada", languages[0])
        assert len(world.sent("Ada")) == len(world.edits("Ada")) == 1
        revised = world.digest("Ada")
        assert [one.paper for one in revised.entries] == [one.paper for one in entries]
        assert revised.revision == 2


async def test_what_is_said_in_two_goes_is_edited_in_one(store: Store) -> None:
    async with morning(store, "unauthorized") as world:
        await world.joins("Ada", "zh")
        await untold(world, until=2 * MINUTE)
        world.shop.at_once = 1
        world.server.play("good*2 rate-limit=300 good")
        await told(world)

        assert world.shows_all("Ada")
        assert len(world.edits("Ada")) == 1


async def test_each_reader_has_the_edit_of_his_own_message(store: Store) -> None:
    async with morning(store, "unauthorized") as world:
        await world.joins("Ada", "zh")
        await world.joins("Bob", "zh", "en", language="en", form=Form.RICH)
        await world.joins("Eve", "en", language="en")
        await untold(world)
        await told(world)

        assert world.shows_all("Ada")
        assert world.shows_all("Bob")
        assert world.shows_all("Eve", "en")
        assert [len(world.edits(name)) for name in ("Ada", "Bob", "Eve")] == [1, 1, 1]
        assert [len(world.sent(name)) for name in ("Ada", "Bob", "Eve")] == [1, 1, 1]


@pytest.mark.parametrize("form", list(Form))
async def test_every_part_of_a_full_digest_is_edited_in_its_place(store: Store, form: Form) -> None:
    async with morning(store, "unauthorized") as world:
        ada = await world.joins("Ada", "zh", "en", form=form, full=True)
        await world.announced(DUE - MINUTE)
        await world.passes(LATE, step=MINUTE)
        before = ada.reads()
        sent = len(world.sent("Ada"))
        assert sent == 1 + PAPERS
        world.server.play("good")
        await told(world)

        after = ada.reads()
        assert [one.id for one in after] == [one.id for one in before]
        assert len(world.sent("Ada")) == sent
        assert len(world.edits("Ada")) == sent
        slot = say("zh", "entry-untranslated")
        assert any(slot in one.text for one in before[-sent:])
        assert not any(slot in one.text for one in after[-sent:])


async def test_what_somebody_asks_for_out_of_turn_is_told_as_soon_as_it_is_said(
    store: Store,
) -> None:
    async with morning(store) as world:
        ada = await world.joins("Ada", "zh")
        await world.announced(DUE - 14 * HOUR)  # before the digest of the morning is foreseen
        await world.house.says(ada, "/digest")
        assert world.mark("Ada") != ""
        sent = len(ada.reads())
        await world.passes(DUE - 14 * HOUR + 2 * MINUTE)

        assert world.shows_all("Ada")
        assert len(ada.reads()) == sent
        assert len(world.server.calls) == PAPERS


@pytest.mark.parametrize(
    ("followed", "asked", "calls"),
    [
        ("cat:cs.CV", "/digest", PAPERS),
        ("cat:cs.CV", "/digest cat:cs.CV", PAPERS),
        ("cat:cs.RO", "/digest cat:cs.CV", 0),
    ],
)
async def test_the_last_days_of_a_new_topic_are_told_and_words_that_nobody_follows_are_not(
    store: Store, followed: str, asked: str, calls: int
) -> None:
    """Nothing is new for it yet: its first digest shows what was there before."""
    async with morning(store) as world:
        await world.announced(DUE - MINUTE)
        await world.passes(DUE + 24 * HOUR)
        ada = await world.joins("Ada", "zh", words=followed)
        await world.house.says(ada, asked)
        assert world.mark("Ada") != ""
        await world.passes(DUE + 24 * HOUR + 2 * MINUTE)

        assert len(world.server.calls) == calls
        assert world.shows_all("Ada") == bool(calls)


async def test_a_day_later_nothing_is_edited(store: Store) -> None:
    async with morning(store, "unauthorized") as world:
        await world.joins("Ada", "zh")
        before = await untold(world, until=FRESH)
        await told(world)

        assert len(world.glosses("zh")) == PAPERS
        assert world.edits("Ada") == []
        assert world.message("Ada") == before


@asynccontextmanager
async def _faulty_edit(
    store: Store, form: Form, fault: Fault
) -> AsyncIterator[tuple[Morning, Visible]]:
    """A morning whose late gloss meets a fault, and the message as it was before."""
    async with morning(store, "unauthorized") as world:
        await world.joins("Ada", "zh", form=form)
        before = await untold(world)
        world.house.emulator.faults.next("editMessageText", fault)
        await told(world)
        yield world, before


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        refused(400, "Bad Request: message to edit not found"),
        refused(400, "Bad Request: message can't be edited"),
        refused(400, "Bad Request: can't parse entities: unsupported start tag"),
        refused(400, "Bad Request: MESSAGE_TOO_LONG"),
    ],
    ids=lambda fault: str(fault.error),
)
@pytest.mark.parametrize("form", list(Form))
async def test_an_edit_that_telegram_refuses_leaves_the_message_as_it_is(
    store: Store, form: Form, fault: Fault
) -> None:
    async with _faulty_edit(store, form, fault) as (world, before):
        assert world.message("Ada") == before
        assert len(world.edits("Ada")) == len(world.sent("Ada")) == 1
        _check_nothing_is_left(world)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [accepted_then_closed(), closed(), bad_gateway(), too_many_requests(30)],
    ids=lambda fault: str(fault.name),
)
@pytest.mark.parametrize("form", list(Form))
async def test_an_edit_that_nobody_knows_of_is_made_again_and_nothing_is_sent(
    store: Store, form: Form, fault: Fault
) -> None:
    async with _faulty_edit(store, form, fault) as (world, before):
        assert world.message("Ada").id == before.id
        assert world.shows_all("Ada")
        assert len(world.sent("Ada")) == 1
        assert len(world.edits("Ada")) == 2
        assert say("zh", "digest-repeat") not in world.message("Ada").text
        _check_nothing_is_left(world)


async def test_a_reader_who_blocked_the_bot_has_no_edit_and_holds_nobody(store: Store) -> None:
    async with morning(store, "unauthorized") as world:
        ada = await world.joins("Ada", "zh")
        await world.joins("Bob", "zh")
        await untold(world)
        fault = refused(403, "Forbidden: bot was blocked by the user")
        world.house.emulator.faults.next("editMessageText", fault, chat=ada.id)
        await told(world)

        assert world.shows_all("Bob")
        assert world.mark("Ada") != ""
        _check_nothing_is_left(world)


async def test_a_reader_in_a_flood_holds_no_edits_of_others(store: Store) -> None:
    async with morning(store, "unauthorized") as world:
        ada = await world.joins("Ada", "zh")
        bob = await world.joins("Bob", "en", language="en", words="cat:cs.RO")
        await untold(world)
        faults = world.house.emulator.faults
        faults.next("sendMessage", too_many_requests(3600), chat=bob.id)
        await world.house.says(bob, "/digest cat:cs.CV")
        assert len(faults) == 0
        await told(world)

        assert ada.reads()[-1].is_edited
        assert world.shows_all("Ada")


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("form", list(Form))
async def test_a_text_that_became_longer_than_a_message_stays_in_its_messages(
    store: Store, form: Form, full: bool
) -> None:
    """What is said of every paper is there; what does not fit any more is behind its button."""
    async with morning(store, "unauthorized") as world:
        ada = await world.joins("Ada", "zh", "en", form=form, full=full)
        await world.announced(DUE - MINUTE)
        await world.passes(DUE + MINUTE)
        before = ada.reads()[-len(world.sent("Ada")) :]
        await store.run(_says_much, world)
        await world.passes(LATE, step=10 * MINUTE)

        after = ada.reads()[-len(before) :]
        assert [one.id for one in after] == [one.id for one in before]
        assert all(one.is_edited for one in after)
        assert len(world.sent("Ada")) == len(world.edits("Ada")) == len(before)
        assert world.mark("Ada") == ""
        said = "".join(one.text for one in after)
        assert all(f"{number}号论文" in said for number in range(1, PAPERS + 1))
        _check_nothing_is_left(world)


def _says_much(world: Morning) -> None:
    """Long glosses of every paper, from somebody who is no model of ours."""
    for number, one in enumerate(world.papers, start=1):
        paper = world.store.papers.get(one.paper.id)
        assert paper
        for language in ("zh", "en"):
            gist = f"{number}号论文提出了一种方法" + "，并且它比以往的方法更好" * 20 + "。"
            world.store.papers.add_gloss(
                Gloss(
                    paper.key,
                    paper.version,
                    language,
                    "题目" * 60,
                    gist,
                    "摘要很长。" * 1500,
                    "somebody",
                    world.house.clock.at,
                )
            )


def _check_nothing_is_left(world: Morning) -> None:
    """No dead letter, nothing that waits."""
    counts = world.store.outbox.counts(world.house.bot.telegram.id)
    assert counts[ParcelState.DEAD] == counts[ParcelState.UNKNOWN] == 0
    assert counts[ParcelState.READY] == counts[ParcelState.SENDING] == 0
