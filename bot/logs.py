"""How the program keeps its log: one line an event, key by key, without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

# A bot's token as Telegram makes them, wherever it stands: in an address, a message, a trace.
_TOKEN = re.compile(r"\b\d{5,12}:[A-Za-z0-9_-]{20,}")
_HIDDEN = "[secret]"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# They print addresses, and an address of the Bot API holds the token.
_TALKERS = ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn", "asyncio")


class _Lines(logging.Formatter):
    """``2026-11-22T08:00:00Z INFO bot.publish digest issued digest=12 entries=9``."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        facts = [f"{key}={value}" for key, value in vars(record).items() if key not in _STANDARD]
        line = " ".join([when, record.levelname, record.name, record.getMessage(), *facts])
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return self._redacted(line)

    def _redacted(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        return _TOKEN.sub(_HIDDEN, line)


def begin(level: str, *, secrets: Iterable[str] = ()) -> None:
    """Logs to standard error from ``level`` on, with the secrets blacked out."""
    lines = _Lines(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(lines)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))

    def note(kind: type[BaseException], error: BaseException, trace: object) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logging.getLogger("bot").critical("stopped by an error", exc_info=error)

    sys.excepthook = note
