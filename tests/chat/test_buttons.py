"""Every button, pressed as meant, twice, too late, in the wrong chat, and forged."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.api.callback_data import (
    decode_action,
    decode_start_payload,
    encode_action,
    paper_link,
)
from bot.chat.handler_table import BUTTONS
from bot.render.telegram.keyboard import Action
from bot.texts.dates import city_name
from storage.records.chats import Cadence, MessageForm, QuietDayPolicy
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.database import IGNORED_TABLES, count_rows, dump_tables


@covers("[field]")
async def test_a_named_field_shows_its_preview(localized_chat: Conversation) -> None:
    hello = await localized_chat.ask("/start")

    answer = await localized_chat.press_button(label=hello.button_labels[0])

    [preview] = answer.new_messages
    assert preview.text.startswith(f"{hello.button_labels[0]}\n\n")
    assert preview.button_labels[0] == localized_chat.text("button-subscribe")


@covers("[greet]")
async def test_the_greeting_changes_its_language_in_place(conversation: Conversation) -> None:
    hello = await conversation.ask("/start")

    changed = (await conversation.press_button(label="中文")).only_message

    chat = await conversation.running_bot.stored_chat(conversation.person)
    assert changed.id == hello.id
    assert (chat.language, chat.languages) == ("zh", ("zh", "en"))
    assert "English" in changed.button_labels
    await conversation.press_button(label="English")
    chat = await conversation.running_bot.stored_chat(conversation.person)
    assert (chat.language, chat.languages) == ("en", ("en",))


@covers("[subscribe]")
async def test_subscribe_pressed_twice_is_one_topic(localized_chat: Conversation) -> None:
    preview = await localized_chat.ask(f"/sub {TOPIC}")
    pressed = preview.button_rows[0][0].data
    await localized_chat.press_button("button-subscribe")
    before = localized_chat.store_rows()

    answer = await localized_chat.send_forged_callback(pressed)

    assert answer.toast == localized_chat.text("preview-known")
    assert answer.is_empty
    assert localized_chat.store_rows() == before


@covers("[change]", "[cancel]")
async def test_change_and_cancel_store_nothing(localized_chat: Conversation) -> None:
    preview = await localized_chat.ask(f"/sub {TOPIC}")
    before = localized_chat.store_rows()

    changed = (await localized_chat.press_button("button-change")).only_message
    assert changed.id == preview.id
    assert changed.text == localized_chat.text("preview-change", query=f"/sub {TOPIC}")
    assert changed.button_labels == ()
    assert localized_chat.store_rows() == before

    await localized_chat.ask(f"/sub {TOPIC}")
    cancelled = (await localized_chat.press_button("button-cancel")).only_message
    assert cancelled.text == localized_chat.text("preview-cancelled")
    assert await localized_chat.topics() == []


@covers("[list]", "[settings]", "[digest]")
async def test_what_stands_under_a_new_topic(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    [confirmed] = [message for message in localized_chat.person.messages() if message.button_labels]

    digest = (await localized_chat.press_button("button-digest")).only_message
    assert localized_chat.text("digest-shown-all", matched=3) in digest.text
    settings = (
        await localized_chat.press_button("button-settings", message_id=confirmed.id)
    ).only_message
    assert settings.text.startswith(localized_chat.text("settings-title"))


@covers("[list]")
async def test_my_topics_come_in_place(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    listed = (await localized_chat.press_button("button-list")).only_message
    assert listed.is_edited
    assert f"1. {TOPIC}" in listed.text


@covers("[stop]", "[subscribe]")
async def test_stop_has_a_way_back_and_a_second_press_finds_nothing(
    localized_chat: Conversation,
) -> None:
    topic = await localized_chat.subscribe()
    listed = await localized_chat.ask("/list")
    older = await localized_chat.ask("/list")
    await localized_chat.press_button(label="1", message_id=listed.id)

    answer = (
        await localized_chat.press_button("digest-button-stop", message_id=listed.id)
    ).only_message
    assert (answer.id, answer.text) == (listed.id, localized_chat.text("unsubscribed", topic=TOPIC))
    assert await localized_chat.topics() == []
    again = await localized_chat.press_button(label="1", message_id=older.id)
    assert (again.toast, again.is_empty) == (localized_chat.text("topic-gone"), True)

    await localized_chat.press_button("button-undo")
    [back] = await localized_chat.topics()
    assert (back.query, back.cursor) == (topic.query, topic.cursor)


@covers("[entry]", "[next]")
async def test_entries_open_one_after_the_other(localized_chat: Conversation) -> None:
    await localized_chat.ask("/digest language")
    [opened] = (await localized_chat.press_button(label="2")).new_messages
    assert opened.text.startswith("[2] ")
    assert opened.button_labels[-3:] == (
        localized_chat.text("button-table"),
        localized_chat.text("button-previous-entry"),
        localized_chat.text("button-next"),
    )

    for key, number in (("button-next", 3), ("button-previous-entry", 2)) * 2:
        turned = (await localized_chat.press_button(key)).only_message
        assert turned.id == opened.id
        assert turned.text.startswith(f"[{number}] ")


@covers("[next]")
async def test_the_first_entry_has_no_previous(localized_chat: Conversation) -> None:
    await localized_chat.ask("/digest language")
    [opened] = (await localized_chat.press_button(label="1")).new_messages
    assert localized_chat.text("button-previous-entry") not in opened.button_labels


@covers("[next]")
async def test_the_last_entry_has_no_next(conversation: Conversation) -> None:
    await conversation.ask("/digest erasure conversion")
    [opened] = (await conversation.press_button(label="1")).new_messages
    assert opened.button_labels[-1] == "‹ Digest"


@covers("[rest]", "[entry]")
async def test_the_rest_is_shown_page_by_page_and_opens_too(localized_chat: Conversation) -> None:
    digest = await localized_chat.ask("/digest cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph")
    label = next(label for label in digest.button_labels if "(" in label or "其余" in label)

    [page] = (await localized_chat.press_button(label=label)).new_messages

    assert "[13] " in page.text
    [opened] = (await localized_chat.press_button(label="13")).new_messages
    assert opened.text.startswith("[13] ")


@pytest.mark.parametrize("position", [0, 1, 12, 999, 10**17])
@covers("[rest]")
async def test_no_page_is_forged_beyond_the_rest(conversation: Conversation, position: int) -> None:
    """Only what was left out is a page of the rest."""
    await conversation.ask("/digest erasure conversion")
    before = conversation.store_rows()

    answer = await conversation.send_forged_callback(f"1rest:1:{position}")

    assert (answer.toast, answer.is_empty) == (conversation.text("entry-gone"), True)
    assert conversation.store_rows() == before


@covers("[set]")
async def test_each_switch_changes_one_setting_and_says_so(localized_chat: Conversation) -> None:
    await localized_chat.send_text("/settings")
    before = await localized_chat.running_bot.stored_chat(localized_chat.person)

    for key, value in (
        ("button-form-rich", MessageForm.THREE_COLUMNS),
        ("button-form-two-columns", MessageForm.TWO_COLUMNS),
        ("button-form-classic", MessageForm.CLASSIC),
        ("settings-languages-zh", ("zh",)),
        ("settings-languages-both", ("zh", "en")),
        ("settings-languages-en", ("en",)),
    ):
        answer = await localized_chat.press_button(key)
        chat = await localized_chat.running_bot.stored_chat(localized_chat.person)
        assert value in (chat.form, chat.languages)
        assert answer.toast == localized_chat.text("settings-saved")

    await localized_chat.press_button("button-language")
    after = await localized_chat.running_bot.stored_chat(localized_chat.person)
    assert after.language != before.language


@covers("[times]", "[time]", "[zones]", "[zone]", "[settings]")
async def test_time_and_zone_in_two_presses_and_back(localized_chat: Conversation) -> None:
    topic = await localized_chat.subscribe()
    await localized_chat.send_text("/settings")

    await localized_chat.press_button("button-time")
    answer = (await localized_chat.press_button(label="09:00")).only_message
    assert "09:00" in answer.text
    await localized_chat.press_button("button-back")
    await localized_chat.press_button("button-zone")
    answer = (
        await localized_chat.press_button(label=city_name(localized_chat.language, "Asia/Shanghai"))
    ).only_message
    assert answer.text == localized_chat.text(
        "settings-zone-set",
        zone=city_name(localized_chat.language, "Asia/Shanghai"),
        clock="21:00",
    )
    back = (await localized_chat.press_button("button-back")).only_message
    assert back.text.startswith(localized_chat.text("settings-title"))

    [after] = await localized_chat.topics()
    assert (after.cadence.times, after.zone) == ((time(9),), "Asia/Shanghai")
    assert topic.next_due
    assert after.next_due == topic.next_due - timedelta(hours=7)


@covers("[cadence]")
async def test_days_and_quiet_days_are_switches(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    await localized_chat.send_text("/time")
    for key, expected in (
        ("button-working-days", Cadence(weekdays=(0, 1, 2, 3, 4))),
        (
            "button-quiet-notice",
            Cadence(weekdays=(0, 1, 2, 3, 4), on_quiet_days=QuietDayPolicy.NOTICE),
        ),
        ("button-announced", Cadence(times=(), on_quiet_days=QuietDayPolicy.NOTICE)),
    ):
        answer = (await localized_chat.press_button(key)).only_message
        assert f"✓ {localized_chat.text(key)}" in answer.button_labels
        [topic] = await localized_chat.topics()
        assert topic.cadence == expected
    assert topic.next_due is None


HUGE = 10**18 - 1
FORGED = [
    *(f"1{verb}:{number}:{number}" for verb in BUTTONS for number in (999, HUGE)),
    "",
    "entry:1:1",
    "2entry:1:1",
    "1entry:1",
    "1entry:-1:1",
    "1nothing:1:1",
    f"1entry:{10**18}:1",
    "1entry:1:1\n",
    "' or 1=1 --",
]


async def test_forged_buttons_change_nothing_but_switches(conversation: Conversation) -> None:
    """A switch of one's own chat may be forged as well as pressed; nothing else moves."""
    await conversation.subscribe()
    await conversation.ask("/digest")
    await conversation.running_bot.bot.publish_due()  # whose marks are no button's
    harmless = {
        *("cancel", "groups", "history", "list", "saved", "settings", "times", "unsub_all_ask"),
        "zones",
    }
    for forged in FORGED:
        verb = forged[1:].partition(":")[0]
        before = dump_tables(
            conversation.running_bot.store, ignored_tables=(*IGNORED_TABLES, "chats")
        )
        answer = await conversation.send_forged_callback(forged)
        if verb not in harmless | {"set", "greet", "versions"}:
            assert answer.toast, forged
            assert answer.is_empty, forged
        after = dump_tables(
            conversation.running_bot.store, ignored_tables=(*IGNORED_TABLES, "chats")
        )
        if verb not in ("greet", "versions"):  # which offers its examples anew, and a switch
            assert after == before, forged


