"""What was asked of the server, call by call, and how many at once."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from tests.models.requests import Chat


@dataclass(slots=True)
class Call:
    """One accepted request; ``outcome`` is its status, or what became of it."""

    number: int
    at: float
    paper: str
    language: str
    at_once: int
    step: str
    chat: Chat
    outcome: str = ""

    def row(self, event: str) -> str:
        """The call as a line of the log."""
        fields = {
            "event": event,
            "number": self.number,
            "at": round(self.at, 4),
            "paper": self.paper,
            "language": self.language,
            "at_once": self.at_once,
            "script": self.step,
            "outcome": self.outcome,
        }
        return json.dumps(fields, ensure_ascii=False) + "\n"


class Record:
    """Every call in order; with a path also a file, a line when it comes and one when it ends."""

    def __init__(self, path: Path | None = None) -> None:
        self.calls: list[Call] = []
        self.under_way = 0
        self.peak = 0
        self._file: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None

    def begin(self, chat: Chat, language: str, step: str) -> Call:
        """Notes a call that came."""
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        paper = sha256(chat.question.encode()).hexdigest()[:12]
        number = len(self.calls) + 1
        call = Call(number, time.time(), paper, language, self.under_way, step, chat)
        self.calls.append(call)
        self._write(call.row("call"))
        return call

    def end(self, call: Call, outcome: str) -> None:
        """Notes what became of it."""
        self.under_way -= 1
        call.outcome = outcome
        self._write(call.row("end"))

    def _write(self, line: str) -> None:
        if self._file is not None:
            self._file.write(line)

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
