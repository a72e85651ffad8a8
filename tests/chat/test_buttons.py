"""Every button, pressed as meant, twice, too late, in the wrong chat, and forged."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.api.callback_data import action, data, link, opened
from bot.chat.handler_table import BUTTONS
from bot.render.telegram.keyboard import Action
from bot.texts.dates import city
from storage.records import Cadence, Form, OnQuietDays
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.database import BESIDE, count, dump


@covers("[draft]")
async def test_an_example_shows_its_preview(either: Talk) -> None:
    hello = await either.hears("/start")

    answer = await either.presses(label=hello.buttons[0])

    [preview] = answer.new
    assert preview.text.startswith(f"{hello.buttons[0]}\n\n")
    assert preview.buttons[0] == either.text("button-subscribe")


@covers("[greet]")
async def test_the_greeting_changes_its_language_in_place(talk: Talk) -> None:
    hello = await talk.hears("/start")

    changed = (await talk.presses(label="中文")).one

    chat = await talk.house.chat(talk.person)
    assert changed.id == hello.id
    assert (chat.language, chat.languages) == ("zh", ("zh", "en"))
    assert "English" in changed.buttons
    await talk.presses(label="English")
    chat = await talk.house.chat(talk.person)
    assert (chat.language, chat.languages) == ("en", ("en",))


@covers("[subscribe]")
async def test_subscribe_pressed_twice_is_one_topic(either: Talk) -> None:
    preview = await either.hears(f"/sub {TOPIC}")
    pressed = preview.rows[0][0].data
    await either.presses("button-subscribe")
    before = either.rows()

    answer = await either.forges(pressed)

    assert answer.toast == either.text("preview-known")
    assert answer.is_nothing
    assert either.rows() == before


@covers("[change]", "[cancel]")
async def test_change_and_cancel_store_nothing(either: Talk) -> None:
    preview = await either.hears(f"/sub {TOPIC}")
    before = either.rows()

    changed = (await either.presses("button-change")).one
    assert changed.id == preview.id
    assert changed.text == either.text("preview-change", query=f"/sub {TOPIC}")
    assert changed.buttons == ()
    assert either.rows() == before

    await either.hears(f"/sub {TOPIC}")
    cancelled = (await either.presses("button-cancel")).one
    assert cancelled.text == either.text("preview-cancelled")
    assert await either.topics() == []


@covers("[list]", "[settings]", "[digest]")
async def test_what_stands_under_a_new_topic(either: Talk) -> None:
    await either.follows()
    [confirmed] = [one for one in either.person.reads() if one.buttons]

    digest = (await either.presses("button-digest")).one
    assert either.text("digest-shown-all", matched=3) in digest.text
    settings = (await either.presses("button-settings", message=confirmed.id)).one
    assert settings.text.startswith(either.text("settings-title"))


@covers("[list]")
async def test_my_topics_come_in_place(either: Talk) -> None:
    await either.follows()
    listed = (await either.presses("button-list")).one
    assert listed.is_edited
    assert f"1. {TOPIC}" in listed.text


@covers("[stop]", "[subscribe]")
async def test_stop_has_a_way_back_and_a_second_press_finds_nothing(either: Talk) -> None:
    topic = await either.follows()
    listed = await either.hears("/list")
    older = await either.hears("/list")
    await either.presses(label="1", message=listed.id)

    told = (await either.presses("digest-button-stop", message=listed.id)).one
    assert (told.id, told.text) == (listed.id, either.text("unsubscribed", topic=TOPIC))
    assert await either.topics() == []
    again = await either.presses(label="1", message=older.id)
    assert (again.toast, again.is_nothing) == (either.text("topic-gone"), True)

    await either.presses("button-undo")
    [back] = await either.topics()
    assert (back.query, back.cursor) == (topic.query, topic.cursor)


@covers("[entry]", "[next]")
async def test_entries_open_one_after_the_other(either: Talk) -> None:
    await either.hears("/digest language")
    [opened] = (await either.presses(label="2")).new
    assert opened.text.startswith("[2] ")
    assert opened.buttons[-2:] == (either.text("button-table"), either.text("button-next"))

    turned = (await either.presses("button-next")).one

    assert turned.id == opened.id
    assert turned.text.startswith("[3] ")


@covers("[next]")
async def test_the_last_entry_has_no_next(talk: Talk) -> None:
    await talk.hears("/digest erasure conversion")
    [opened] = (await talk.presses(label="1")).new
    assert opened.buttons[-1] == "‹ Table"


@covers("[rest]", "[entry]")
async def test_the_rest_is_shown_page_by_page_and_opens_too(either: Talk) -> None:
    digest = await either.hears("/digest cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph")
    label = next(one for one in digest.buttons if "(" in one or "其余" in one)

    [page] = (await either.presses(label=label)).new

    assert "[13] " in page.text
    [opened] = (await either.presses(label="13")).new
    assert opened.text.startswith("[13] ")


@pytest.mark.parametrize("position", [0, 1, 12, 999, 10**17])
@covers("[rest]")
async def test_no_page_is_forged_beyond_the_rest(talk: Talk, position: int) -> None:
    """Only what was left out is a page of the rest."""
    await talk.hears("/digest erasure conversion")
    before = talk.rows()

    answer = await talk.forges(f"1rest:1:{position}")

    assert (answer.toast, answer.is_nothing) == (talk.text("entry-gone"), True)
    assert talk.rows() == before


@covers("[set]")
async def test_each_switch_changes_one_setting_and_says_so(either: Talk) -> None:
    await either.says("/settings")
    before = await either.house.chat(either.person)

    for key, value in (
        ("button-form-rich", Form.RICH),
        ("button-form-classic", Form.CLASSIC),
        ("settings-languages-zh", ("zh",)),
        ("settings-languages-both", ("zh", "en")),
        ("settings-languages-en", ("en",)),
    ):
        answer = await either.presses(key)
        chat = await either.house.chat(either.person)
        assert value in (chat.form, chat.languages)
        assert answer.toast == either.text("settings-saved")

    await either.presses("button-language")
    after = await either.house.chat(either.person)
    assert after.language != before.language


@covers("[times]", "[time]", "[zones]", "[zone]", "[settings]")
async def test_time_and_zone_in_two_presses_and_back(either: Talk) -> None:
    topic = await either.follows()
    await either.says("/settings")

    await either.presses("button-time")
    told = (await either.presses(label="09:00")).one
    assert "09:00" in told.text
    await either.presses("button-back")
    await either.presses("button-zone")
    told = (await either.presses(label=city(either.language, "Asia/Shanghai"))).one
    assert told.text == either.text("settings-zone-set", zone="Asia/Shanghai", clock="21:00")
    back = (await either.presses("button-back")).one
    assert back.text.startswith(either.text("settings-title"))

    [after] = await either.topics()
    assert (after.cadence.times, after.zone) == ((time(9),), "Asia/Shanghai")
    assert topic.next_due
    assert after.next_due == topic.next_due - timedelta(hours=7)


@covers("[cadence]")
async def test_days_and_quiet_days_are_switches(either: Talk) -> None:
    await either.follows()
    await either.says("/time")
    for key, wanted in (
        ("button-working-days", Cadence(weekdays=(0, 1, 2, 3, 4))),
        ("button-quiet-notice", Cadence(weekdays=(0, 1, 2, 3, 4), quiet=OnQuietDays.NOTICE)),
        ("button-announced", Cadence(times=(), quiet=OnQuietDays.NOTICE)),
    ):
        told = (await either.presses(key)).one
        assert f"✓ {either.text(key)}" in told.buttons
        [topic] = await either.topics()
        assert topic.cadence == wanted
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


async def test_forged_buttons_change_nothing_but_switches(talk: Talk) -> None:
    """A switch of one's own chat may be forged as well as pressed; nothing else moves."""
    await talk.follows()
    await talk.hears("/digest")
    await talk.house.bot.tick()  # whose marks are no button's
    harmless = {"cancel", "groups", "history", "list", "saved", "settings", "times", "zones"}
    for forged in FORGED:
        verb = forged[1:].partition(":")[0]
        before = dump(talk.house.store, without=(*BESIDE, "subscribers"))
        answer = await talk.forges(forged)
        if verb not in harmless | {"set", "greet", "versions"}:
            assert answer.toast, forged
            assert answer.is_nothing, forged
        after = dump(talk.house.store, without=(*BESIDE, "subscribers"))
        if verb not in ("greet", "versions"):  # which offers its examples anew, and a switch
            assert after == before, forged


