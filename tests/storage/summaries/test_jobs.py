"""Glosses that are ordered, what was said at length, and what it cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from storage import Store
from storage.records import Commission, Coverage, Note, Paper, Sent, Spending
from tests.storage.builders import BOT, MINUTE, NOW, gloss, issued, paper, parcel, stored


def order(of: Paper, language: str = "zh", minutes: int = 0) -> Commission:
    return Commission(of.key, of.version, language, NOW + minutes * MINUTE)


def test_a_gloss_is_ordered_once_and_then_at_most_wanted_earlier(store: Store) -> None:
    [one] = stored(store, [paper()])

    assert store.commissions.order([order(one, minutes=60), order(one, "en", minutes=60)]) == 2
    assert store.commissions.order([order(one, minutes=5), order(one, "en", minutes=90)]) == 0

    claimed = store.commissions.claim(NOW, 60.0, 10)
    assert [(c.language, c.wanted - NOW) for c in claimed] == [
        ("zh", 5 * MINUTE),
        ("en", 60 * MINUTE),
    ]


def test_what_a_model_or_a_document_said_is_not_paid_for(store: Store) -> None:
    ours, theirs, bare = stored(store, [paper(1), paper(2), paper(3)])
    store.papers.add_gloss(gloss(ours, maker="model-x"))
    store.papers.add_gloss(gloss(theirs, maker="import"))
    store.papers.add_gloss(gloss(bare, maker="extractive"))

    assert store.commissions.order([order(ours), order(theirs), order(bare)]) == 1

    assert [c.paper for c in store.commissions.claim(NOW, 60.0, 10)] == [bare.key]


def test_an_import_without_its_sentence_is_no_gloss(store: Store) -> None:
    [one] = stored(store, [paper()])
    store.papers.add_gloss(gloss(one, maker="import", gist=""))

    assert store.commissions.order([order(one)]) == 1


def test_what_messages_lack_is_told_in_their_languages(store: Store) -> None:
    one, other, left_out = stored(store, [paper(1), paper(2), paper(3)])
    number = issued(store, [one, other], rest=[left_out])
    store.outbox.put_once(parcel(digest=number, first=1, last=2), due=NOW)
    store.papers.add_gloss(gloss(one))
    store.papers.add_gloss(gloss(one, "en", maker="extractive"))

    found = store.commissions.unsaid(BOT, NOW)

    assert [(c.paper, c.language) for c in found] == [
        (one.key, "en"),
        (other.key, "zh"),
        (other.key, "en"),
    ]
    assert {c.wanted for c in found} == {NOW}
    assert store.commissions.unsaid(BOT, NOW + MINUTE) == []
    assert store.commissions.unsaid(BOT + 1, NOW) == []


def test_what_was_given_up_lacks_nothing(store: Store) -> None:
    """Nobody pays for what a chat that is gone will not read."""
    [one] = stored(store, [paper(1)])
    number = issued(store, [one])
    store.outbox.put_once(parcel(digest=number, first=1, last=1))
    [waiting] = store.outbox.of_digest(number)

    store.outbox.drop(waiting.key, now=NOW)
    given_up = store.commissions.unsaid(BOT, NOW)
    store.outbox.retry(waiting.key, now=NOW)

    assert given_up == []
    assert len(store.commissions.unsaid(BOT, NOW)) == 2


def test_nobody_claims_what_another_is_at_until_its_lease_ends(store: Store) -> None:
    [one] = stored(store, [paper()])
    store.commissions.order([order(one)])

    assert store.commissions.claim(NOW, 60.0, 10)
    assert not store.commissions.claim(NOW + timedelta(seconds=59), 60.0, 10)
    assert store.commissions.claim(NOW + timedelta(seconds=60), 60.0, 10)


def test_a_failure_waits_and_the_last_one_gives_up_until_somebody_asks(store: Store) -> None:
    one, other = stored(store, [paper(1), paper(2)])
    store.commissions.order([order(one), order(other, minutes=1)])
    first, second = store.commissions.claim(NOW, 60.0, 10)

    store.commissions.fail(first, "wrong_language", NOW + MINUTE)
    store.commissions.fail(second, "copy", None)

    backlog = store.commissions.backlog()
    assert (backlog.waiting, backlog.failed, backlog.given_up) == (1, 1, 1)
    assert not store.commissions.claim(NOW, 60.0, 10)
    [again] = store.commissions.claim(NOW + MINUTE, 60.0, 10)
    assert (again.paper, again.attempts, again.error) == (one.key, 1, "wrong_language")
    store.commissions.give_back(again)
    assert store.commissions.order([order(other)]) == 0  # given up stays so
    assert store.commissions.retry([order(one), order(other)]) == 2
    assert len(store.commissions.claim(NOW, 60.0, 10)) == 2


def test_who_comes_late_touches_no_order_of_another(store: Store) -> None:
    one, other = stored(store, [paper(1), paper(2)])
    store.commissions.order([order(one)])
    [slow] = store.commissions.claim(NOW, 60.0, 1)
    [quick] = store.commissions.claim(NOW + MINUTE, 60.0, 1)

    assert not store.commissions.fail(slow, "late", None)
    assert not store.commissions.give_back(slow)
    assert not store.commissions.claim(NOW + MINUTE, 60.0, 1), "it is still in another's hands"
    store.commissions.done(quick)
    store.commissions.order([order(other)])
    store.commissions.done(slow)
    [next_] = store.commissions.claim(NOW, 60.0, 1)

    assert next_.paper == other.key
    assert not store.commissions.fail(slow, "late", None)
    assert store.commissions.fail(next_, "copy", None)


def test_pending_counts_what_a_digest_still_waits_for(store: Store) -> None:
    shown, left = stored(store, [paper(1), paper(2)])
    number = issued(store, [shown], rest=[left])
    store.outbox.put_once(parcel(digest=number, first=1, last=1))
    store.commissions.order([order(shown), order(left)])

    assert store.commissions.pending(number) == 1
    [mine, _] = store.commissions.claim(NOW, 60.0, 10)
    store.commissions.done(mine)
    assert store.commissions.pending(number) == 0


def test_a_digest_waits_for_no_language_that_others_read(store: Store) -> None:
    [shown] = stored(store, [paper(1)])
    number = issued(store, [shown])
    store.outbox.put_once(parcel(digest=number, first=1, last=1))
    store.commissions.order([order(shown, "ja")])

    assert store.commissions.pending(number) == 0


def test_a_digest_that_shows_a_title_alone_is_late_once_more_is_said(store: Store) -> None:
    """What has no sentence is ordered, so what is then said must be shown."""
    [one] = stored(store, [paper(1)])
    store.papers.add_gloss(gloss(one, maker="import", gist=""))
    number = issued(store, [one])
    store.digests.revise(number, store.papers.glosses_of(one.key, 1))
    store.outbox.put_once(parcel(digest=number, first=1, last=1))
    [claimed] = store.outbox.claim(BOT, "me", NOW, 60.0, 1)
    store.outbox.settle(claimed, Sent(1), NOW)
    before = store.commissions.late(BOT, NOW)

    store.papers.add_gloss(gloss(one))

    assert before == []
    assert store.commissions.late(BOT, NOW) == [number]
    store.digests.revise(number, store.papers.glosses_of(one.key, 1))
    assert store.commissions.late(BOT, NOW) == []


def test_coverage_counts_each_shown_version_once(store: Store) -> None:
    one, other, left = stored(store, [paper(1), paper(2), paper(3)])
    issued(store, [one, other], rest=[left])
    issued(store, [one], period="2/2026-11-20")
    store.papers.add_gloss(gloss(one))
    store.papers.add_gloss(gloss(other, maker="extractive"))

    store.papers.add_gloss(gloss(one, maker="another model"))

    covered = store.commissions.coverage(BOT, ["en", "zh"], NOW - MINUTE)
    [later] = store.commissions.coverage(BOT, ["zh"], NOW + MINUTE)
    [others] = store.commissions.coverage(BOT + 1, ["zh"], NOW - MINUTE)

    assert covered == (Coverage("en", 0, 2), Coverage("zh", 1, 2))
    assert later.shown == others.shown == 0


def test_a_note_is_kept_once_per_version_and_language(store: Store) -> None:
    [one] = stored(store, [paper()])
    note = Note(one.key, 1, "en", "P", "M", "R", "L", "model-x", NOW, "1")

    store.notes.keep(note)
    store.notes.keep(Note(one.key, 1, "en", "other", "M", "R", "L", "model-y", NOW))

    assert store.notes.get(one.key, 1, "en") == note
    assert store.notes.get(one.key, 1, "zh") is None


def test_what_was_paid_adds_up_per_day_and_model(store: Store) -> None:
    today, before = date(2026, 11, 20), date(2026, 11, 19)
    store.spending.add(Spending(today, "m", calls=1, asked=100, answered=20, money=5))
    store.spending.add(Spending(today, "m", calls=2, asked=10, answered=2, money=1, unused=1))
    store.spending.add(Spending(before, "m", calls=1, asked=1, answered=1))

    assert store.spending.between(today, today) == [Spending(today, "m", 3, 110, 22, 6, 1)]
    assert len(store.spending.between(before, today)) == 2


def test_the_mean_cost_of_a_gloss_is_that_of_the_recent_ones(store: Store) -> None:
    """However many were made before, and by whom, it is asked for quickly."""
    papers = stored(store, [paper(n) for n in range(25)])
    for one in papers[:19]:
        store.papers.add_gloss(replace(gloss(one), tokens=100))
    few = store.commissions.mean_tokens("model-x", "zh")
    store.papers.add_gloss(replace(gloss(papers[19]), tokens=300))
    enough = store.commissions.mean_tokens("model-x", "zh")

    # As if a year of other glosses lay between.
    store._engine.change("update glosses set key = key + 1000000 where paper = 20")

    assert (few, enough) == (0.0, 110.0)
    assert store.commissions.mean_tokens("model-x", "zh") == 0.0
