"""The verb: glosses that came late → the messages that lacked them, edited.

An edited message rings no bell, keeps its place and its entries; only what is said of them is
more. Edits come after all first deliveries, and for a day: later nobody scrolls back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.render.telegram.fallback_forms import is_plain
from bot.summaries.fill_missing import EXTRACTIVE
from storage import Store
from storage.records import Digest, Entry, Gloss, Paper, Parcel, ParcelState, Rank

FRESH = timedelta(hours=24)
PATIENCE = timedelta(minutes=30)  # until a digest is edited although a gloss still lacks
PAUSE = timedelta(minutes=15)  # at least, between two edits of a digest
END = timedelta(minutes=5)  # of the day, in which nothing may wait: more than between two looks


def amend(store: Store, bot: int, now: datetime) -> int:
    """Puts an edit for each message that can say more by now; returns how many.

    While a first delivery waits, nothing: readers who have no digest yet go before.
    """
    if store.vitals.waiting_since(bot, now) is not None:
        return 0
    edits = 0
    for number in store.commissions.late(bot, now - FRESH):
        digest = store.digests.get(number)
        if digest and is_ripe(store, digest, now):
            edits += _amended(store, digest, now)
    return edits


def is_ripe(store: Store, digest: Digest, now: datetime) -> bool:
    """Whether no further gloss is to be expected soon, so that a message is edited once.

    Edited already, it waits for what else may come, however slowly that does.
    """
    if digest.revision == 1:
        return now - digest.issued >= PATIENCE or not store.commissions.pending(digest.number)
    return now >= again_at(digest.issued, _unshown_since(store, digest))


def again_at(issued: datetime, since: datetime) -> datetime:
    """When a digest is edited again that lacks what was said since an instant.

    An edit shows all that was said before it, so the next one is a pause later at least.
    """
    return min(since + PAUSE, issued + FRESH - END)


def _unshown_since(store: Store, digest: Digest) -> datetime:
    """When the first of the glosses was made that a digest does not show."""
    new = (
        gloss.made
        for entry in digest.entries
        for gloss in _made(store, entry.paper)
        if gloss.language not in _told(entry)
    )
    return min(new, default=digest.issued)


def _told(entry: Entry) -> set[str]:
    """The languages in which an entry shows what somebody made."""
    return {gloss.language for gloss in entry.glosses if gloss.maker != EXTRACTIVE}


def _amended(store: Store, digest: Digest, now: datetime) -> int:
    glosses = [gloss for entry in digest.entries for gloss in _made(store, entry.paper)]
    with store.transaction():
        revision = store.digests.revise(digest.number, glosses)
        return sum(
            store.outbox.put_once(
                replace(
                    parcel, revision=revision, edits=parcel.message, silent=True, rank=Rank.EDIT
                ),
                due=now,
            )
            for parcel in _posted(store, digest.number)
        )


def _made(store: Store, paper: Paper) -> list[Gloss]:
    """What models and people said of a version."""
    said = store.papers.glosses_of(paper.key, paper.version)
    return [gloss for gloss in said if gloss.maker != EXTRACTIVE]


def _posted(store: Store, digest: int) -> Iterator[Parcel]:
    """The messages of a digest that Telegram has, as they were first sent.

    Plain text stays as it is, and so does a possible repeat, which would lose its mark.
    """
    for parcel in store.outbox.of_digest(digest):
        is_there = parcel.state is ParcelState.SENT and parcel.message and not parcel.edits
        if is_there and not is_plain(parcel) and not parcel.doubts:
            yield parcel
