"""People in tests: short sentences that do what a person does and read what a person reads."""

import asyncio

import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.people import person
from bot.demo.people.visible_messages import transcript
from tests.demo.conftest import CallMethod
from tests.demo.payloads import digest_message, message, paragraph


async def test_asking_gives_the_next_message_of_the_bot(
    emulator: Emulator, call_method: CallMethod
) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    await call_method("sendMessage", chat_id=ada.id, text="an old one")

    asking = asyncio.create_task(ada.ask("/start"))
    await asyncio.sleep(0)
    await call_method("sendMessage", chat_id=ada.id, text="Welcome")

    assert (await asking).text == "Welcome"


async def test_waiting_in_vain_fails_with_the_story(
    emulator: Emulator, call_method: CallMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    keyboard: JsonObject = {"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    await call_method("sendMessage", chat_id=ada.id, text="Hello", reply_markup=keyboard)
    monkeypatch.setattr(person, "DEFAULT_TIMEOUT", 0.01)

    with pytest.raises(AssertionError, match=r"Papergram\nHello\n\[Go\]"):
        await ada.wait_until(lambda chat: len(chat) > 1, timeout_seconds=0.01)
    with pytest.raises(AssertionError, match="never answered the press of 'Go'"):
        await ada.press_button("Go")
    with pytest.raises(AssertionError, match="no button 'Stop'"):
        ada.press_button("Stop")
    with pytest.raises(AssertionError, match="no link 'Stop'"):
        ada.follow_link("Stop")


async def test_a_rich_message_reads_as_text(emulator: Emulator, call_method: CallMethod) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    await call_method("sendRichMessage", chat_id=ada.id, rich_message=digest_message())

    (shown,) = ada.messages()

    assert shown.is_rich
    assert shown.button_labels == ("PDF", "Less", "Copy")
    assert shown.links == (
        ("[1]", "#p1"),
        ("On sieves", "https://arxiv.org/abs/1"),
        ("↑", "#"),
    )
    assert shown.text.split("\n") == [
        "math.NT: 1 paper",
        "Window: 2 March",
        "Papers",
        "Ref | Title",
        "[1] | On sieves | A sieve for everyone.",
        "▸ [1] On sieves",
        "bolditalicunderlinestrikethroughcodemarkedspoiler+1",
        "↑",
        "• first",
        "3. one",
        "somebody",
        "said",
        "An abstract.",
        "x = 1",
        "---",
        "arXiv digest",
    ]


async def test_a_deep_link_starts_the_bot(emulator: Emulator, call_method: CallMethod) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    link: Json = {
        "type": "url",
        "text": "[1]",
        "url": "https://t.me/papergram_demo_bot?start=e_12",
    }
    await call_method("sendRichMessage", chat_id=ada.id, rich_message=message(paragraph(link)))
    abroad = '<a href="https://arxiv.org/abs/1">paper</a>'
    await call_method("sendMessage", chat_id=ada.id, text=abroad, parse_mode="HTML")

    ada.follow_link("[1]")
    ada.follow_link("paper")

    assert ada.messages()[-1].text == "/start e_12"


async def test_buttons_are_found_by_label_place_or_data(
    emulator: Emulator, call_method: CallMethod
) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    rows: list[Json] = [
        [{"text": "One", "callback_data": "o:1"}, {"text": "Two", "callback_data": "t:2"}],
        [{"text": "Web", "url": "https://arxiv.org/abs/1"}],
    ]
    await call_method(
        "sendMessage", chat_id=ada.id, text="x", reply_markup={"inline_keyboard": rows}
    )

    ada.press_button("Two")
    ada.press_button((0, 0))
    ada.press_button(data="t:2")
    ada.press_forged("evil", message_id=1)
    web = await ada.press_button("Web")

    assert await pressed(emulator) == ["t:2", "o:1", "t:2", "evil"]
    assert web.url == "https://arxiv.org/abs/1"


async def pressed(emulator: Emulator) -> list[Json]:
    """Give the data of the presses that wait, oldest first."""
    data: list[Json] = []
    for update in await emulator.state.updates.fetch(0, 100, 0):
        query = update["callback_query"]
        assert isinstance(query, dict)
        data.append(query["data"])
    return data


async def test_links_in_plain_texts_are_seen(emulator: Emulator, call_method: CallMethod) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    text = "😀 see https://arxiv.org/abs/1, /help and #cs by @papergram_demo_bot or a@b.org"
    answer = await call_method("sendMessage", chat_id=ada.id, text=text)

    result = answer["result"]
    assert isinstance(result, dict)
    entities = result["entities"]
    assert isinstance(entities, list)
    kinds = [entity["type"] for entity in entities if isinstance(entity, dict)]
    assert kinds == ["url", "bot_command", "hashtag", "mention", "email"]
    assert ada.messages()[0].links == (("https://arxiv.org/abs/1",) * 2,)


async def test_surrounding_space_is_cut_with_its_entities(
    emulator: Emulator, call_method: CallMethod
) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)

    answer = await call_method(
        "sendMessage", chat_id=ada.id, text="\n <b> x </b> ", parse_mode="HTML"
    )

    result = answer["result"]
    assert isinstance(result, dict)
    assert result["text"] == "x"
    assert result["entities"] == [{"type": "bold", "offset": 0, "length": 1}]


async def test_an_edit_by_a_person_reaches_the_bot(emulator: Emulator) -> None:
    ada = emulator.people.create_person("Ada")
    number = ada.send_text("/sbu x")

    ada.edit_message(number, "/sub x")

    [_, update] = await emulator.state.updates.fetch(0, 100, 0)
    assert "edited_message" in update
    assert "(edited)" in transcript(ada.messages())
