"""Limit the processor time that a thread spends on a query, in SQLite and in matching alike."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from time import thread_time
from typing import TypeVar

T = TypeVar("T")

_EACH = 32  # papers between two looks at the clock, which take some milliseconds

# Each thread has its own; handing it through every function between a question and the loops
# that read texts for it would be a parameter of all of them.
_until: ContextVar[float | None] = ContextVar("query_budget", default=None)
_collecting_since: ContextVar[float] = ContextVar("collecting_since")


class OverBudget(Exception):
    """A query has taken all the processor time it may."""


@contextmanager
def query_budget(seconds: float) -> Iterator[None]:
    """Let the block spend so many seconds of this thread's processor time on queries.

    Time that the thread waits is not counted: a busy machine refuses nobody.
    """
    token = _until.set(thread_time() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


@contextmanager
def unbudgeted() -> Iterator[None]:
    """Let the block do what is no query: it is not stopped, and its time is not counted."""
    until, began = _until.get(), thread_time()
    token = _until.set(None)
    try:
        yield
    finally:
        _until.reset(token)
        if until is not None:
            _until.set(until + thread_time() - began)


def _do_not_count_collections(phase: str, _: Mapping[str, int]) -> None:
    """A collection looks through all that the process holds, in whichever query it falls due."""
    until = _until.get()
    if until is None:
        return
    if phase == "start":
        _collecting_since.set(thread_time())
    else:
        _until.set(until + thread_time() - _collecting_since.get())


gc.callbacks.append(_do_not_count_collections)


def is_spent() -> bool:
    """Whether this thread has a budget, and has spent it."""
    until = _until.get()
    return until is not None and thread_time() > until


def check_budget() -> None:
    """Go on while there is time left.

    Raises:
        OverBudget: there is none.
    """
    if is_spent():
        raise OverBudget


def within_budget(items: Iterable[T]) -> Iterator[T]:
    """Hand on items, of which each takes time, while there is time left.

    Raises:
        OverBudget: there is none.
    """
    for at, item in enumerate(items):
        if at % _EACH == 0:
            check_budget()
        yield item
