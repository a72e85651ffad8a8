"""What is kept about people is theirs: a copy, and an end that leaves no row."""

from __future__ import annotations

import json

import pytest

from bot import __version__
from bot.demo.people.places import Place
from storage import Store
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.database import dump


def _naming(store: Store, number: int) -> dict[str, int]:
    """The tables with rows in which any cell holds the number, updates included."""
    tables = dump(store, without=())
    found = {
        name: sum(any(str(abs(number)) in str(cell) for cell in row) for row in rows)
        for name, rows in tables.items()
    }
    return {name: rows for name, rows in found.items() if rows}


async def _lives(talk: Talk) -> None:
    """Lets somebody leave rows wherever they can."""
    await talk.follows()
    await talk.hears("/digest")
    await talk.presses(label="1")
    await talk.presses("entry-button-save")
    await talk.hears("/sub robots")
    await talk.hears("/import")


@covers("/forget", "[forget]")
async def test_a_copy_comes_first_and_then_no_row_is_left(either: Talk) -> None:
    other = either.by(either.house.person("Bob", either.language))
    await _lives(other)
    await _lives(either)
    kept = _naming(either.house.store, other.person.id)

    question, copy = await either.says("/forget")

    assert question.text == either.text("forget-ask-person")
    assert copy.document == "papergram-data.json"
    told = json.loads(_document(either))
    assert told["chat"]["id"] == told["person"]["id"] == either.person.id
    assert [topic["name"] for topic in told["topics"]] == [TOPIC]
    assert len(told["digests"]) == 1
    assert len(told["library"]) == 1
    assert _naming(either.house.store, either.person.id), "nothing is deleted yet"

    done = (await either.presses("button-forget")).one

    assert done.text == either.text("forget-done")
    assert _naming(either.house.store, either.person.id) == {}
    assert _naming(either.house.store, other.person.id) == kept


def _document(talk: Talk) -> bytes:
    """The bytes of the file that was sent last."""
    return list(talk.person.world.files.values())[-1].content


async def test_who_cancels_keeps_everything(either: Talk) -> None:
    await either.follows()
    await either.says("/forget")
    before = either.rows()

    kept = (await either.presses("button-cancel")).one

    assert kept.text == either.text("forget-kept")
    assert either.rows() == before


@pytest.mark.parametrize("first", [2, 999, 10**17])
async def test_no_forged_number_deletes(talk: Talk, first: int) -> None:
    await talk.follows()
    before = talk.rows()
    answer = await talk.forges(f"1forget:{first}:0")
    assert answer.toast == talk.text("refusal-button-old")
    assert talk.rows() == before


@pytest.fixture
async def lab(talk: Talk) -> Place:
    """Ada's group with the bot in it."""
    place = talk.house.emulator.people.supergroup("Lab", talk.person)
    place.add_bot()
    await talk.house.settled()
    return place


@covers("/forget", "[forget]")
async def test_an_administrator_ends_a_group_and_nobody_elses_data(talk: Talk, lab: Place) -> None:
    await _lives(talk)
    there = talk.at(lab)
    await there.follows()
    bob = there.by(talk.house.person("Bob"))
    lab.join(bob.person.user)
    own = await talk.topics()

    assert (await bob.hears("/forget")).text == talk.text("refusal-not-admin")
    question, _ = await there.says("/forget")
    assert question.text == talk.text("forget-ask-chat")
    told = json.loads(_document(talk))
    assert "person" not in told
    assert (await bob.presses("button-forget")).toast == talk.text("refusal-not-admin")
    await there.presses("button-forget")

    assert _naming(talk.house.store, lab.id) == {}
    assert await talk.topics() == own


async def test_a_channel_is_forgotten_from_the_private_chat(talk: Talk) -> None:
    channel = talk.house.emulator.people.channel("Papers", talk.person, username="papers")
    channel.add_bot(is_administrator=True)
    await talk.says(f"/sub @papers {TOPIC}")
    await talk.presses("button-subscribe")
    own = await talk.house.chat(talk.person)

    await talk.says("/forget @papers")
    await talk.presses("button-forget")

    assert _naming(talk.house.store, channel.id) == {}
    assert await talk.house.chat(talk.person) == own


async def test_who_comes_back_begins_anew(talk: Talk) -> None:
    await talk.follows()
    await talk.says("/forget")
    await talk.presses("button-forget")

    assert (await talk.hears("/list")).text == talk.text("list-none")


@covers("/forget", "[forget]", "/limit")
async def test_an_operators_limit_outlives_the_data(either: Talk) -> None:
    """Or everybody could shed it with two taps; and it is said that it stays."""
    await either.follows()
    store, bot = either.house.store, either.house.bot.telegram.id
    with store.transaction():
        store.rulings.allow(bot, either.person.id, 1)
    await either.says("/forget")

    done = (await either.presses("button-forget")).one

    stays = either.text("forget-limit-stays", topics=1)
    assert done.text == f"{either.text('forget-done')}\n\n{stays}"
    assert _naming(store, either.person.id) == {"allowances": 1}
    await either.follows("robots")
    await either.hears(f"/sub {TOPIC}")
    refused = await either.presses("button-subscribe")
    assert refused.toast == either.text("topic-limit", limit=1)


@covers("/about")
async def test_about_says_whose_papers_which_version_and_what_is_kept(either: Talk) -> None:
    told = (await either.hears("/about")).text
    assert __version__ in told
    for key in ("about-source", "about-licence", "about-kept", "about-shared"):
        assert either.text(key) in told
