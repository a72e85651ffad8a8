"""Who has glosses made, and may take over what lies half done: nobody who may have company."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

import pytest

from bot.app.leader_election import DUTY, GLOSSING, glossing, holder, is_held
from storage import Store
from tests.support.builders import NOW

LASTS = 3600.0
ELSEWHERE = "another-machine:1"
ALIVE = f"{socket.gethostname()}:{os.getppid()}"
GONE = f"{socket.gethostname()}:{2**22 + 1}"  # no process has such a number


def test_who_is_alone_takes_over_and_says_that_it_works(store: Store) -> None:
    with glossing(store, NOW, LASTS) as is_alone:
        assert is_alone
        held = store.leases.held(GLOSSING)
        assert held
        assert held.holder == holder()

    assert not is_held(store, GLOSSING, NOW)


@pytest.mark.parametrize("duty", [DUTY, GLOSSING])
@pytest.mark.parametrize("other", [ELSEWHERE, ALIVE])
def test_nothing_is_taken_from_who_may_be_at_it(store: Store, duty: str, other: str) -> None:
    store.leases.take(duty, other, NOW, LASTS)

    with glossing(store, NOW, LASTS) as is_alone:
        assert not is_alone

    held = store.leases.held(duty)
    assert held
    assert (held.holder, held.until) == (other, NOW + timedelta(seconds=LASTS))


@pytest.mark.parametrize("duty", [DUTY, GLOSSING])
def test_who_was_killed_here_or_ran_out_is_not_waited_for(store: Store, duty: str) -> None:
    store.leases.take(duty, GONE, NOW, LASTS)
    with glossing(store, NOW, LASTS) as is_alone:
        assert is_alone

    store.leases.take(duty, ELSEWHERE, NOW, LASTS)
    with glossing(store, NOW + timedelta(seconds=LASTS), LASTS) as is_alone:
        assert is_alone


def test_the_duty_is_given_back_when_the_work_breaks_off(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), glossing(store, NOW, LASTS):
        raise ZeroDivisionError

    assert not is_held(store, GLOSSING, NOW)
