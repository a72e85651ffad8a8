"""The card of a topic: each thing that can be changed about it, and what that leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from bot.topics import cadence_text
from storage.records import AnnouncementKind, Cadence, MessageForm
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation


async def opened(talk: Conversation, words: str = TOPIC) -> int:
    """The message with the card of a new topic."""
    await talk.subscribe(words)
    listed = await talk.ask("/list")
    await talk.press_button(label="1", message_id=listed.id)
    return listed.id


@covers("[topic]", "[list]")
async def test_a_card_says_how_a_topic_stands(either: Conversation) -> None:
    await either.subscribe("splatting OR diffusion")
    listed = await either.ask("/list")
    assert "1. splatting OR diffusion\n" in listed.text, "the person's own order of words"

    card = (await either.press_button(label="1")).only_message

    assert card.id == listed.id
    assert card.text.startswith("splatting OR diffusion\n")
    assert either.text("card-words", words=TOPIC) in card.text
    assert either.text("list-state", papers=3, state="")[:-2] in card.text
    assert either.text("card-limit", papers=12) in card.text
    assert max(len(row) for row in card.button_rows) <= 4
    back = (await either.press_button("button-list-back")).only_message
    assert back.text == listed.text


@covers("[tune]")
async def test_each_switch_changes_one_thing_and_back(either: Conversation) -> None:
    await opened(either)

    async def topic_after(
        key: str = "", label: str = ""
    ) -> tuple[bool, int, frozenset[AnnouncementKind]]:
        answer = await either.press_button(key, label=label)
        assert answer.toast == either.text("settings-saved")
        [topic] = await either.topics()
        return topic.paused, topic.limit, topic.kinds

    new, both = (
        frozenset({AnnouncementKind.NEW}),
        frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS}),
    )
    assert await topic_after("button-pause") == (True, 12, both)
    assert await topic_after("button-resume") == (False, 12, both)
    assert await topic_after(label="50") == (False, 50, both)
    assert await topic_after("button-revisions") == (False, 50, frozenset(AnnouncementKind))
    crossed = f"✓ {either.text('button-cross')}"
    assert await topic_after(label=crossed) == (False, 50, new | {AnnouncementKind.REPLACE})
    revised = f"✓ {either.text('button-revisions')}"
    assert await topic_after(label=revised) == (False, 50, new)
    assert await topic_after("button-cross") == (False, 50, both)


@covers("[looks]", "[tune]")
async def test_look_and_sound_are_the_chats_or_its_own(either: Conversation) -> None:
    await opened(either)
    page = (await either.press_button("button-looks")).only_message
    assert f"✓ {either.text('looks-form-chat')}" in page.button_labels

    for key in ("settings-form-rich", "settings-languages-zh", "looks-silent"):
        page = (await either.press_button(key)).only_message
        assert f"✓ {either.text(key)}" in page.button_labels

    [topic] = await either.topics()
    assert (topic.form, topic.languages, topic.silent) == (MessageForm.RICH, ("zh",), True)
    for key in ("looks-form-chat", "looks-languages-chat", "looks-sound-chat"):
        await either.press_button(key)
    [topic] = await either.topics()
    assert (topic.form, topic.languages, topic.silent) == (None, None, None)
    await either.press_button("button-back")


@covers("[topic_times]", "[topic_hour]", "[topic_cadence]", "[topic_other]", "/time")
async def test_a_topic_has_times_of_its_own_that_the_chats_leave_alone(
    either: Conversation,
) -> None:
    await opened(either)
    await either.subscribe("robots")
    await either.press_button("button-time")
    await either.press_button(label="21:00")
    page = (await either.press_button("button-working-days")).only_message
    own = Cadence(times=(time(21),), weekdays=(0, 1, 2, 3, 4))
    assert cadence_text.describe_cadence(own, either.language) in page.text

    told = await either.ask("/time 9:00")

    assert either.text("settings-time-own", topics=1) in told.text
    first, second = await either.topics()
    assert (first.cadence, second.cadence.times) == (own, (time(9),))
    await either.press_button("button-other")
    wrong = await either.ask("nonsense")
    assert wrong.button_labels[-1] == either.text("button-back")
    await either.ask("6:15")
    assert (await either.topics())[0].cadence.times == (time(6, 15),)


@covers("[rename]")
async def test_a_name_is_what_a_person_types(either: Conversation) -> None:
    await opened(either)
    await either.press_button("button-rename")

    card = await either.ask("  Pictures   from noise ")

    assert card.text.startswith(f"{either.text('card-renamed')}\n\nPictures from noise\n")
    [topic] = await either.topics()
    assert (topic.name, topic.query) == ("Pictures from noise", TOPIC)
    assert f"1. {topic.name}" in (await either.ask("/list")).text


@covers("[rename]", "[words]", "[topic_other]", "[topic]")
async def test_who_goes_back_has_not_answered(either: Conversation) -> None:
    await opened(either)
    for key in ("button-rename", "button-words", "button-time"):
        await either.press_button(key)
        if key == "button-time":
            await either.press_button("button-other")
        await either.press_button("button-back")
        preview = await either.ask("robots")
        assert preview.button_labels[0] == either.text("button-subscribe")
        await either.press_button("button-list-back")
        await either.press_button(label="1")
    assert [topic.name for topic in await either.topics()] == [TOPIC]


@covers("[words]", "[reword]")
async def test_other_words_keep_the_place_and_are_shown_before(either: Conversation) -> None:
    await opened(either)
    [old] = await either.topics()
    await either.press_button("button-words")
    before = either.store_rows()
    wrong = await either.ask("diffusion (")
    assert wrong.button_labels[-1] == either.text("button-back")

    shown = await either.ask("models diffusion")

    assert either.text("card-words-stay") in shown.text
    assert either.text("card-words-before", words=TOPIC) in shown.text
    assert either.store_rows()["subscriptions"] == before["subscriptions"], "nothing is stored yet"
    card = (await either.press_button("button-use")).only_message
    assert card.text.startswith(either.text("card-reworded"))
    [new] = await either.topics()
    assert (new.key, new.cursor, new.next_due) == (old.key, old.cursor, old.next_due)
    assert (new.name, new.query) == ("models diffusion", "diffusion models")


@covers("[words]")
async def test_two_topics_never_ask_for_the_same(talk: Conversation) -> None:
    await opened(talk)
    await talk.subscribe("robots")
    await talk.press_button("button-words")
    told = await talk.ask("Robots")
    assert told.text == talk.text("topic-same", topic="robots")


@covers("[tune]")
async def test_a_topic_moves_up(talk: Conversation) -> None:
    for words in ("robots", "diffusion", "splatting"):
        await talk.subscribe(words)
    await talk.ask("/list")
    await talk.press_button(label="3")
    await talk.press_button("button-up")
    assert [topic.name for topic in await talk.topics()] == ["robots", "splatting", "diffusion"]
    await talk.press_button("button-up")
    await talk.press_button("button-up")
    assert [topic.name for topic in await talk.topics()] == ["splatting", "robots", "diffusion"]


@covers("[stop]", "[undo]")
async def test_undo_brings_a_topic_back_as_it_was(either: Conversation) -> None:
    await opened(either)
    await either.subscribe("robots")
    await either.press_button("button-rename")
    await either.ask("Noise")
    await either.press_button(label="24")
    [old, _] = await either.topics()

    gone = (await either.press_button("digest-button-stop")).only_message
    assert gone.text == either.text("unsubscribed", topic="Noise")
    assert [topic.name for topic in await either.topics()] == ["robots"]
    await either.press_button("button-undo")

    back = (await either.topics())[0]
    assert (back.name, back.limit, back.cursor, back.query, back.cadence) == (
        old.name,
        old.limit,
        old.cursor,
        old.query,
        old.cadence,
    )
    assert (await either.send_forged_callback("1undo:99:0")).toast == either.text("undo-gone")


@covers("[settings]")
async def test_settings_under_a_digest_are_those_of_its_topic(either: Conversation) -> None:
    await either.subscribe()
    await either.advance_to_tomorrow()
    digest = await either.ask("/digest")
    card = (await either.press_button("digest-button-settings", message_id=digest.id)).new_messages[
        0
    ]
    assert card.text.startswith(f"{TOPIC}\n")
    stopped = await either.press_button("digest-button-stop", message_id=digest.id)
    assert stopped.changed_messages == [], "the digest stays as it is"
    old = await either.press_button(label="24", message_id=card.id)
    assert (old.toast, old.is_empty) == (either.text("topic-gone"), True)


CARD = ("topic", "tune", "looks", "topic_times", "topic_hour", "topic_cadence", "topic_other")


@pytest.mark.parametrize("verb", [*CARD, "rename", "words", "reword", "settings"])
@covers(*(f"[{verb}]" for verb in CARD), "[rename]", "[words]", "[reword]")
async def test_another_chats_topic_has_no_card_here(talk: Conversation, verb: str) -> None:
    topic = await talk.subscribe()
    eve = talk.as_person(talk.running_bot.create_person("Eve"))
    await eve.ask("/start")
    before = talk.store_rows()

    answer = await eve.send_forged_callback(f"1{verb}:{topic.key}:1")

    refusal = "preview-gone" if verb == "reword" else "topic-gone"
    assert (answer.toast, answer.is_empty) == (eve.text(refusal), True)
    assert talk.store_rows() == before


@pytest.mark.parametrize("code", [0, 5, 9, 14, 19, 23, 34, 43, 50, 10**17])
@covers("[tune]")
async def test_no_switch_is_forged(talk: Conversation, code: int) -> None:
    topic = await talk.subscribe()
    answer = await talk.send_forged_callback(f"1tune:{topic.key}:{code}")
    assert (answer.toast, answer.is_empty) == (talk.text("refusal-button-old"), True)
    assert await talk.topics() == [topic]


@covers("/list", "[list]")
async def test_a_long_list_has_pages(talk: Conversation) -> None:
    for number in range(9):
        await talk.subscribe(f"word{number}")
    first = await talk.ask("/list")
    assert "8. word7" in first.text
    assert "word8" not in first.text
    second = (await talk.press_button(label="›")).only_message
    assert "9. word8" in second.text
    assert (second.id, second.button_labels[:3]) == (first.id, ("9", "‹", "2/2"))


async def test_a_group_answers_by_reply(talk: Conversation) -> None:
    """What is said in a group is for the bot only where it asked."""
    place = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    place.add_bot()
    await talk.running_bot.wait_until_idle()
    lab = talk.in_group(place)
    card = await opened(lab)
    await lab.press_button("button-rename", message_id=card)

    talk.person.send_text("The lab's noise", place, reply_to_id=card)
    [told] = await talk.running_bot.wait_for_replies(talk.person, place)

    assert told.text.startswith(lab.text("card-renamed"))
    assert [topic.name for topic in await lab.topics()] == ["The lab's noise"]
    talk.person.send_text("Thank you", place, reply_to_id=told.id)
    assert await talk.running_bot.wait_for_replies(talk.person, place) == []


@covers("/digest", "[words]")
async def test_a_topic_that_cannot_be_read_any_more_is_told_and_mended(talk: Conversation) -> None:
    await talk.subscribe("robots")
    [topic] = await talk.topics()
    store = talk.running_bot.store
    await store.run(store.subscriptions.update, replace(topic, query="(robots"))
    values = {"topic": "robots", "query": "(robots"}
    told = talk.text("topic-unreadable-paused", **values)

    assert (await talk.ask("/digest")).text == talk.text("topic-unreadable", **values)
    for _ in range(3):
        await talk.running_bot.advance_clock(days=1)
    assert [one.text for one in talk.person.messages() if one.text == told] == [told]

    listed = await talk.ask("/list")
    await talk.press_button(label="1", message_id=listed.id)
    await talk.press_button("button-words")
    await talk.ask("robots")
    await talk.press_button("button-use")
    await talk.press_button("button-resume")

    [mended] = await talk.topics()
    assert (mended.query, mended.paused) == ("robots", False)
