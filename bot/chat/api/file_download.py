"""Download files that people send, up to a size limit."""

from __future__ import annotations

import logging

import telegram
from telegram.error import TelegramError

from bot.texts import Refusal

log = logging.getLogger(__name__)


async def download_file(bot: telegram.Bot, file_id: str, max_bytes: int) -> bytes:
    """Return the content of the file with this id.

    Raises:
        Refusal: it is too large, or cannot be fetched.
    """
    try:
        telegram_file = await bot.get_file(file_id)
        if (telegram_file.file_size or 0) > max_bytes:
            raise Refusal("import-large", kilobytes=max_bytes // 1000)
        return bytes(await telegram_file.download_as_bytearray())
    except (TelegramError, OSError, ValueError) as error:  # the server's path may be malformed
        log.warning("file not fetched", extra={"error": type(error).__name__})
        raise Refusal("import-lost") from None
