"""Format the log: one line per event, as key-value pairs, without secrets."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType

# A bot token as Telegram makes them, wherever it stands: in an address (also quoted, also after the
# word "bot"), a message, a traceback.
_BOT_TOKEN = re.compile(r"(?<!\d)\d{5,18}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")
_REDACTED = "[secret]"
# Characters that a terminal obeys instead of showing: controls and bidirectional marks.
_CONTROL_CHARS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
}
# They print addresses, and an address of the Bot API contains the token.
_NOISY_LOGGERS = (
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "openai",
    "telegram",
    "apscheduler",
    "uvicorn",
    "aiohttp",
    "asyncio",
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text with these secrets, and whatever looks like a bot token, masked."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _REDACTED).replace(secret.replace(":", "%3A"), _REDACTED)
    return _BOT_TOKEN.sub(_REDACTED, text)


def escape_control_chars(text: str) -> str:
    """Escape control characters other than tab and newline, as JSON does."""
    return _CONTROL_CHARS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class _KeyValueFormatter(logging.Formatter):
    """``2026-11-22T08:00:00Z INFO bot.digests.publish digest issued digest=12 entries=9``."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        timestamp = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        facts = [
            f"{key}={value}"
            for key, value in vars(record).items()
            if key not in _STANDARD_ATTRIBUTES
        ]
        line = " ".join([timestamp, record.levelname, record.name, record.getMessage(), *facts])
        # One event is one line, whatever a stranger's text contains: nobody can forge lines.
        line = "\\n".join(line.splitlines())
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return redact(escape_control_chars(line), self._secrets)


def configure_logging(level: str, *, secrets: Iterable[str] = ()) -> None:
    """Log to standard error from ``level`` on, with the secrets masked.

    Library warnings and uncaught errors are logged as well, and so masked.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_KeyValueFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for logger_name in _NOISY_LOGGERS:
        logging.getLogger(logger_name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    bot_log = logging.getLogger("bot")

    def log_uncaught(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            bot_log.critical("stopped by an error", exc_info=(kind, error, traceback))

    def log_uncaught_in_thread(facts: threading.ExceptHookArgs) -> None:
        if facts.exc_value is not None:
            bot_log.critical("a thread ended by an error", exc_info=facts.exc_value)

    sys.excepthook = log_uncaught
    threading.excepthook = log_uncaught_in_thread
