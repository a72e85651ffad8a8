"""People in tests: short sentences that do what a person does and read what a person reads."""

import asyncio

import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.people import person
from bot.demo.people.visible_messages import transcript
from tests.demo.conftest import Ask
from tests.demo.payloads import digest, message, paragraph


async def test_asking_gives_the_next_message_of_the_bot(emulator: Emulator, ask: Ask) -> None:
    ada = emulator.people.person("Ada", is_known=True)
    await ask("sendMessage", chat_id=ada.id, text="an old one")

    asking = asyncio.create_task(ada.ask("/start"))
    await asyncio.sleep(0)
    await ask("sendMessage", chat_id=ada.id, text="Welcome")

    assert (await asking).text == "Welcome"


async def test_waiting_in_vain_fails_with_the_story(
    emulator: Emulator, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = emulator.people.person("Ada", is_known=True)
    keyboard: JsonObject = {"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    await ask("sendMessage", chat_id=ada.id, text="Hello", reply_markup=keyboard)
    monkeypatch.setattr(person, "PATIENCE", 0.01)

    with pytest.raises(AssertionError, match=r"Papergram\nHello\n\[Go\]"):
        await ada.until(lambda chat: len(chat) > 1, patience=0.01)
    with pytest.raises(AssertionError, match="never answered the press of 'Go'"):
        await ada.press("Go")
    with pytest.raises(AssertionError, match="no button 'Stop'"):
        ada.press("Stop")
    with pytest.raises(AssertionError, match="no link 'Stop'"):
        ada.follows("Stop")


async def test_a_rich_message_reads_as_text(emulator: Emulator, ask: Ask) -> None:
    ada = emulator.people.person("Ada", is_known=True)
    await ask("sendRichMessage", chat_id=ada.id, rich_message=digest())

    (shown,) = ada.reads()

    assert shown.is_rich
    assert shown.buttons == ("PDF", "Less", "Copy")
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


async def test_a_deep_link_starts_the_bot(emulator: Emulator, ask: Ask) -> None:
    ada = emulator.people.person("Ada", is_known=True)
    link: Json = {
        "type": "url",
        "text": "[1]",
        "url": "https://t.me/papergram_demo_bot?start=e_12",
    }
    await ask("sendRichMessage", chat_id=ada.id, rich_message=message(paragraph(link)))
    abroad = '<a href="https://arxiv.org/abs/1">paper</a>'
    await ask("sendMessage", chat_id=ada.id, text=abroad, parse_mode="HTML")

    ada.follows("[1]")
    ada.follows("paper")

    assert ada.reads()[-1].text == "/start e_12"


async def test_buttons_are_found_by_label_place_or_data(emulator: Emulator, ask: Ask) -> None:
    ada = emulator.people.person("Ada", is_known=True)
    rows: list[Json] = [
        [{"text": "One", "callback_data": "o:1"}, {"text": "Two", "callback_data": "t:2"}],
        [{"text": "Web", "url": "https://arxiv.org/abs/1"}],
    ]
    await ask("sendMessage", chat_id=ada.id, text="x", reply_markup={"inline_keyboard": rows})

    ada.press("Two")
    ada.press((0, 0))
    ada.press(data="t:2")
    ada.presses_forged("evil", message=1)
    web = await ada.press("Web")

    assert pressed(emulator) == ["t:2", "o:1", "t:2", "evil"]
    assert web.url == "https://arxiv.org/abs/1"


def pressed(emulator: Emulator) -> list[Json]:
    """Give the data of the presses that wait, oldest first."""
    data: list[Json] = []
    while (first := emulator.world.updates.first()) is not None:
        query = first[1]["callback_query"]
        assert isinstance(query, dict)
        data.append(query["data"])
        emulator.world.updates.acknowledge(first[0] + 1)
    return data


async def test_links_in_plain_texts_are_seen(emulator: Emulator, ask: Ask) -> None:
    ada = emulator.people.person("Ada", is_known=True)
    text = "😀 see https://arxiv.org/abs/1, /help and #cs by @papergram_demo_bot or a@b.org"
    answer = await ask("sendMessage", chat_id=ada.id, text=text)

    result = answer["result"]
    assert isinstance(result, dict)
    entities = result["entities"]
    assert isinstance(entities, list)
    kinds = [entity["type"] for entity in entities if isinstance(entity, dict)]
    assert kinds == ["url", "bot_command", "hashtag", "mention", "email"]
    assert ada.reads()[0].links == (("https://arxiv.org/abs/1",) * 2,)


async def test_surrounding_space_is_cut_with_its_entities(emulator: Emulator, ask: Ask) -> None:
    ada = emulator.people.person("Ada", is_known=True)

    answer = await ask("sendMessage", chat_id=ada.id, text="\n <b> x </b> ", parse_mode="HTML")

    result = answer["result"]
    assert isinstance(result, dict)
    assert result["text"] == "x"
    assert result["entities"] == [{"type": "bold", "offset": 0, "length": 1}]


async def test_an_edit_by_a_person_reaches_the_bot(emulator: Emulator) -> None:
    ada = emulator.people.person("Ada")
    number = ada.say("/sbu x")
    emulator.world.updates.clear()

    ada.edits(number, "/sub x")

    first = emulator.world.updates.first()
    assert first is not None
    assert "edited_message" in first[1]
    assert "(edited)" in transcript(ada.reads())
