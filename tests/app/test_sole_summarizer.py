"""Who has summaries made, and may take over what lies half done: nobody who may have company."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

import pytest

from bot.app.leader_election import (
    ENRICH_LEASE,
    LEADER_LEASE,
    hold_enrich_lease,
    is_lease_held,
    process_name,
)
from storage import Store
from tests.support.builders import NOW

LASTS = 3600.0
ELSEWHERE = "another-machine:1"
ALIVE = f"{socket.gethostname()}:{os.getppid()}"
GONE = f"{socket.gethostname()}:{2**22 + 1}"  # no process has such a number


def test_who_is_alone_takes_over_and_says_that_it_works(store: Store) -> None:
    with hold_enrich_lease(store, NOW, LASTS) as is_alone:
        assert is_alone
        lease = store.leases.get(ENRICH_LEASE)
        assert lease
        assert lease.holder == process_name()

    assert not is_lease_held(store, ENRICH_LEASE, NOW)


@pytest.mark.parametrize("duty", [LEADER_LEASE, ENRICH_LEASE])
@pytest.mark.parametrize("other", [ELSEWHERE, ALIVE])
def test_nothing_is_taken_from_who_may_be_at_it(store: Store, duty: str, other: str) -> None:
    store.leases.acquire(duty, other, NOW, LASTS)

    with hold_enrich_lease(store, NOW, LASTS) as is_alone:
        assert not is_alone

    lease = store.leases.get(duty)
    assert lease
    assert (lease.holder, lease.expires_at) == (other, NOW + timedelta(seconds=LASTS))


@pytest.mark.parametrize("duty", [LEADER_LEASE, ENRICH_LEASE])
def test_who_was_killed_here_or_ran_out_is_not_waited_for(store: Store, duty: str) -> None:
    store.leases.acquire(duty, GONE, NOW, LASTS)
    with hold_enrich_lease(store, NOW, LASTS) as is_alone:
        assert is_alone

    store.leases.acquire(duty, ELSEWHERE, NOW, LASTS)
    with hold_enrich_lease(store, NOW + timedelta(seconds=LASTS), LASTS) as is_alone:
        assert is_alone


def test_the_duty_is_given_back_when_the_work_breaks_off(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), hold_enrich_lease(store, NOW, LASTS):
        raise ZeroDivisionError

    assert not is_lease_held(store, ENRICH_LEASE, NOW)
