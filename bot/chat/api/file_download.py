"""Files that people send: fetched from Telegram, within a size."""

from __future__ import annotations

import logging

import telegram
from telegram.error import TelegramError

from bot.texts import Refusal

log = logging.getLogger(__name__)


async def download_file(bot: telegram.Bot, file_id: str, max_bytes: int) -> bytes:
    """The bytes of the file with this id.

    Raises:
        Refusal: it is too large, or Telegram does not give it.
    """
    try:
        telegram_file = await bot.get_file(file_id)
        if (telegram_file.file_size or 0) > max_bytes:
            raise Refusal("import-large", kilobytes=max_bytes // 1000)
        return bytes(await telegram_file.download_as_bytearray())
    except (TelegramError, OSError, ValueError) as error:  # a path may be anything
        log.warning("file not fetched", extra={"error": type(error).__name__})
        raise Refusal("import-lost") from None
