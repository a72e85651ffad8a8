"""What a person sees when Telegram fails in the middle of an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.faults import Fault, bad_gateway, closed, refused
from bot.demo.people.visible_messages import Visible
from storage.records import Form
from tests.chat.talk import TOPIC, Talk
from tests.demo.telegram_parser import judged
from tests.system.fuzz.judges import found_by_telegram


@pytest.mark.parametrize("fault", [bad_gateway, closed])
async def test_an_answer_comes_though_the_toast_fails(
    talk: Talk, fault: Callable[[], Fault]
) -> None:
    """What the press did is shown all the same."""
    await talk.hears(f"/sub {TOPIC}")
    talk.house.emulator.faults.next("answerCallbackQuery", fault())

    talk.person.press("Subscribe")
    await talk.house.settled()

    assert talk.person.reads()[-1].text.startswith(f"You follow {TOPIC}.")


@pytest.mark.parametrize(
    "problem", ["message can't be edited", "message to edit not found", "MESSAGE_ID_INVALID"]
)
async def test_what_cannot_be_changed_is_said_anew(talk: Talk, problem: str) -> None:
    preview = await talk.hears(f"/sub {TOPIC}")
    talk.house.emulator.faults.next("editMessageText", refused(400, f"Bad Request: {problem}"))

    answer = await talk.presses("button-subscribe")

    assert answer.one.id > preview.id
    assert answer.one.text.startswith(f"You follow {TOPIC}.")


async def test_what_is_shown_already_is_not_said_again(talk: Talk) -> None:
    await talk.says("/settings")
    await talk.presses("button-time")

    answer = await talk.forges("1times:0:0")

    assert (answer.toast, answer.is_nothing) == ("", True)


async def test_a_refused_table_comes_as_text(talk: Talk) -> None:
    """Also on a server that knows no rich messages: an entry, the rest, a paper, a digest again."""
    await _tables(talk)
    topic = await talk.follows("unlearning")
    await talk.tomorrow()
    digest = await talk.hears("/digest")
    faults = talk.house.emulator.faults

    faults.next("sendRichMessage", refused(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG"))
    [opened] = (await talk.presses(label="1", message=digest.id)).new
    _is_text(opened, "[1] Forgetting on Purpose")

    faults.next("editMessageText", refused(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG"))
    faults.next("sendRichMessage", refused(404, "Not Found: method not found"))
    [turned] = (await talk.forges("1next:1:1")).new
    _is_text(turned, "[1] Forgetting on Purpose")

    faults.next("sendRichMessage", refused(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG"))
    again, same = await talk.says("/digest")
    assert again.text.startswith(f"Nothing new for {topic.name}")
    _is_text(same, "1 paper")

    paper = talk.house.store.papers.get("arxiv:2611.90302")
    assert paper
    faults.next("sendRichMessage", refused(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG"))
    talk.person.opens(f"p_{paper.key}_1")
    [alone] = await talk.house.answered(talk.person)
    _is_text(alone, "The Second Epoch Problem")


async def test_a_server_without_tables_is_asked_for_none_again(talk: Talk) -> None:
    """Not by a digest, an entry, a page, a list of the day or a paper: all come as text."""
    await _tables(talk)
    await talk.follows("unlearning")
    await talk.tomorrow()
    emulator = talk.house.emulator
    emulator.faults.next("sendRichMessage", refused(404, "Not Found: method not found"))
    digest = await talk.hears("/digest")
    assert len(emulator.faults) == 0
    tried = _rich_calls(emulator)

    [opened] = (await talk.presses(label="1", message=digest.id)).new
    [turned] = (await talk.forges("1next:1:1")).new
    shown = [opened, turned, *await talk.says("/digest"), *await talk.says("/today")]
    paper = talk.house.store.papers.get("arxiv:2611.90302")
    assert paper
    talk.person.opens(f"p_{paper.key}_1")
    shown += await talk.house.answered(talk.person)

    assert len(shown) >= 5
    assert not any(one.is_rich for one in shown)
    assert _rich_calls(emulator) == tried == 1


def _rich_calls(emulator: Emulator) -> int:
    return sum(
        call.method == "sendRichMessage" or "rich_message" in call.parameters
        for call in emulator.calls
    )


@pytest.mark.parametrize("call", ["sendMessage", "getUpdates"])
async def test_the_page_of_a_gateway_leaves_a_line_without_it(
    talk: Talk, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    """However long the page is, and whatever it quotes."""
    await talk.hears("/start")
    with caplog.at_level(logging.INFO):
        talk.house.emulator.faults.next(call, bad_gateway())
        await talk.says("/about")

    told = [record.getMessage() for record in caplog.records]
    assert sum(one in ("parcel not sent", "poll failed") for one in told) == 1
    assert not any("<html" in str(record.__dict__).lower() for record in caplog.records)


async def _tables(talk: Talk) -> None:
    await talk.says("/settings")
    await talk.presses("button-form-rich")
    assert (await talk.house.chat(talk.person)).form is Form.RICH


def _is_text(message: Visible, containing: str) -> None:
    assert not message.is_rich
    assert containing in message.text


async def test_a_mistake_of_ours_is_told_and_holds_nobody(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    eve = talk.by(talk.house.person("Eve"))
    await talk.hears("/start")
    before = talk.rows()

    with monkeypatch.context() as broken:
        broken.setattr(talk.house.store.papers, "days", _broken)
        assert (await talk.hears("/sub robots")).text == talk.text("refusal-failed")
        assert talk.rows() == before

    assert (await talk.hears("/sub robots")).text.startswith("robots")
    assert (await eve.hears("/help")).text.startswith("What you can ask for")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "update failed"
    ]


def _broken() -> object:
    raise RuntimeError("a mistake of ours")


async def test_only_commands_are_live_in_answers(either: Talk) -> None:
    """A category is a site of a stranger to Telegram, and a name would call its owner."""
    await either.follows("cat:cs.CL")
    await either.hears("/sub @durov #tag evil.shop")
    await either.says("/list")
    await either.says("/help")
    bodies = [
        str(call.parameters.get("text", ""))
        for call in either.house.emulator.accepted("sendMessage", "editMessageText")
    ]

    live = {found for body in bodies for found in found_by_telegram(read_by_telegram(body))}
    assert live
    assert all(found.startswith("/") for found in live)


def read_by_telegram(html: str) -> str:
    read = judged(html)
    assert isinstance(read, dict)
    return str(read["text"])
