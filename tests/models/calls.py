"""What was asked of the server, call by call, and how many at once."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from tests.models.requests import ChatRequest


@dataclass(slots=True)
class ModelCall:
    """One accepted request; ``outcome`` is its status, or what became of it."""

    number: int
    called_at: float
    paper: str
    language: str
    concurrent: int
    script_step: str
    request: ChatRequest
    outcome: str = ""

    def log_line(self, event: str) -> str:
        """The call as a line of the log."""
        log_fields = {
            "event": event,
            "number": self.number,
            "at": round(self.called_at, 4),
            "paper": self.paper,
            "language": self.language,
            "at_once": self.concurrent,
            "script": self.script_step,
            "outcome": self.outcome,
        }
        return json.dumps(log_fields, ensure_ascii=False) + "\n"


class CallLog:
    """Every call in order; with a path also a file, a line when it comes and one when it ends."""

    def __init__(self, path: Path | None = None) -> None:
        self.calls: list[ModelCall] = []
        self.in_flight = 0
        self.peak_in_flight = 0
        self._file: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None

    def record_start(self, request: ChatRequest, language: str, step: str) -> ModelCall:
        """Notes a call that came."""
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
        paper = sha256(request.first_user_text.encode()).hexdigest()[:12]
        number = len(self.calls) + 1
        call = ModelCall(number, time.time(), paper, language, self.in_flight, step, request)
        self.calls.append(call)
        self._write_line(call.log_line("call"))
        return call

    def record_end(self, call: ModelCall, outcome: str) -> None:
        """Notes what became of it."""
        self.in_flight -= 1
        call.outcome = outcome
        self._write_line(call.log_line("end"))

    def _write_line(self, line: str) -> None:
        if self._file is not None:
            self._file.write(line)

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