async def test_another_chats_buttons_open_nothing(talk: Talk) -> None:
    """Numbers of Ada's topic, preview and digest in Eve's hands."""
    topic = await talk.follows()
    await talk.hears("/digest")
    draft = (await talk.hears("/sub robots")).rows[0][0].data
    eve = talk.by(talk.house.person("Eve"))
    await eve.hears("/start")
    before = talk.rows()

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
        answer = await eve.forges(forged)
        assert (answer.toast, answer.is_nothing) == (eve.text(refusal), True), forged

    assert talk.rows() == before


async def test_an_old_entry_turns_to_the_new_form(talk: Talk) -> None:
    """[Next] under a text, after the chat has changed to tables, and the other way round."""
    await talk.hears("/digest language")
    await talk.presses(label="1")
    await talk.says("/settings")
    await talk.presses("button-form-rich")

    turned = (await talk.presses("button-next")).one
    assert turned.is_rich
    await talk.presses("button-form-classic")
    assert not (await talk.presses("button-next")).one.is_rich
    assert count(talk.house.store, "digests") == 1


@given(
    st.builds(
        Action,
        st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
        st.integers(0, HUGE),
        st.integers(0, HUGE),
    )
)
def test_callback_data_comes_back_and_fits(pressed: Action) -> None:
    assert action(data(pressed)) == pressed
    assert len(data(pressed).encode()) <= 64


@given(st.integers(0, HUGE), st.integers(0, 10**9 - 1))
def test_a_deep_link_comes_back(paper: int, version: int) -> None:
    payload = link("papergram_bot", paper, version).partition("?start=")[2]
    assert opened(payload) == Action("paper", paper, version)
    assert len(payload) <= 64


@given(st.text())
def test_any_data_is_read_or_refused(text: str) -> None:
    for found in (action(text), opened(text)):
        assert found is None or found.first <= HUGE
