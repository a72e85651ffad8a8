"""What a person sees when Telegram fails in the middle of an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.faults import Fault, bad_gateway, connection_closed, error_response
from bot.demo.people.visible_messages import VisibleMessage
from storage.records.chats import MessageForm
from tests.chat.conversation import TOPIC, Conversation
from tests.demo.telegram_parser import parse_html_by_telegram
from tests.system.fuzz.judges import autolinked_by_telegram


@pytest.mark.parametrize("fault", [bad_gateway, connection_closed])
async def test_an_answer_comes_though_the_toast_fails(
    conversation: Conversation, fault: Callable[[], Fault]
) -> None:
    """What the press did is shown all the same."""
    await conversation.ask(f"/sub {TOPIC}")
    conversation.running_bot.emulator.faults.schedule("answerCallbackQuery", fault())

    conversation.person.press_button("Subscribe")
    await conversation.running_bot.wait_until_idle()

    assert conversation.person.messages()[-1].text.startswith(f"You follow {TOPIC}.")


@pytest.mark.parametrize(
    "problem", ["message can't be edited", "message to edit not found", "MESSAGE_ID_INVALID"]
)
async def test_what_cannot_be_changed_is_said_anew(
    conversation: Conversation, problem: str
) -> None:
    preview = await conversation.ask(f"/sub {TOPIC}")
    conversation.running_bot.emulator.faults.schedule(
        "editMessageText", error_response(400, f"Bad Request: {problem}")
    )

    answer = await conversation.press_button("button-subscribe")

    assert answer.only_message.id > preview.id
    assert answer.only_message.text.startswith(f"You follow {TOPIC}.")


async def test_what_is_shown_already_is_not_said_again(conversation: Conversation) -> None:
    await conversation.send_text("/settings")
    await conversation.press_button("button-time")

    answer = await conversation.send_forged_callback("1times:0:0")

    assert (answer.toast, answer.is_empty) == ("", True)


async def test_a_refused_table_comes_as_text(conversation: Conversation) -> None:
    """Also on a server that knows no rich messages: an entry, the rest, a paper, a digest again."""
    await _tables(conversation)
    topic = await conversation.subscribe("unlearning")
    await conversation.advance_to_tomorrow()
    digest = await conversation.ask("/digest")
    faults = conversation.running_bot.emulator.faults

    faults.schedule(
        "sendRichMessage", error_response(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG")
    )
    [opened] = (await conversation.press_button(label="1", message_id=digest.id)).new_messages
    _is_text(opened, "[1] Forgetting on Purpose")

    faults.schedule(
        "editMessageText", error_response(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG")
    )
    faults.schedule("sendRichMessage", error_response(404, "Not Found: method not found"))
    [turned] = (await conversation.send_forged_callback("1next:1:1")).new_messages
    _is_text(turned, "[1] Forgetting on Purpose")

    faults.schedule(
        "sendRichMessage", error_response(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG")
    )
    again, same = await conversation.send_text("/digest")
    assert again.text.startswith(f"Nothing new for {topic.name}")
    _is_text(same, "1 paper")

    paper = conversation.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    faults.schedule(
        "sendRichMessage", error_response(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG")
    )
    conversation.person.open_deep_link(f"p_{paper.key}_1")
    [alone] = await conversation.running_bot.wait_for_replies(conversation.person)
    _is_text(alone, "The Second Epoch Problem")


async def test_a_server_without_tables_is_asked_for_none_again(conversation: Conversation) -> None:
    """Not by a digest, an entry, a page, a list of the day or a paper: all come as text."""
    await _tables(conversation)
    await conversation.subscribe("unlearning")
    await conversation.advance_to_tomorrow()
    emulator = conversation.running_bot.emulator
    emulator.faults.schedule("sendRichMessage", error_response(404, "Not Found: method not found"))
    digest = await conversation.ask("/digest")
    assert len(emulator.faults) == 0
    tried = _rich_calls(emulator)

    [opened] = (await conversation.press_button(label="1", message_id=digest.id)).new_messages
    [turned] = (await conversation.send_forged_callback("1next:1:1")).new_messages
    shown = [
        opened,
        turned,
        *await conversation.send_text("/digest"),
        *await conversation.send_text("/today"),
    ]
    paper = conversation.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    conversation.person.open_deep_link(f"p_{paper.key}_1")
    shown += await conversation.running_bot.wait_for_replies(conversation.person)

    assert len(shown) >= 5
    assert not any(message.is_rich for message in shown)
    assert _rich_calls(emulator) == tried == 1


def _rich_calls(emulator: Emulator) -> int:
    return sum(
        call.method == "sendRichMessage" or "rich_message" in call.parameters
        for call in emulator.calls
    )


@pytest.mark.parametrize("call", ["sendMessage", "getUpdates"])
async def test_the_page_of_a_gateway_leaves_a_line_without_it(
    conversation: Conversation, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    """However long the page is, and whatever it quotes."""
    await conversation.ask("/start")
    with caplog.at_level(logging.INFO):
        conversation.running_bot.emulator.faults.schedule(call, bad_gateway())
        await conversation.send_text("/about")

    log_events = [record.getMessage() for record in caplog.records]
    assert sum(event in ("parcel not sent", "poll failed") for event in log_events) == 1
    assert not any("<html" in str(record.__dict__).lower() for record in caplog.records)


async def _tables(conversation: Conversation) -> None:
    await conversation.send_text("/settings")
    await conversation.press_button("button-form-rich")
    assert (
        await conversation.running_bot.stored_chat(conversation.person)
    ).form is MessageForm.THREE_COLUMNS


def _is_text(message: VisibleMessage, containing: str) -> None:
    assert not message.is_rich
    assert containing in message.text


async def test_a_mistake_of_ours_is_told_and_holds_nobody(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    eve = conversation.as_person(conversation.running_bot.create_person("Eve"))
    await conversation.ask("/start")
    before = conversation.store_rows()

    with monkeypatch.context() as broken:
        broken.setattr(conversation.running_bot.store.announcements, "days_between", _broken)
        assert (await conversation.ask("/sub robots")).text == conversation.text("refusal-failed")
        assert conversation.store_rows() == before

    assert (await conversation.ask("/sub robots")).text.startswith("robots")
    assert (await eve.ask("/help")).text.startswith("What you can ask for")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "update failed"
    ]


def _broken(*_: object) -> object:
    raise RuntimeError("a mistake of ours")


async def test_only_commands_are_live_in_answers(localized_chat: Conversation) -> None:
    """A category is a site of a stranger to Telegram, and a name would call its owner."""
    await localized_chat.subscribe("cat:cs.CL")
    await localized_chat.ask("/sub @durov #tag evil.shop")
    await localized_chat.send_text("/list")
    await localized_chat.send_text("/help")
    bodies = [
        str(call.parameters.get("text", ""))
        for call in localized_chat.running_bot.emulator.accepted_calls(
            "sendMessage", "editMessageText"
        )
    ]

    live = {link for body in bodies for link in autolinked_by_telegram(read_by_telegram(body))}
    assert live
    assert all(link.startswith("/") for link in live)


def read_by_telegram(html: str) -> str:
    read = parse_html_by_telegram(html)
    assert isinstance(read, dict)
    return str(read["text"])
