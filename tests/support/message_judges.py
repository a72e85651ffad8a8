"""Judges that are not ours, before whom every message of a test must stand."""

from __future__ import annotations

from collections.abc import Iterable

from aiogram.types import InlineKeyboardMarkup, InputRichMessage

from bot.demo.emulator.call_log import Call
from bot.demo.emulator.json_encoding import Json
from bot.demo.formatting.message_entities import utf16_length
from bot.demo.formatting.rich_size import check_size, measure
from tests.demo.telegram_parser import judged

_POSTS = ("sendMessage", "sendRichMessage", "editMessageText")
_TEXT_UNITS = 4096
_DATA_BYTES = 64
_TOAST_UNITS = 200


def judge(calls: Iterable[Call]) -> int:
    """Refuses what Telegram would refuse or show otherwise than meant; tells how many it read."""
    read = 0
    for call in calls:
        if call.method in _POSTS:
            _judge_text(call)
            _judge_rich(call.parameters.get("rich_message"))
            _judge_buttons(call.parameters.get("reply_markup"))
            read += 1
        if call.method == "answerCallbackQuery":
            assert utf16_length(str(call.parameters.get("text") or "")) <= _TOAST_UNITS
    return read


def _judge_text(call: Call) -> None:
    if "text" not in call.parameters:
        assert "rich_message" in call.parameters
        return
    assert call.parameters["parse_mode"] == "HTML"
    source = call.parameters["text"]
    assert isinstance(source, str)
    shown = judged(source)
    assert isinstance(shown, dict), f"{shown}\n{source}"
    assert 0 < utf16_length(str(shown["text"])) <= _TEXT_UNITS


def _judge_rich(rich: Json) -> None:
    if rich is None:
        return
    assert isinstance(rich, dict)
    InputRichMessage.model_validate(rich)
    blocks = rich["blocks"]
    assert isinstance(blocks, list)
    check_size(measure(blocks))


def _judge_buttons(markup: Json) -> None:
    if markup is None:
        return
    read = InlineKeyboardMarkup.model_validate(markup)
    for button in (button for row in read.inline_keyboard for button in row):
        assert button.text.strip()
        assert len((button.callback_data or "").encode()) <= _DATA_BYTES
