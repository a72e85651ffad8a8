"""A lock that goes to whoever has waited for it longest.

The usual lock may be taken again at once by who has just let go of it: a long work in many short
transactions would leave everybody else waiting until its end.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class FairLock:
    """One holder at a time, in the order in which they came; not to be entered twice."""

    def __init__(self) -> None:
        self._state_lock = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting_count(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def __enter__(self) -> None:
        """Waits for the turn."""
        with self._state_lock:
            if not self._is_held:
                self._is_held = True
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        try:
            ticket.acquire()
        except BaseException:  # interrupted from the keyboard: nobody may wait for who is gone
            self._leave_queue(ticket)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Hands the turn to the next, if anybody waits."""
        with self._state_lock:
            self._hand_over()

    def _leave_queue(self, ticket: threading.Lock) -> None:
        with self._state_lock:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            else:
                self._hand_over()

    def _hand_over(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._is_held = False
