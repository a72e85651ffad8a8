"""The card of a topic: each thing that can be changed about it, and what that leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from bot.topics import cadence_text
from storage.records import Cadence, Form, Kind
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk


async def opened(talk: Talk, words: str = TOPIC) -> int:
    """The message with the card of a new topic."""
    await talk.follows(words)
    listed = await talk.hears("/list")
    await talk.presses(label="1", message=listed.id)
    return listed.id


@covers("[topic]", "[list]")
async def test_a_card_says_how_a_topic_stands(either: Talk) -> None:
    await either.follows("splatting OR diffusion")
    listed = await either.hears("/list")
    assert "1. splatting OR diffusion\n" in listed.text, "the person's own order of words"

    card = (await either.presses(label="1")).one

    assert card.id == listed.id
    assert card.text.startswith("splatting OR diffusion\n")
    assert either.text("card-words", words=TOPIC) in card.text
    assert either.text("list-state", papers=3, state="")[:-2] in card.text
    assert either.text("card-limit", papers=12) in card.text
    assert max(len(row) for row in card.rows) <= 4
    back = (await either.presses("button-list-back")).one
    assert back.text == listed.text


@covers("[tune]")
async def test_each_switch_changes_one_thing_and_back(either: Talk) -> None:
    await opened(either)

    async def topic_after(key: str = "", label: str = "") -> tuple[bool, int, frozenset[Kind]]:
        answer = await either.presses(key, label=label)
        assert answer.toast == either.text("settings-saved")
        [topic] = await either.topics()
        return topic.paused, topic.limit, topic.kinds

    new, both = frozenset({Kind.NEW}), frozenset({Kind.NEW, Kind.CROSS})
    assert await topic_after("button-pause") == (True, 12, both)
    assert await topic_after("button-resume") == (False, 12, both)
    assert await topic_after(label="50") == (False, 50, both)
    assert await topic_after("button-revisions") == (False, 50, frozenset(Kind))
    crossed = f"✓ {either.text('button-cross')}"
    assert await topic_after(label=crossed) == (False, 50, new | {Kind.REPLACE})
    revised = f"✓ {either.text('button-revisions')}"
    assert await topic_after(label=revised) == (False, 50, new)
    assert await topic_after("button-cross") == (False, 50, both)


@covers("[looks]", "[tune]")
async def test_look_and_sound_are_the_chats_or_its_own(either: Talk) -> None:
    await opened(either)
    page = (await either.presses("button-looks")).one
    assert f"✓ {either.text('looks-form-chat')}" in page.buttons

    for key in ("settings-form-rich", "settings-languages-zh", "looks-silent"):
        page = (await either.presses(key)).one
        assert f"✓ {either.text(key)}" in page.buttons

    [topic] = await either.topics()
    assert (topic.form, topic.languages, topic.silent) == (Form.RICH, ("zh",), True)
    for key in ("looks-form-chat", "looks-languages-chat", "looks-sound-chat"):
        await either.presses(key)
    [topic] = await either.topics()
    assert (topic.form, topic.languages, topic.silent) == (None, None, None)
    await either.presses("button-back")


@covers("[topic_times]", "[topic_hour]", "[topic_cadence]", "[topic_other]", "/time")
async def test_a_topic_has_times_of_its_own_that_the_chats_leave_alone(either: Talk) -> None:
    await opened(either)
    await either.follows("robots")
    await either.presses("button-time")
    await either.presses(label="21:00")
    page = (await either.presses("button-working-days")).one
    own = Cadence(times=(time(21),), weekdays=(0, 1, 2, 3, 4))
    assert cadence_text.told(own, either.language) in page.text

    told = await either.hears("/time 9:00")

    assert either.text("settings-time-own", topics=1) in told.text
    first, second = await either.topics()
    assert (first.cadence, second.cadence.times) == (own, (time(9),))
    await either.presses("button-other")
    wrong = await either.hears("nonsense")
    assert wrong.buttons[-1] == either.text("button-back")
    await either.hears("6:15")
    assert (await either.topics())[0].cadence.times == (time(6, 15),)


@covers("[rename]")
async def test_a_name_is_what_a_person_types(either: Talk) -> None:
    await opened(either)
    await either.presses("button-rename")

    card = await either.hears("  Pictures   from noise ")

    assert card.text.startswith(f"{either.text('card-renamed')}\n\nPictures from noise\n")
    [topic] = await either.topics()
    assert (topic.name, topic.query) == ("Pictures from noise", TOPIC)
    assert f"1. {topic.name}" in (await either.hears("/list")).text


@covers("[rename]", "[words]", "[topic_other]", "[topic]")
async def test_who_goes_back_has_not_answered(either: Talk) -> None:
    await opened(either)
    for key in ("button-rename", "button-words", "button-time"):
        await either.presses(key)
        if key == "button-time":
            await either.presses("button-other")
        await either.presses("button-back")
        preview = await either.hears("robots")
        assert preview.buttons[0] == either.text("button-subscribe")
        await either.presses("button-list-back")
        await either.presses(label="1")
    assert [topic.name for topic in await either.topics()] == [TOPIC]


@covers("[words]", "[reword]")
async def test_other_words_keep_the_place_and_are_shown_before(either: Talk) -> None:
    await opened(either)
    [old] = await either.topics()
    await either.presses("button-words")
    before = either.rows()
    wrong = await either.hears("diffusion (")
    assert wrong.buttons[-1] == either.text("button-back")

    shown = await either.hears("models diffusion")

    assert either.text("card-words-stay") in shown.text
    assert either.text("card-words-before", words=TOPIC) in shown.text
    assert either.rows()["subscriptions"] == before["subscriptions"], "nothing is stored yet"
    card = (await either.presses("button-use")).one
    assert card.text.startswith(either.text("card-reworded"))
    [new] = await either.topics()
    assert (new.key, new.cursor, new.next_due) == (old.key, old.cursor, old.next_due)
    assert (new.name, new.query) == ("models diffusion", "diffusion models")


@covers("[words]")
async def test_two_topics_never_ask_for_the_same(talk: Talk) -> None:
    await opened(talk)
    await talk.follows("robots")
    await talk.presses("button-words")
    told = await talk.hears("Robots")
    assert told.text == talk.text("topic-same", topic="robots")


@covers("[tune]")
async def test_a_topic_moves_up(talk: Talk) -> None:
    for words in ("robots", "diffusion", "splatting"):
        await talk.follows(words)
    await talk.hears("/list")
    await talk.presses(label="3")
    await talk.presses("button-up")
    assert [topic.name for topic in await talk.topics()] == ["robots", "splatting", "diffusion"]
    await talk.presses("button-up")
    await talk.presses("button-up")
    assert [topic.name for topic in await talk.topics()] == ["splatting", "robots", "diffusion"]


@covers("[stop]", "[undo]")
async def test_undo_brings_a_topic_back_as_it_was(either: Talk) -> None:
    await opened(either)
    await either.follows("robots")
    await either.presses("button-rename")
    await either.hears("Noise")
    await either.presses(label="24")
    [old, _] = await either.topics()

    gone = (await either.presses("digest-button-stop")).one
    assert gone.text == either.text("unsubscribed", topic="Noise")
    assert [topic.name for topic in await either.topics()] == ["robots"]
    await either.presses("button-undo")

    back = (await either.topics())[0]
    assert (back.name, back.limit, back.cursor, back.query, back.cadence) == (
        old.name,
        old.limit,
        old.cursor,
        old.query,
        old.cadence,
    )
    assert (await either.forges("1undo:99:0")).toast == either.text("undo-gone")


@covers("[settings]")
async def test_settings_under_a_digest_are_those_of_its_topic(either: Talk) -> None:
    await either.follows()
    await either.tomorrow()
    digest = await either.hears("/digest")
    card = (await either.presses("digest-button-settings", message=digest.id)).new[0]
    assert card.text.startswith(f"{TOPIC}\n")
    stopped = await either.presses("digest-button-stop", message=digest.id)
    assert stopped.changed == [], "the digest stays as it is"
    old = await either.presses(label="24", message=card.id)
    assert (old.toast, old.is_nothing) == (either.text("topic-gone"), True)


CARD = ("topic", "tune", "looks", "topic_times", "topic_hour", "topic_cadence", "topic_other")


@pytest.mark.parametrize("verb", [*CARD, "rename", "words", "reword", "settings"])
@covers(*(f"[{verb}]" for verb in CARD), "[rename]", "[words]", "[reword]")
async def test_another_chats_topic_has_no_card_here(talk: Talk, verb: str) -> None:
    topic = await talk.follows()
    eve = talk.by(talk.house.person("Eve"))
    await eve.hears("/start")
    before = talk.rows()

    answer = await eve.forges(f"1{verb}:{topic.key}:1")

    refusal = "preview-gone" if verb == "reword" else "topic-gone"
    assert (answer.toast, answer.is_nothing) == (eve.text(refusal), True)
    assert talk.rows() == before


@pytest.mark.parametrize("code", [0, 5, 9, 14, 19, 23, 34, 43, 50, 10**17])
@covers("[tune]")
async def test_no_switch_is_forged(talk: Talk, code: int) -> None:
    topic = await talk.follows()
    answer = await talk.forges(f"1tune:{topic.key}:{code}")
    assert (answer.toast, answer.is_nothing) == (talk.text("refusal-button-old"), True)
    assert await talk.topics() == [topic]


@covers("/list", "[list]")
async def test_a_long_list_has_pages(talk: Talk) -> None:
    for number in range(9):
        await talk.follows(f"word{number}")
    first = await talk.hears("/list")
    assert "8. word7" in first.text
    assert "word8" not in first.text
    second = (await talk.presses(label="›")).one
    assert "9. word8" in second.text
    assert (second.id, second.buttons[:3]) == (first.id, ("9", "‹", "2/2"))


async def test_a_group_answers_by_reply(talk: Talk) -> None:
    """What is said in a group is for the bot only where it asked."""
    place = talk.house.emulator.people.supergroup("Lab", talk.person)
    place.add_bot()
    await talk.house.settled()
    lab = talk.at(place)
    card = await opened(lab)
    await lab.presses("button-rename", message=card)

    talk.person.say("The lab's noise", place, reply_to=card)
    [told] = await talk.house.answered(talk.person, place)

    assert told.text.startswith(lab.text("card-renamed"))
    assert [topic.name for topic in await lab.topics()] == ["The lab's noise"]
    talk.person.say("Thank you", place, reply_to=told.id)
    assert await talk.house.answered(talk.person, place) == []


@covers("/digest", "[words]")
async def test_a_topic_that_cannot_be_read_any_more_is_told_and_mended(talk: Talk) -> None:
    await talk.follows("robots")
    [topic] = await talk.topics()
    store = talk.house.store
    await store.run(store.subscriptions.change, replace(topic, query="(robots"))
    values = {"topic": "robots", "query": "(robots"}
    told = talk.text("topic-unreadable-paused", **values)

    assert (await talk.hears("/digest")).text == talk.text("topic-unreadable", **values)
    for _ in range(3):
        await talk.house.passes(days=1)
    assert [one.text for one in talk.person.reads() if one.text == told] == [told]

    listed = await talk.hears("/list")
    await talk.presses(label="1", message=listed.id)
    await talk.presses("button-words")
    await talk.hears("robots")
    await talk.presses("button-use")
    await talk.presses("button-resume")

    [mended] = await talk.topics()
    assert (mended.query, mended.paused) == ("robots", False)
