"""Provide a lock that goes to whoever has waited for it longest.

A ``threading.Lock`` may be taken again at once by the thread that has just released it: a long task
of many short transactions would keep everybody else waiting until its end.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class FairLock:
    """A lock with one holder at a time, in order of arrival; not reentrant."""

    def __init__(self) -> None:
        self._state_lock = threading.Lock()
        self._is_held = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        """Wait for the lock."""
        with self._state_lock:
            if not self._is_held:
                self._is_held = True
                return
            waiting_lock = threading.Lock()
            waiting_lock.acquire()
            self._waiting.append(waiting_lock)
        try:
            waiting_lock.acquire()
        except BaseException:  # interrupted from the keyboard: leave the queue
            with self._state_lock:
                if waiting_lock in self._waiting:
                    self._waiting.remove(waiting_lock)
                else:
                    self._hand_over()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Hand the lock to the thread that has waited longest."""
        with self._state_lock:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._is_held = False
