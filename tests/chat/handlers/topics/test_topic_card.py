"""The card of a topic: each thing that can be changed about it, and what that leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from bot.topics import cadence_text
from storage.records.chats import Cadence, MessageForm
from storage.records.digests import EntryOrder
from storage.records.papers import AnnouncementKind
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers


async def opened(conversation: Conversation, words: str = TOPIC) -> int:
    """The message with the card of a new topic."""
    await conversation.subscribe(words)
    listed = await conversation.ask("/list")
    await conversation.press_button(label="1", message_id=listed.id)
    return listed.id


@covers("[topic]", "[list]")
async def test_a_card_says_how_a_topic_stands(localized_chat: Conversation) -> None:
    await localized_chat.subscribe("splatting OR diffusion")
    listed = await localized_chat.ask("/list")
    assert "1. splatting OR diffusion\n" in listed.text, "the person's own order of words"

    card = (await localized_chat.press_button(label="1")).only_message

    assert card.id == listed.id
    assert card.text.startswith("splatting OR diffusion\n")
    assert localized_chat.text("card-words", words=TOPIC) in card.text
    assert localized_chat.text("list-state", papers=3, state="")[:-2] in card.text
    assert localized_chat.text("card-limit", papers=12) in card.text
    assert max(len(row) for row in card.button_rows) <= 4
    back = (await localized_chat.press_button("button-list-back")).only_message
    assert back.text == listed.text


@covers("[tune]")
async def test_each_switch_changes_one_thing_and_back(localized_chat: Conversation) -> None:
    await opened(localized_chat)

    async def topic_after(
        key: str = "", label: str = ""
    ) -> tuple[bool, int, frozenset[AnnouncementKind]]:
        answer = await localized_chat.press_button(key, label=label)
        assert answer.toast == localized_chat.text("settings-saved")
        [topic] = await localized_chat.topics()
        return topic.paused, topic.limit, topic.kinds

    new, both = (
        frozenset({AnnouncementKind.NEW}),
        frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS}),
    )
    assert await topic_after("button-pause") == (True, 12, both)
    assert await topic_after("button-resume") == (False, 12, both)
    assert await topic_after(label="50") == (False, 50, both)
    assert await topic_after("button-revisions") == (False, 50, frozenset(AnnouncementKind))
    crossed = f"✓ {localized_chat.text('button-cross')}"
    assert await topic_after(label=crossed) == (False, 50, new | {AnnouncementKind.REPLACE})
    revised = f"✓ {localized_chat.text('button-revisions')}"
    assert await topic_after(label=revised) == (False, 50, new)
    assert await topic_after("button-cross") == (False, 50, both)


@covers("[tune]")
async def test_the_newest_come_first_for_whoever_says_so(localized_chat: Conversation) -> None:
    await opened(localized_chat)

    async def order_after(label: str) -> tuple[EntryOrder, str]:
        card = (await localized_chat.press_button(label=label)).only_message
        [topic] = await localized_chat.topics()
        return topic.entry_order, card.text

    newest = localized_chat.text("button-newest")
    order, text = await order_after(newest)
    assert order is EntryOrder.NEWEST
    assert localized_chat.text("card-order", order="newest") in text
    order, text = await order_after(f"✓ {newest}")
    assert order is EntryOrder.RELEVANCE
    assert localized_chat.text("card-order", order="relevance") in text


@covers("[looks]", "[tune]")
async def test_look_and_sound_are_the_chats_or_its_own(localized_chat: Conversation) -> None:
    await opened(localized_chat)
    page = (await localized_chat.press_button("button-looks")).only_message
    assert f"✓ {localized_chat.text('looks-form-chat')}" in page.button_labels

    for form in MessageForm:
        key = f"settings-form-{form}"
        page = (await localized_chat.press_button(key)).only_message
        assert f"✓ {localized_chat.text(key)}" in page.button_labels
        [topic] = await localized_chat.topics()
        assert topic.form is form
    for key in ("settings-languages-zh", "looks-silent"):
        page = (await localized_chat.press_button(key)).only_message
        assert f"✓ {localized_chat.text(key)}" in page.button_labels

    [topic] = await localized_chat.topics()
    assert (topic.languages, topic.silent) == (("zh",), True)
    for key in ("looks-form-chat", "looks-languages-chat", "looks-sound-chat"):
        await localized_chat.press_button(key)
    [topic] = await localized_chat.topics()
    assert (topic.form, topic.languages, topic.silent) == (None, None, None)
    await localized_chat.press_button("button-back")


@covers("[topic_times]", "[topic_hour]", "[topic_cadence]", "[topic_other]", "/time")
async def test_a_topic_has_times_of_its_own_that_the_chats_leave_alone(
    localized_chat: Conversation,
) -> None:
    await opened(localized_chat)
    await localized_chat.subscribe("robots")
    await localized_chat.press_button("button-time")
    await localized_chat.press_button(label="21:00")
    page = (await localized_chat.press_button("button-working-days")).only_message
    own_cadence = Cadence(times=(time(21),), weekdays=(0, 1, 2, 3, 4))
    assert cadence_text.describe_cadence(own_cadence, localized_chat.language) in page.text

    answer = await localized_chat.ask("/time 9:00")

    assert localized_chat.text("settings-time-own", topics=1) in answer.text
    first, second = await localized_chat.topics()
    assert (first.cadence, second.cadence.times) == (own_cadence, (time(9),))
    await localized_chat.press_button("button-other")
    wrong = await localized_chat.ask("nonsense")
    assert wrong.button_labels[-1] == localized_chat.text("button-back")
    await localized_chat.ask("6:15")
    assert (await localized_chat.topics())[0].cadence.times == (time(6, 15),)


@covers("[rename]")
async def test_a_name_is_what_a_person_types(localized_chat: Conversation) -> None:
    await opened(localized_chat)
    await localized_chat.press_button("button-rename")

    card = await localized_chat.ask("  Pictures   from noise ")

    assert card.text.startswith(f"{localized_chat.text('card-renamed')}\n\nPictures from noise\n")
    [topic] = await localized_chat.topics()
    assert (topic.name, topic.query) == ("Pictures from noise", TOPIC)
    assert f"1. {topic.name}" in (await localized_chat.ask("/list")).text


@covers("[rename]", "[words]", "[topic_other]", "[topic]")
async def test_who_goes_back_has_not_answered(localized_chat: Conversation) -> None:
    await opened(localized_chat)
    for key in ("button-rename", "button-words", "button-time"):
        await localized_chat.press_button(key)
        if key == "button-time":
            await localized_chat.press_button("button-other")
        await localized_chat.press_button("button-back")
        preview = await localized_chat.ask("robots")
        assert preview.button_labels[0] == localized_chat.text("button-subscribe")
        await localized_chat.press_button("button-list-back")
        await localized_chat.press_button(label="1")
    assert [topic.name for topic in await localized_chat.topics()] == [TOPIC]


@covers("[words]", "[reword]")
async def test_other_words_keep_the_place_and_are_shown_before(
    localized_chat: Conversation,
) -> None:
    await opened(localized_chat)
    [old] = await localized_chat.topics()
    await localized_chat.press_button("button-words")
    before = localized_chat.store_rows()
    wrong = await localized_chat.ask("diffusion (")
    assert wrong.button_labels[-1] == localized_chat.text("button-back")

    shown = await localized_chat.ask("models diffusion")

    assert localized_chat.text("card-words-stay") in shown.text
    assert localized_chat.text("card-words-before", words=TOPIC) in shown.text
    assert localized_chat.store_rows()["subscriptions"] == before["subscriptions"], (
        "nothing is stored yet"
    )
    card = (await localized_chat.press_button("button-use")).only_message
    assert card.text.startswith(localized_chat.text("card-reworded"))
    [new] = await localized_chat.topics()
    assert (new.key, new.cursor, new.next_due) == (old.key, old.cursor, old.next_due)
    assert (new.name, new.query) == ("models diffusion", "diffusion models")


@covers("[words]", "[reword]")
async def test_chinese_words_are_shown_in_english_and_name_the_topic(
    localized_chat: Conversation,
) -> None:
    await opened(localized_chat)
    await localized_chat.press_button("button-words")

    shown = await localized_chat.ask("扩散模型")
    await localized_chat.press_button("button-use")

    assert localized_chat.text("english-looking", words='"diffusion model"') in shown.text
    [topic] = await localized_chat.topics()
    assert (topic.name, topic.query) == ("扩散模型", '"diffusion model"')


@covers("[words]")
async def test_two_topics_never_ask_for_the_same(conversation: Conversation) -> None:
    await opened(conversation)
    await conversation.subscribe("robots")
    await conversation.press_button("button-words")
    answer = await conversation.ask("Robots")
    assert answer.text == conversation.text("topic-same", topic="robots")


@covers("[tune]")
async def test_a_topic_moves_up(conversation: Conversation) -> None:
    for words in ("robots", "diffusion", "splatting"):
        await conversation.subscribe(words)
    await conversation.ask("/list")
    await conversation.press_button(label="3")
    await conversation.press_button("button-up")
    assert [topic.name for topic in await conversation.topics()] == [
        "robots",
        "splatting",
        "diffusion",
    ]
    await conversation.press_button("button-up")
    await conversation.press_button("button-up")
    assert [topic.name for topic in await conversation.topics()] == [
        "splatting",
        "robots",
        "diffusion",
    ]


@covers("[stop]", "[undo]")
async def test_undo_brings_a_topic_back_as_it_was(localized_chat: Conversation) -> None:
    await opened(localized_chat)
    await localized_chat.subscribe("robots")
    await localized_chat.press_button("button-rename")
    await localized_chat.ask("Noise")
    await localized_chat.press_button(label="24")
    [old, _] = await localized_chat.topics()

    gone = (await localized_chat.press_button("digest-button-stop")).only_message
    assert gone.text == localized_chat.text("unsubscribed", topic="Noise")
    assert [topic.name for topic in await localized_chat.topics()] == ["robots"]
    await localized_chat.press_button("button-undo")

    back = (await localized_chat.topics())[0]
    assert (back.name, back.limit, back.cursor, back.query, back.cadence) == (
        old.name,
        old.limit,
        old.cursor,
        old.query,
        old.cadence,
    )
    assert (await localized_chat.send_forged_callback("1undo:99:0")).toast == localized_chat.text(
        "undo-gone"
    )


@covers("[settings]")
async def test_settings_under_a_digest_are_those_of_its_topic(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    await localized_chat.advance_to_tomorrow()
    digest = await localized_chat.ask("/digest")
    card = (
        await localized_chat.press_button("digest-button-settings", message_id=digest.id)
    ).new_messages[0]
    assert card.text.startswith(f"{TOPIC}\n")
    stopped = await localized_chat.press_button("digest-button-stop", message_id=digest.id)
    assert stopped.changed_messages == [], "the digest stays as it is"
    old = await localized_chat.press_button(label="24", message_id=card.id)
    assert (old.toast, old.is_empty) == (localized_chat.text("topic-gone"), True)


CARD = ("topic", "tune", "looks", "topic_times", "topic_hour", "topic_cadence", "topic_other")


@pytest.mark.parametrize("verb", [*CARD, "rename", "words", "reword", "settings"])
@covers(*(f"[{verb}]" for verb in CARD), "[rename]", "[words]", "[reword]")
async def test_another_chats_topic_has_no_card_here(conversation: Conversation, verb: str) -> None:
    topic = await conversation.subscribe()
    eve = conversation.as_person(conversation.running_bot.create_person("Eve"))
    await eve.ask("/start")
    before = conversation.store_rows()

    answer = await eve.send_forged_callback(f"1{verb}:{topic.key}:1")

    refusal = "preview-gone" if verb == "reword" else "topic-gone"
    assert (answer.toast, answer.is_empty) == (eve.text(refusal), True)
    assert conversation.store_rows() == before


@pytest.mark.parametrize("code", [0, 6, 9, 14, 19, 24, 34, 43, 50, 10**17])
@covers("[tune]")
async def test_no_switch_is_forged(conversation: Conversation, code: int) -> None:
    topic = await conversation.subscribe()
    answer = await conversation.send_forged_callback(f"1tune:{topic.key}:{code}")
    assert (answer.toast, answer.is_empty) == (conversation.text("refusal-button-old"), True)
    assert await conversation.topics() == [topic]


@covers("/list", "[list]")
async def test_a_long_list_has_pages(conversation: Conversation) -> None:
    for number in range(9):
        await conversation.subscribe(f"word{number}")
    first = await conversation.ask("/list")
    assert "8. word7" in first.text
    assert "word8" not in first.text
    second = (await conversation.press_button(label="›")).only_message
    assert "9. word8" in second.text
    assert (second.id, second.button_labels[:3]) == (first.id, ("9", "‹", "2/2"))


async def test_a_group_answers_by_reply(conversation: Conversation) -> None:
    """What is said in a group is for the bot only where it asked."""
    place = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    place.add_bot()
    await conversation.running_bot.wait_until_idle()
    group_conversation = conversation.in_group(place)
    card = await opened(group_conversation)
    await group_conversation.press_button("button-rename", message_id=card)

    conversation.person.send_text("The lab's noise", place, reply_to_id=card)
    [answer] = await conversation.running_bot.wait_for_replies(conversation.person, place)

    assert answer.text.startswith(group_conversation.text("card-renamed"))
    assert [topic.name for topic in await group_conversation.topics()] == ["The lab's noise"]
    conversation.person.send_text("Thank you", place, reply_to_id=answer.id)
    assert await conversation.running_bot.wait_for_replies(conversation.person, place) == []


@covers("/digest", "[words]")
async def test_a_topic_that_cannot_be_read_any_more_is_told_and_mended(
    conversation: Conversation,
) -> None:
    await conversation.subscribe("robots")
    [topic] = await conversation.topics()
    store = conversation.running_bot.store
    await store.run(store.subscriptions.update, replace(topic, query="(robots"))
    values = {"topic": "robots", "query": "(robots"}
    text = conversation.text("topic-unreadable-paused", **values)

    assert (await conversation.ask("/digest")).text == conversation.text(
        "topic-unreadable", **values
    )
    for _ in range(3):
        await conversation.running_bot.advance_clock(days=1)
    assert [message.text for message in conversation.person.messages() if message.text == text] == [
        text
    ]

    listed = await conversation.ask("/list")
    await conversation.press_button(label="1", message_id=listed.id)
    await conversation.press_button("button-words")
    await conversation.ask("robots")
    await conversation.press_button("button-use")
    await conversation.press_button("button-resume")

    [mended] = await conversation.topics()
    assert (mended.query, mended.paused) == ("robots", False)
