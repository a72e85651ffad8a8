"""Files that people send: fetched from Telegram, within a size."""

from __future__ import annotations

import logging

import telegram
from telegram.error import TelegramError

from bot.texts import Refusal

log = logging.getLogger(__name__)


async def fetch(bot: telegram.Bot, file: str, largest: int) -> bytes:
    """The bytes of the file with this id.

    Raises:
        Refusal: it is too large, or Telegram does not give it.
    """
    try:
        found = await bot.get_file(file)
        if (found.file_size or 0) > largest:
            raise Refusal("import-large", kilobytes=largest // 1000)
        return bytes(await found.download_as_bytearray())
    except (TelegramError, OSError, ValueError) as error:  # a path may be anything
        log.warning("file not fetched", extra={"error": type(error).__name__})
        raise Refusal("import-lost") from None
