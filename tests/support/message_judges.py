"""Judges that are not ours, before whom every message of a test must stand."""

from __future__ import annotations

from collections.abc import Iterable

from aiogram.types import InlineKeyboardMarkup, InputRichMessage

from bot.demo.emulator.call_log import ApiCall
from bot.demo.emulator.json_encoding import Json
from bot.demo.formatting.message_entities import utf16_length
from bot.demo.formatting.rich_size import check_size, measure_blocks
from tests.demo.telegram_parser import parse_html_by_telegram

_TEXT_METHODS = ("sendMessage", "sendRichMessage", "editMessageText")
_MAX_TEXT_UNITS = 4096
_MAX_CALLBACK_DATA_BYTES = 64
_MAX_TOAST_UNITS = 200


def check_calls(calls: Iterable[ApiCall]) -> int:
    """Refuses what Telegram would refuse or show otherwise than meant; tells how many it read."""
    checked_count = 0
    for call in calls:
        if call.method in _TEXT_METHODS:
            _check_text(call)
            _check_rich_message(call.parameters.get("rich_message"))
            _check_buttons(call.parameters.get("reply_markup"))
            checked_count += 1
        if call.method == "answerCallbackQuery":
            assert utf16_length(str(call.parameters.get("text") or "")) <= _MAX_TOAST_UNITS
    return checked_count


def _check_text(call: ApiCall) -> None:
    if "text" not in call.parameters:
        assert "rich_message" in call.parameters
        return
    assert call.parameters["parse_mode"] == "HTML"
    source = call.parameters["text"]
    assert isinstance(source, str)
    parsed = parse_html_by_telegram(source)
    assert isinstance(parsed, dict), f"{parsed}\n{source}"
    assert 0 < utf16_length(str(parsed["text"])) <= _MAX_TEXT_UNITS


def _check_rich_message(rich_message: Json) -> None:
    if rich_message is None:
        return
    assert isinstance(rich_message, dict)
    InputRichMessage.model_validate(rich_message)
    blocks = rich_message["blocks"]
    assert isinstance(blocks, list)
    check_size(measure_blocks(blocks))


def _check_buttons(markup: Json) -> None:
    if markup is None:
        return
    keyboard = InlineKeyboardMarkup.model_validate(markup)
    for button in (button for row in keyboard.inline_keyboard for button in row):
        assert button.text.strip()
        assert len((button.callback_data or "").encode()) <= _MAX_CALLBACK_DATA_BYTES