async def test_another_chats_buttons_open_nothing(conversation: Conversation) -> None:
    """Numbers of Ada's topic, preview and digest in Eve's hands."""
    topic = await conversation.subscribe()
    await conversation.ask("/digest")
    draft = (await conversation.ask("/sub robots")).button_rows[0][0].data
    eve = conversation.as_person(conversation.running_bot.create_person("Eve"))
    await eve.ask("/start")
    before = conversation.store_rows()

    for forged, refusal in (
        (draft, "preview-gone"),
        (draft.replace("subscribe", "change"), "preview-gone"),
        (draft.replace("subscribe", "draft"), "preview-gone"),
        (f"1stop:{topic.key}:0", "topic-gone"),
        (f"1digest:{topic.key}:0", "topic-gone"),
        ("1entry:1:1", "digest-gone"),
        ("1next:1:2", "digest-gone"),
        ("1rest:1:1", "digest-gone"),
    ):
        answer = await eve.send_forged_callback(forged)
        assert (answer.toast, answer.is_empty) == (eve.text(refusal), True), forged

    assert conversation.store_rows() == before


async def test_an_old_entry_turns_to_the_new_form(conversation: Conversation) -> None:
    """[Next] under a text, after the chat has changed to tables, and the other way round."""
    await conversation.ask("/digest language")
    await conversation.press_button(label="1")
    await conversation.send_text("/settings")
    await conversation.press_button("button-form-rich")

    turned = (await conversation.press_button("button-next")).only_message
    assert turned.is_rich
    await conversation.press_button("button-form-classic")
    assert not (await conversation.press_button("button-next")).only_message.is_rich
    assert count_rows(conversation.running_bot.store, "digests") == 1


@given(
    st.builds(
        Action,
        st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
        st.integers(0, HUGE),
        st.integers(0, HUGE),
    )
)
def test_callback_data_comes_back_and_fits(pressed: Action) -> None:
    assert decode_action(encode_action(pressed)) == pressed
    assert len(encode_action(pressed).encode()) <= 64


@given(st.integers(0, HUGE), st.integers(0, 10**9 - 1))
def test_a_deep_link_comes_back(paper: int, version: int) -> None:
    payload = paper_link("papergram_bot", paper, version).partition("?start=")[2]
    assert decode_start_payload(payload) == Action("paper", paper, version)
    assert len(payload) <= 64


@given(st.text())
def test_any_data_is_read_or_refused(text: str) -> None:
    for decoded in (decode_action(text), decode_start_payload(text)):
        assert decoded is None or decoded.first_argument <= HUGE
