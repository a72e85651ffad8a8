"""Two clients that others wrote speak to the emulator as they speak to Telegram."""

import asyncio
import warnings

import httpx
import pytest
import telegram
from aiogram import Bot as OtherBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import EditMessageText, SendRichMessage
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputRichMessage,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from bot.demo.emulator import faults
from bot.demo.emulator.bot_api import Emulator
from tests.demo.payloads import digest_message
from tests.support.clock import FakeClock


def client(emulator: Emulator) -> telegram.Bot:
    request = HTTPXRequest(read_timeout=0.2)
    return telegram.Bot(
        emulator.token,
        base_url=f"{emulator.url}/bot",
        base_file_url=f"{emulator.url}/file/bot",
        request=request,
        get_updates_request=HTTPXRequest(read_timeout=5),
    )


@pytest.fixture(autouse=True)
def _new_time_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, python-telegram-bot warns of the type of every ``retry_after``."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


async def test_a_conversation_through_python_telegram_bot(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada", language="de")
    async with client(served_emulator) as bot:
        assert bot.username == "papergram_demo_bot"

        ada.send_text("/start e_1")
        update = (await bot.get_updates(timeout=5))[0]
        assert update.message is not None
        assert update.message.from_user is not None
        assert update.message.from_user.language_code == "de"
        assert list(update.message.parse_entities()) == list(update.message.entities)

        button = telegram.InlineKeyboardButton("Go", callback_data="g:1")
        sent = await bot.send_message(
            ada.id,
            '<b>hi</b> <a href="https://arxiv.org/abs/1">there</a>',
            parse_mode="HTML",
            reply_markup=telegram.InlineKeyboardMarkup([[button]]),
        )
        assert [entity.type for entity in sent.entities] == ["bold", "text_link"]

        pressed = ada.press_button("Go")
        query = (await bot.get_updates(offset=update.update_id + 1, timeout=5))[0].callback_query
        assert query is not None
        assert query.data == "g:1"
        await query.answer("Done", show_alert=True)
        await query.edit_message_text("bye")

        answer = await pressed
        assert (answer.text, answer.is_alert) == ("Done", True)
        assert ada.messages()[-1].text == "bye"
        assert ada.messages()[-1].is_edited
    assert served_emulator.misuses == []


async def test_rich_messages_through_python_telegram_bot(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    async with client(served_emulator) as bot:
        sent = await bot.do_api_request(
            "sendRichMessage",
            api_kwargs={"chat_id": ada.id, "rich_message": digest_message()},
            return_type=telegram.Message,
        )
        assert isinstance(sent, telegram.Message)
        assert sent.text is None
        assert len(sent.api_kwargs["rich_message"]["blocks"]) == 11

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBUserWarning)
            blocks = {"blocks": [{"type": "paragraph", "text": "new"}]}
            await bot.do_api_request(
                "editMessageText",
                api_kwargs={
                    "chat_id": ada.id,
                    "message_id": sent.message_id,
                    "rich_message": blocks,
                },
            )
        assert ada.messages()[-1].text == "new"

        with pytest.raises(EndPointNotFound):
            await bot.do_api_request("sendEverything")


async def test_files_and_menus_through_python_telegram_bot(
    served_emulator: Emulator,
) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    async with client(served_emulator) as bot:
        sent = await bot.send_document(ada.id, b"# Digest\n", filename="d 1.md", caption="all")
        assert sent.document is not None
        assert sent.document.file_name == "d 1.md"
        file = await bot.get_file(sent.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"# Digest\n"

        await bot.set_my_commands([("start", "Begin"), ("help", "Help")])
        await bot.set_my_commands([("start", "Anfangen")], language_code="de")
        await bot.set_my_description("Digests of arXiv")
    menus = served_emulator.state.command_menus
    assert [c["description"] for c in menus["default", ""]] == ["Begin", "Help"]
    assert [c["description"] for c in menus["default", "de"]] == ["Anfangen"]
    assert served_emulator.state.profile_fields["description", ""] == "Digests of arXiv"
    assert served_emulator.misuses == []


async def test_aiogram_agrees(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    session = AiohttpSession(api=TelegramAPIServer.from_base(served_emulator.url))
    async with OtherBot(served_emulator.token, session=session) as bot:
        me = await bot.get_me()
        assert me.username == "papergram_demo_bot"

        rich = InputRichMessage.model_validate(digest_message())
        sent = await bot(SendRichMessage(chat_id=ada.id, rich_message=rich))
        assert sent.rich_message is not None
        assert len(sent.rich_message.blocks) == 11
        button = InlineKeyboardButton(text="x", url="https://a.b")
        await bot(
            EditMessageText(
                chat_id=ada.id,
                message_id=sent.message_id,
                rich_message=rich,
                reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]),
            )
        )
        await bot.send_document(ada.id, BufferedInputFile(b"x", "x.md"))

        ada.block_bot()
        updates = await bot.get_updates(timeout=5)
        assert updates[0].my_chat_member is not None
        assert updates[0].my_chat_member.new_chat_member.status == "kicked"
    assert ada.messages()[0].button_labels[-1] == "x"
    assert served_emulator.misuses == []


@pytest.mark.parametrize(
    ("fault", "error", "is_accepted"),
    [
        (faults.too_many_requests(3), RetryAfter, False),
        (faults.error_response(403, "Forbidden: user is deactivated"), Forbidden, False),
        (faults.error_response(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), BadRequest, False),
        (faults.chat_migrated(-1005), ChatMigrated, False),
        (faults.internal_error(), NetworkError, False),
        (faults.bad_gateway(), NetworkError, False),
        (faults.accepted_then_bad_gateway(), NetworkError, True),
        (faults.connection_closed(), NetworkError, False),
        (faults.accepted_then_connection_closed(), NetworkError, True),
        (faults.no_response(), TimedOut, False),
        (faults.accepted_then_no_response(), TimedOut, True),
    ],
    ids=lambda value: value.name if isinstance(value, faults.Fault) else "",
)
async def test_a_fault_looks_real_to_the_client(
    served_emulator: Emulator, fault: faults.Fault, error: type[Exception], is_accepted: bool
) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    served_emulator.faults.schedule("sendMessage", fault, chat=ada.id)
    async with client(served_emulator) as bot:
        with pytest.raises(error):
            await bot.send_message(ada.id, "hello")

        assert [message.text for message in ada.messages()] == (["hello"] if is_accepted else [])
        assert len(served_emulator.accepted_calls("sendMessage")) == is_accepted
        assert len(served_emulator.faults) == 0
        await bot.send_message(ada.id, "again")


async def test_a_slow_answer_comes_when_it_is_let_go(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    release = asyncio.Event()
    served_emulator.faults.schedule("sendMessage", faults.slow_response(release))
    async with client(served_emulator) as bot:
        sending = asyncio.create_task(bot.send_message(ada.id, "hello", read_timeout=5))
        await ada.wait_for_reply(containing="hello")
        assert not sending.done()

        release.set()

        assert (await sending).text == "hello"


async def test_a_second_poller_ends_the_first(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada")
    async with client(served_emulator) as bot:
        first = asyncio.create_task(bot.get_updates(timeout=5))
        while not served_emulator.state.updates.is_polled:
            await asyncio.wait([first], timeout=0.01)
        second = asyncio.create_task(bot.get_updates(timeout=5))

        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        ada.send_text("/start")
        assert len(await second) == 1


async def test_a_wrong_token_is_told_from_a_strange_one(served_emulator: Emulator) -> None:
    async with httpx.AsyncClient() as plain:
        wrong = await plain.get(f"{served_emulator.url}/bot1:wrong/getMe")
        strange = await plain.get(f"{served_emulator.url}/botnonsense/getMe")

    assert wrong.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert strange.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_updates_are_forgotten_after_a_day(
    served_emulator: Emulator, clock: FakeClock
) -> None:
    ada = served_emulator.people.create_person("Ada")
    ada.send_text("old")
    clock.advance(hours=25)
    ada.send_text("new")
    async with client(served_emulator) as bot:
        updates = await bot.get_updates()

    assert [u.message.text for u in updates if u.message] == ["new"]
