"""Limit the processor time that a thread spends on a query, in SQLite and in matching alike."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import get_ident
from time import thread_time
from typing import TypeVar

T = TypeVar("T")

_ITEMS_PER_CHECK = 32  # papers between two looks at the clock, which take some milliseconds


class _Budget:
    """Until when, by the processor time of its thread, and since when a collection runs."""

    __slots__ = ("deadline", "gc_started_at")

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.gc_started_at = 0.0


# By thread; handing it through every function between a question and the loops that read texts
# for it would be a parameter of all of them. A plain dict, for it is asked within collections:
# one may begin while a context variable is being set, and CPython then reads freed memory.
_budgets: dict[int, _Budget] = {}


class QueryBudgetExceeded(Exception):
    """A query has taken all the processor time it may."""


@contextmanager
def query_budget(seconds: float) -> Iterator[None]:
    """Let the block spend this many seconds of the thread's processor time on queries.

    Waiting time is not counted: a busy machine refuses nobody.
    """
    with _with_budget(_Budget(thread_time() + seconds)):
        yield


@contextmanager
def outside_query_budget() -> Iterator[None]:
    """Let the block do what is no query: it is not stopped, and its time is not counted."""
    budget, started_at = _budgets.get(get_ident()), thread_time()
    try:
        with _with_budget(None):
            yield
    finally:
        if budget is not None:
            budget.deadline += thread_time() - started_at


@contextmanager
def _with_budget(budget: _Budget | None) -> Iterator[None]:
    """Let the block have another budget, or none."""
    thread = get_ident()
    previous_budget = _budgets.pop(thread, None)
    if budget is not None:
        _budgets[thread] = budget
    try:
        yield
    finally:
        _budgets.pop(thread, None)
        if previous_budget is not None:
            _budgets[thread] = previous_budget


def _exclude_gc_time(phase: str, _: Mapping[str, int]) -> None:
    """Do not count a collection: it looks through all that the process holds."""
    budget = _budgets.get(get_ident())
    if budget is None:
        return
    if phase == "start":
        budget.gc_started_at = thread_time()
    else:
        budget.deadline += thread_time() - budget.gc_started_at


gc.callbacks.append(_exclude_gc_time)


def is_budget_spent() -> bool:
    """Tell whether this thread has a budget, and has spent it."""
    budget = _budgets.get(get_ident())
    return budget is not None and thread_time() > budget.deadline


def check_budget() -> None:
    """Go on while there is time left.

    Raises:
        QueryBudgetExceeded: there is none.
    """
    if is_budget_spent():
        raise QueryBudgetExceeded


def within_budget(items: Iterable[T]) -> Iterator[T]:
    """Hand on items, of which each takes time, while there is time left.

    Raises:
        QueryBudgetExceeded: there is none.
    """
    for index, item in enumerate(items):
        if index % _ITEMS_PER_CHECK == 0:
            check_budget()
        yield item
