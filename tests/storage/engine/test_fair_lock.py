"""Whoever has waited longest is next, and nobody is forgotten."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from storage.engine.fair_lock import FairLock


def _until(lock: FairLock, waiting: int) -> None:
    """Looks until so many wait; a thread tells nobody that it has begun to."""
    while len(lock._waiting) < waiting:
        threading.Event().wait(0.001)


def _queue(lock: FairLock, count: int, came: list[int]) -> list[threading.Thread]:
    """Threads that wait in their order."""

    def takes(number: int) -> None:
        with lock:
            came.append(number)

    threads = [threading.Thread(target=takes, args=(number,)) for number in range(count)]
    for number, thread in enumerate(threads, start=1):
        thread.start()
        _until(lock, number)
    return threads


def _end(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(30.0)


def test_those_who_wait_go_in_their_order() -> None:
    lock, came = FairLock(), list[int]()

    with lock:
        threads = _queue(lock, 20, came)
    _end(threads)

    assert came == list(range(20))
    assert len(lock._waiting) == 0


def test_who_lets_go_waits_behind_those_who_waited() -> None:
    """The reason for this lock: the usual one may be taken again at once."""
    lock, came = FairLock(), list[int]()

    with lock:
        threads = _queue(lock, 3, came)
    with lock:
        came.append(99)
    _end(threads)

    assert came == [0, 1, 2, 99]


def test_one_at_a_time() -> None:
    lock, inside, most = FairLock(), list[int](), list[int]()

    def works(number: int) -> None:
        for _ in range(300):
            with lock:
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    threads = [threading.Thread(target=works, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    _end(threads)

    assert (len(most), max(most)) == (1800, 1)


def test_a_failure_inside_passes_the_turn_on() -> None:
    lock, came = FairLock(), list[int]()

    with pytest.raises(ValueError, match="ours"), lock:
        raise ValueError("ours")
    with lock:
        came.append(1)

    assert came == [1]


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """What a shell starts in the background ignores the signal, and so would this process."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_who_is_interrupted_while_waiting_is_in_nobodys_way(heeds_ctrl_c: None) -> None:
    lock, begun, finished = FairLock(), threading.Event(), threading.Event()
    main = threading.get_ident()

    def holds() -> None:
        with lock:
            begun.set()
            _until(lock, 1)
            signal.pthread_kill(main, signal.SIGINT)
            finished.wait(10.0)

    thread = threading.Thread(target=holds)
    thread.start()
    begun.wait(10.0)
    with pytest.raises(KeyboardInterrupt):
        lock.__enter__()
    finished.set()
    thread.join(10.0)

    assert len(lock._waiting) == 0
    with lock:
        assert len(lock._waiting) == 0
