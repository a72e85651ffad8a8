"""A lock that goes to whoever has waited for it longest.

The usual lock may be taken again at once by who has just let go of it: a long work in many short
transactions would leave everybody else waiting until its end.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class Turns:
    """One holder at a time, in the order in which they came; not to be entered twice."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def __enter__(self) -> None:
        """Waits for the turn."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            turn.acquire()
        except BaseException:  # interrupted from the keyboard: nobody may wait for who is gone
            self._gives_up(turn)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Hands the turn to the next, if anybody waits."""
        with self._guard:
            self._next()

    def _gives_up(self, turn: threading.Lock) -> None:
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
            else:
                self._next()

    def _next(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._is_held = False
