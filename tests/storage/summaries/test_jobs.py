"""Glosses that are ordered, what was said at length, and what it cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from storage import Store
from storage.records.messages import Sent
from storage.records.papers import Paper
from storage.records.summaries import DailySpending, PaperNote, SummaryCoverage, SummaryJob
from tests.storage.builders import (
    BOT,
    MINUTE,
    NOW,
    issue_digest,
    outbox_message,
    paper,
    store_papers,
    summary,
)


def order(of: Paper, language: str = "zh", minutes: int = 0) -> SummaryJob:
    return SummaryJob(of.key, of.version, language, NOW + minutes * MINUTE)


def test_a_summary_is_ordered_once_and_then_at_most_wanted_earlier(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])

    assert (
        store.summary_jobs.enqueue(
            [order(stored_paper, minutes=60), order(stored_paper, "en", minutes=60)]
        )
        == 2
    )
    assert (
        store.summary_jobs.enqueue(
            [order(stored_paper, minutes=5), order(stored_paper, "en", minutes=90)]
        )
        == 0
    )

    claimed = store.summary_jobs.claim(NOW, 60.0, 10)
    assert [(c.language, c.needed_at - NOW) for c in claimed] == [
        ("zh", 5 * MINUTE),
        ("en", 60 * MINUTE),
    ]


def test_what_a_model_or_a_document_said_is_not_paid_for(store: Store) -> None:
    ours, theirs, bare = store_papers(store, [paper(1), paper(2), paper(3)])
    store.summaries.add(summary(ours, maker="model-x"))
    store.summaries.add(summary(theirs, maker="import"))
    store.summaries.add(summary(bare, maker="extractive"))

    assert store.summary_jobs.enqueue([order(ours), order(theirs), order(bare)]) == 1

    assert [c.paper for c in store.summary_jobs.claim(NOW, 60.0, 10)] == [bare.key]


def test_an_import_without_its_sentence_is_no_summary(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    store.summaries.add(summary(stored_paper, maker="import", gist=""))

    assert store.summary_jobs.enqueue([order(stored_paper)]) == 1


def test_what_messages_lack_is_told_in_their_languages(store: Store) -> None:
    first_paper, other, left_out = store_papers(store, [paper(1), paper(2), paper(3)])
    number = issue_digest(store, [first_paper, other], left_out=[left_out])
    store.outbox.put_once(outbox_message(digest=number, first=1, last=2), due_at=NOW)
    store.summaries.add(summary(first_paper))
    store.summaries.add(summary(first_paper, "en", maker="extractive"))

    missing = store.missing_summaries.find(BOT, NOW)

    assert [(c.paper, c.language) for c in missing] == [
        (first_paper.key, "en"),
        (other.key, "zh"),
        (other.key, "en"),
    ]
    assert {c.needed_at for c in missing} == {NOW}
    assert store.missing_summaries.find(BOT, NOW + MINUTE) == []
    assert store.missing_summaries.find(BOT + 1, NOW) == []


def test_what_was_given_up_lacks_nothing(store: Store) -> None:
    """Nobody pays for what a chat that is gone will not read."""
    [stored_paper] = store_papers(store, [paper(1)])
    number = issue_digest(store, [stored_paper])
    store.outbox.put_once(outbox_message(digest=number, first=1, last=1))
    [waiting] = store.outbox.messages_of_digest(number)

    store.outbox_repair.drop_message(waiting.key, now=NOW)
    given_up = store.missing_summaries.find(BOT, NOW)
    store.outbox_repair.retry_message(waiting.key, now=NOW)

    assert given_up == []
    assert len(store.missing_summaries.find(BOT, NOW)) == 2


def test_nobody_claims_what_another_is_at_until_its_lease_ends(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    store.summary_jobs.enqueue([order(stored_paper)])

    assert store.summary_jobs.claim(NOW, 60.0, 10)
    assert not store.summary_jobs.claim(NOW + timedelta(seconds=59), 60.0, 10)
    assert store.summary_jobs.claim(NOW + timedelta(seconds=60), 60.0, 10)


def test_a_failure_waits_and_the_last_one_gives_up_until_somebody_asks(store: Store) -> None:
    first_paper, other = store_papers(store, [paper(1), paper(2)])
    store.summary_jobs.enqueue([order(first_paper), order(other, minutes=1)])
    first, second = store.summary_jobs.claim(NOW, 60.0, 10)

    store.summary_jobs.fail(first, "wrong_language", NOW + MINUTE)
    store.summary_jobs.fail(second, "copy", None)

    backlog = store.summary_jobs.backlog()
    assert (backlog.waiting, backlog.retrying, backlog.abandoned) == (1, 1, 1)
    assert not store.summary_jobs.claim(NOW, 60.0, 10)
    [again] = store.summary_jobs.claim(NOW + MINUTE, 60.0, 10)
    assert (again.paper, again.attempts, again.error) == (first_paper.key, 1, "wrong_language")
    store.summary_jobs.release(again)
    assert store.summary_jobs.enqueue([order(other)]) == 0  # given up stays so
    assert store.summary_jobs.retry([order(first_paper), order(other)]) == 2
    assert len(store.summary_jobs.claim(NOW, 60.0, 10)) == 2


def test_who_comes_late_touches_no_order_of_another(store: Store) -> None:
    first_paper, other = store_papers(store, [paper(1), paper(2)])
    store.summary_jobs.enqueue([order(first_paper)])
    [slow] = store.summary_jobs.claim(NOW, 60.0, 1)
    [quick] = store.summary_jobs.claim(NOW + MINUTE, 60.0, 1)

    assert not store.summary_jobs.fail(slow, "late", None)
    assert not store.summary_jobs.release(slow)
    assert not store.summary_jobs.claim(NOW + MINUTE, 60.0, 1), "it is still in another's hands"
    store.summary_jobs.complete(quick)
    store.summary_jobs.enqueue([order(other)])
    store.summary_jobs.complete(slow)
    [next_] = store.summary_jobs.claim(NOW, 60.0, 1)

    assert next_.paper == other.key
    assert not store.summary_jobs.fail(slow, "late", None)
    assert store.summary_jobs.fail(next_, "copy", None)


def test_pending_counts_what_a_digest_still_waits_for(store: Store) -> None:
    shown, stored_paper = store_papers(store, [paper(1), paper(2)])
    number = issue_digest(store, [shown], left_out=[stored_paper])
    store.outbox.put_once(outbox_message(digest=number, first=1, last=1))
    store.summary_jobs.enqueue([order(shown), order(stored_paper)])

    assert store.summary_jobs.count_pending(number) == 1
    [mine, _] = store.summary_jobs.claim(NOW, 60.0, 10)
    store.summary_jobs.complete(mine)
    assert store.summary_jobs.count_pending(number) == 0


def test_a_digest_waits_for_no_language_that_others_read(store: Store) -> None:
    [shown] = store_papers(store, [paper(1)])
    number = issue_digest(store, [shown])
    store.outbox.put_once(outbox_message(digest=number, first=1, last=1))
    store.summary_jobs.enqueue([order(shown, "ja")])

    assert store.summary_jobs.count_pending(number) == 0


def test_a_digest_that_shows_a_title_alone_is_late_once_more_is_said(store: Store) -> None:
    """What has no sentence is ordered, so what is then said must be shown."""
    [stored_paper] = store_papers(store, [paper(1)])
    store.summaries.add(summary(stored_paper, maker="import", gist=""))
    number = issue_digest(store, [stored_paper])
    store.digests.add_revision(number, store.summaries.best_of_version(stored_paper.key, 1))
    store.outbox.put_once(outbox_message(digest=number, first=1, last=1))
    [claimed] = store.outbox.claim(BOT, "me", NOW, 60.0, 1)
    store.send_outcomes.record(claimed, Sent(1), NOW)
    before = store.missing_summaries.digests_with_late_summaries(BOT, NOW)

    store.summaries.add(summary(stored_paper))

    assert before == []
    assert store.missing_summaries.digests_with_late_summaries(BOT, NOW) == [number]
    store.digests.add_revision(number, store.summaries.best_of_version(stored_paper.key, 1))
    assert store.missing_summaries.digests_with_late_summaries(BOT, NOW) == []


def test_coverage_counts_each_shown_version_once(store: Store) -> None:
    first_paper, other, left_out = store_papers(store, [paper(1), paper(2), paper(3)])
    issue_digest(store, [first_paper, other], left_out=[left_out])
    issue_digest(store, [first_paper], period="2/2026-11-20")
    store.summaries.add(summary(first_paper))
    store.summaries.add(summary(other, maker="extractive"))

    store.summaries.add(summary(first_paper, maker="another model"))

    covered = store.missing_summaries.coverage(BOT, ["en", "zh"], NOW - MINUTE)
    [later] = store.missing_summaries.coverage(BOT, ["zh"], NOW + MINUTE)
    [others] = store.missing_summaries.coverage(BOT + 1, ["zh"], NOW - MINUTE)

    assert covered == (SummaryCoverage("en", 0, 2), SummaryCoverage("zh", 1, 2))
    assert later.shown_count == others.shown_count == 0


def test_a_note_is_kept_once_per_version_and_language(store: Store) -> None:
    [stored_paper] = store_papers(store, [paper()])
    note = PaperNote(stored_paper.key, 1, "en", "P", "M", "R", "L", "model-x", NOW, "1")

    store.paper_notes.add(note)
    store.paper_notes.add(
        PaperNote(stored_paper.key, 1, "en", "other", "M", "R", "L", "model-y", NOW)
    )

    assert store.paper_notes.get(stored_paper.key, 1, "en") == note
    assert store.paper_notes.get(stored_paper.key, 1, "zh") is None


def test_what_was_paid_adds_up_per_day_and_model(store: Store) -> None:
    today, before = date(2026, 11, 20), date(2026, 11, 19)
    store.spending.add(
        DailySpending(today, "m", calls=1, prompt_tokens=100, completion_tokens=20, cost_micros=5)
    )
    store.spending.add(
        DailySpending(
            today,
            "m",
            calls=2,
            prompt_tokens=10,
            completion_tokens=2,
            cost_micros=1,
            unusable_answers=1,
        )
    )
    store.spending.add(DailySpending(before, "m", calls=1, prompt_tokens=1, completion_tokens=1))

    assert store.spending.between(today, today) == [DailySpending(today, "m", 3, 110, 22, 6, 1)]
    assert len(store.spending.between(before, today)) == 2


def test_the_mean_cost_of_a_summary_is_that_of_the_recent_ones(store: Store) -> None:
    """However many were made before, and by whom, it is asked for quickly."""
    papers = store_papers(store, [paper(n) for n in range(25)])
    for stored_paper in papers[:19]:
        store.summaries.add(replace(summary(stored_paper), tokens=100))
    few = store.summaries.mean_tokens("model-x", "zh")
    store.summaries.add(replace(summary(papers[19]), tokens=300))
    enough = store.summaries.mean_tokens("model-x", "zh")

    # As if a year of other glosses lay between.
    store._engine.execute("update summaries set key = key + 1000000 where paper = 20")

    assert (few, enough) == (0.0, 110.0)
    assert store.summaries.mean_tokens("model-x", "zh") == 0.0
