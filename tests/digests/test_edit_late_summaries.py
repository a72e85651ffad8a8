"""Glosses that come after their digest: the message is edited, once, and only where it gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.record_outcome import settle
from bot.digests.edit_late_summaries import END, FRESH, PATIENCE, PAUSE, again_at, amend
from bot.summaries.fill_missing import enrich
from storage import Store
from storage.records import (
    Commission,
    Gloss,
    Outcome,
    Paper,
    Parcel,
    ParcelState,
    Refused,
    Sent,
    Unknown,
)
from tests.storage.builders import BOT, CHAT, MINUTE, NOW, gloss, issued, paper, parcel, stored
from tests.support.builders import Postman


def shown(store: Store, *papers: Paper, languages: tuple[str, ...] = ("zh", "en")) -> int:
    """A digest of papers whose one message has arrived as number 77."""
    enrich(store, papers, NOW)
    number = issued(store, papers)
    put = replace(parcel(digest=number, first=1, last=len(papers)), languages=languages)
    store.outbox.put_once(put, due=NOW)
    [sent] = send(store)
    assert not sent.edits
    return number


def send(store: Store, minutes: int = 1) -> list[Parcel]:
    """Sends what may leave."""
    found, now = [], NOW + minutes * MINUTE
    for one in store.outbox.claim(BOT, "me", now, 60.0, 10):
        assert store.outbox.begin(one, now)
        assert store.outbox.settle(one, Sent(77), now)
        found.append(one)
    return found


def late(of: Paper, language: str = "zh", minutes: int = 2) -> Gloss:
    return replace(gloss(of, language), made=NOW + minutes * MINUTE)


def test_a_late_gloss_edits_the_message_in_silence(store: Store) -> None:
    one, other = stored(store, [paper(1), paper(2)])
    number = shown(store, one, other)
    assert amend(store, BOT, NOW + 3 * MINUTE) == 0  # nothing new is said

    store.papers.add_gloss(late(one))

    assert amend(store, BOT, NOW + 3 * MINUTE) == 1
    [edit] = send(store, minutes=3)
    assert (edit.edits, edit.revision, edit.silent) == (77, 2, True)
    assert (edit.first, edit.last, edit.period, edit.part) == (1, 2, "1/2026-11-20", 1)
    digest = store.digests.get(number)
    assert digest is not None
    said = [{g.language: g.maker for g in entry.glosses} for entry in digest.entries]
    assert said[0]["zh"] == "model-x"
    assert "zh" not in said[1]
    assert amend(store, BOT, NOW + 4 * MINUTE) == 0  # it says all there is


def test_a_later_gloss_makes_another_revision_of_the_first_message(store: Store) -> None:
    one, other = stored(store, [paper(1), paper(2)])
    shown(store, one, other)
    store.papers.add_gloss(late(one))
    assert amend(store, BOT, NOW + 3 * MINUTE) == 1
    send(store, minutes=3)

    store.papers.add_gloss(late(other, minutes=5))

    again = NOW + 5 * MINUTE + PAUSE
    assert amend(store, BOT, again - MINUTE) == 0
    assert amend(store, BOT, again) == 1
    [edit] = send(store, minutes=30)
    assert (edit.edits, edit.revision) == (77, 3)


def looks(store: Store, papers: Sequence[Paper], *, since: int, each: int, until: int) -> list[int]:
    """The minutes at which a digest is edited, when a gloss comes every few minutes."""
    edited, to_come = [], list(papers)
    for minute in range(since, until):
        if to_come and (minute - since) % each == 0:
            store.papers.add_gloss(late(to_come.pop(0), minutes=minute))
        if amend(store, BOT, NOW + minute * MINUTE):
            edited.append(minute)
            send(store, minute)
    return edited


def says_all(store: Store, number: int) -> bool:
    digest = store.digests.get(number)
    assert digest
    return all(any(g.language == "zh" for g in entry.glosses) for entry in digest.entries)


def test_glosses_that_come_one_by_one_are_told_a_few_at_a_time(store: Store) -> None:
    papers = stored(store, [paper(number) for number in range(1, 13)])
    number = shown(store, *papers)
    store.commissions.order([Commission(one.key, 1, "zh", NOW) for one in papers])

    edited = looks(store, papers, since=31, each=4, until=120)

    assert all(later - before >= PAUSE // MINUTE for before, later in pairwise(edited))
    assert len(edited) == 4  # of twelve glosses in 44 minutes
    assert says_all(store, number)


def test_what_comes_at_the_end_of_the_day_is_told_within_it(store: Store) -> None:
    papers = stored(store, [paper(1), paper(2)])
    number = shown(store, *papers)
    end = FRESH // MINUTE

    edited = looks(store, papers, since=end - 8, each=5, until=end + 30)

    assert len(edited) == 2
    assert all(minute <= end for minute in edited)
    assert says_all(store, number)


@given(st.lists(st.integers(0, FRESH // MINUTE - 1), min_size=1, max_size=30))
def test_two_edits_lie_apart_and_nothing_said_within_the_day_is_lost(minutes: list[int]) -> None:
    said, edited, waits = sorted(minutes), [], []
    for minute in range(FRESH // MINUTE + 1):
        waits += [one for one in said if one == minute]
        if waits and NOW + minute * MINUTE >= again_at(NOW, NOW + waits[0] * MINUTE):
            edited.append(minute)
            waits.clear()

    assert not waits
    apart = [later - before for before, later in pairwise(edited) if later < (FRESH - END) / MINUTE]
    assert all(gap >= PAUSE // MINUTE for gap in apart)


def test_the_edit_waits_for_the_other_glosses_and_not_for_ever(store: Store) -> None:
    one, other = stored(store, [paper(1), paper(2)])
    shown(store, one, other)
    store.commissions.order([Commission(other.key, 1, "zh", NOW)])
    store.papers.add_gloss(late(one))

    assert amend(store, BOT, NOW + 3 * MINUTE) == 0
    assert amend(store, BOT, NOW + PATIENCE) == 1


def test_a_gloss_in_a_language_nobody_reads_there_changes_nothing(store: Store) -> None:
    [one] = stored(store, [paper()])
    shown(store, one, languages=("en",))

    store.papers.add_gloss(late(one, "zh"))
    assert amend(store, BOT, NOW + 3 * MINUTE) == 0

    store.papers.add_gloss(late(one, "en"))
    assert amend(store, BOT, NOW + 3 * MINUTE) == 1


def test_nothing_is_edited_while_a_reader_waits_for_a_first_message(store: Store) -> None:
    [one] = stored(store, [paper()])
    shown(store, one)
    store.papers.add_gloss(late(one))
    store.outbox.put_once(parcel(number=CHAT + 1), due=NOW)

    assert amend(store, BOT, NOW + 3 * MINUTE) == 0
    send(store)
    assert amend(store, BOT, NOW + 3 * MINUTE) == 1


def test_a_day_later_nobody_scrolls_back(store: Store) -> None:
    [one] = stored(store, [paper()])
    shown(store, one)
    store.papers.add_gloss(late(one))

    assert amend(store, BOT, NOW + FRESH + timedelta(seconds=1)) == 0


def test_a_message_that_never_arrived_is_not_edited(store: Store) -> None:
    [one] = stored(store, [paper()])
    number = issued(store, [one])
    store.outbox.put_once(parcel(digest=number, first=1, last=1), due=NOW)
    [waiting] = store.outbox.of_digest(number)
    store.outbox.drop(waiting.key, now=NOW)
    store.papers.add_gloss(late(one))

    assert amend(store, BOT, NOW + 3 * MINUTE) == 0


def test_a_possible_repeat_keeps_its_mark(store: Store) -> None:
    [one] = stored(store, [paper()])
    number = issued(store, [one])
    put = replace(parcel(digest=number, first=1, last=1), languages=("zh",))
    store.outbox.put_once(put, due=NOW)
    [begun] = store.outbox.claim(BOT, "me", NOW, 60.0, 1)
    assert store.outbox.begin(begun, NOW)
    store.outbox.recover(BOT)  # the process ended before the answer came
    [doubtful] = send(store)
    assert doubtful.doubts

    store.papers.add_gloss(late(one))

    assert amend(store, BOT, NOW + 3 * MINUTE) == 0
    assert store.outbox.of_digest(number)[0].state is ParcelState.SENT


def test_a_gloss_of_another_version_is_not_told_of_this_one(store: Store) -> None:
    [one] = stored(store, [paper()])
    shown(store, one)
    [newer] = stored(store, [paper(version=2)])

    store.papers.add_gloss(late(newer))

    assert amend(store, BOT, NOW + 3 * MINUTE) == 0


def amended(store: Store) -> Parcel:
    """An edit that is under way."""
    [one] = stored(store, [paper()])
    shown(store, one)
    store.papers.add_gloss(late(one))
    assert amend(store, BOT, NOW + 3 * MINUTE) == 1
    [edit] = store.outbox.claim(BOT, "me", NOW + 3 * MINUTE, 60.0, 10)
    assert store.outbox.begin(edit, NOW + 3 * MINUTE)
    return edit


def settled(store: Store, edit: Parcel, outcome: Outcome) -> Parcel:
    """What became of an edit by an outcome."""
    desk = Postman(store, at=NOW + 3 * MINUTE).desk()
    with store.transaction():
        assert settle(desk, edit, outcome)
    found = store.outbox.get(edit.key)
    assert found
    return found


def test_an_edit_of_unknown_outcome_is_made_again_without_a_mark(store: Store) -> None:
    edit = settled(store, amended(store), Unknown("time-out"))

    assert (edit.state, edit.doubts, edit.attempts) == (ParcelState.READY, 0, 1)


def test_an_edit_that_telegram_refuses_is_given_up_without_a_dead_letter(
    store: Store,
) -> None:
    edit = settled(store, amended(store), Refused("message to edit not found"))

    assert edit.state is ParcelState.DROPPED
    assert store.outbox.counts(BOT)[ParcelState.DEAD] == 0
    assert store.digests.missed(BOT, CHAT, NOW - MINUTE) == []  # the paper was delivered


def test_an_edit_that_a_dead_process_had_under_way_is_no_repeat(store: Store) -> None:
    edit = amended(store)

    store.outbox.recover(BOT)

    found = store.outbox.get(edit.key)
    assert found is not None
    assert (found.state, found.doubts) == (ParcelState.READY, 0)
    assert store.outbox.doubts(BOT) == 0
