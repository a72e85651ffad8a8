"""Order the summaries that topics due in the next hours will show.

They are ordered hours ahead, so that a digest seldom has to wait for them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby, islice, takewhile
from typing import TypeAlias

from bot.digests.chat_digest import build_chat_digest
from bot.digests.new_announcements import NewAnnouncements, oldest_indexed_position
from bot.digests.order_matches import order_matches, score_by_relevance
from bot.digests.shared_digest import SharedDigests
from bot.summaries.fill_missing import EXTRACTIVE
from bot.topics.matching import AnnouncementIndex
from bot.topics.query.parser import parse
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable
from storage.records.chats import Chat, Subscription
from storage.records.digests import Digest, Entry, EntryOrder
from storage.records.papers import Paper
from storage.records.queries import Match
from storage.records.summaries import Summary, SummaryJob

log = logging.getLogger(__name__)

ShouldContinue: TypeAlias = Callable[[], bool]
"""Called between two steps; work stops once it returns False."""

OfferedLanguages: TypeAlias = Collection[str] | None
"""The languages that the operator pays for; None means all."""

PREFETCH_HORIZON = timedelta(hours=12)
MIN_DIGEST_AGE = timedelta(minutes=5)  # longer than between two runs
JOBS_PER_TRANSACTION = 100  # other writers wait for each transaction


def prefetch_summaries(
    store: Store,
    bot: int,
    now: datetime,
    *,
    offered_languages: OfferedLanguages = None,
    should_continue: ShouldContinue = lambda: True,
) -> int:
    """Order the summaries that the digests of the next hours will show; return how many are new.

    ``should_continue`` is called between topics; once it returns False, the rest wait for the next
    run.
    """
    jobs = jobs_for_due_digests(
        store,
        bot,
        now,
        now + PREFETCH_HORIZON,
        offered_languages=offered_languages,
        should_continue=should_continue,
    )
    return order_jobs(store, jobs, should_continue=should_continue)


def order_recent_missing(
    store: Store, bot: int, now: datetime, *, offered_languages: OfferedLanguages = None
) -> int:
    """Order the summaries that the latest digests lack, including those issued on demand.

    These could not be prefetched; their summaries are edited in later.
    """
    missing_summaries = store.missing_summaries.find(bot, now - MIN_DIGEST_AGE)
    return order_jobs(
        store,
        [
            job
            for job in missing_summaries
            if offered_languages is None or job.language in offered_languages
        ],
    )


def jobs_for_due_digests(
    store: Store,
    bot: int,
    now: datetime,
    horizon: datetime,
    *,
    offered_languages: OfferedLanguages = None,
    should_continue: ShouldContinue = lambda: True,
) -> list[SummaryJob]:
    """Return the summaries that digests due before ``horizon`` lack, each once.

    A topic that fails is logged and delays no other.
    """
    # Chats further behind are published without waiting for summaries.
    oldest_position = oldest_indexed_position(store)
    due_chats = [
        (chat_id, cursor)
        for chat_id, cursor in store.subscriptions.due_chats(bot, horizon)
        if cursor >= oldest_position
    ]
    if not due_chats:
        return []
    shared_digests = SharedDigests(
        store, NewAnnouncements(store, min(cursor for _, cursor in due_chats)), now
    )
    chats_topics_digests = (
        (chat, topic, digest)
        for chat_id, _ in due_chats
        if (chat := store.chats.get(bot, chat_id))
        for topic, digest in expected_digests(store, chat, shared_digests, horizon)
    )
    return merge_jobs(
        job
        for chat, topic, digest in takewhile(lambda _: should_continue(), chats_topics_digests)
        for job in missing_jobs(chat, topic, digest, topic.next_due or now, offered_languages)
    )


def expected_digests(
    store: Store, chat: Chat, shared_digests: SharedDigests, horizon: datetime
) -> Iterator[tuple[Subscription, Digest]]:
    """Yield what the topics of a chat that are due before ``horizon`` would show now."""
    shown_versions: dict[int, int] = {}
    for topic in store.subscriptions.due(chat.bot, chat.id, horizon):
        try:
            chat_digest = build_chat_digest(
                store, topic, shared_digests.for_topic(topic), shown_versions=shown_versions
            )
        except (DatabaseBusy, DatabaseNotWritable):
            raise
        except Exception:  # affects no other topic; publishing notifies its reader
            log.exception("topic not foreseen", extra={"topic": topic.key})
            continue
        shown_versions |= chat_digest.shown_versions
        yield topic, chat_digest.remaining.digest


def jobs_since(
    store: Store, bot: int, first: date, languages: Sequence[str], now: datetime
) -> list[SummaryJob]:
    """Return the missing summaries that all topics would have shown since an arXiv day.

    For each day as many papers as a digest of the topic has entries; the newest papers come first.
    """
    announcements = store.announcements.on_days(first, now.date() + timedelta(days=1))
    announcement_index, papers = AnnouncementIndex(announcements), dict[int, Paper]()
    for query, kinds, entry_limit in store.subscriptions.active_requests(bot):
        try:
            parsed_query = parse(query)
            all_matches = order_matches(
                score_by_relevance(
                    store,
                    parsed_query,
                    announcement_index,
                    announcement_index.find(parsed_query, kinds),
                ),
                EntryOrder.RELEVANCE,
            )
        except (DatabaseBusy, DatabaseNotWritable):
            raise
        except Exception:  # affects only the topics with this query
            log.exception("query not looked back with", extra={"query": query})
            continue
        for _, matches in groupby(
            sorted(all_matches, key=_announcement_day), key=_announcement_day
        ):
            papers |= {
                m.announcement.paper.key: m.announcement.paper for m in islice(matches, entry_limit)
            }
    summaries = store.summaries.best_of_papers(papers)
    return [
        SummaryJob(paper.key, paper.version, language, now)
        for paper in sorted(papers.values(), key=lambda paper: -paper.key)
        for language in languages
        if not _has_summary(summaries.get(paper.key, ()), paper.version, language)
    ]


def _announcement_day(match: Match) -> date:
    return match.announcement.day


def merge_jobs(jobs: Iterable[SummaryJob]) -> list[SummaryJob]:
    """Return one job for each summary, with the earliest time it is needed at."""
    jobs_by_summary: dict[tuple[int, int, str], SummaryJob] = {}
    for job in jobs:
        existing_job = jobs_by_summary.get(summary_key := (job.paper, job.version, job.language))
        if existing_job is None or job.needed_at < existing_job.needed_at:
            jobs_by_summary[summary_key] = job
    return list(jobs_by_summary.values())


def missing_jobs(
    chat: Chat,
    topic: Subscription,
    digest: Digest,
    due_at: datetime,
    offered_languages: OfferedLanguages = None,
) -> Iterator[SummaryJob]:
    """Yield the summaries that a digest's entries lack, in the languages its readers chose.

    A language that is no longer offered is not ordered; its entries are shown untranslated.
    """
    chosen_languages = topic.languages or chat.languages
    languages = [
        code for code in chosen_languages if offered_languages is None or code in offered_languages
    ]
    for entry in digest.entries:
        for language in languages:
            if not has_model_summary(entry, language):
                yield SummaryJob(entry.paper.key, entry.paper.version, language, due_at)


def has_model_summary(entry: Entry, language: str) -> bool:
    """Return whether this version has a summary by a model or a person."""
    return _has_summary(entry.summaries, entry.paper.version, language)


def is_job_fulfilled(store: Store, job: SummaryJob) -> bool:
    """Return whether the summary of a job exists by now."""
    return _has_summary(
        store.summaries.best_of_version(job.paper, job.version), job.version, job.language
    )


def _has_summary(summaries: Iterable[Summary], version: int, language: str) -> bool:
    return any(
        summary.language == language
        and summary.version == version
        and summary.producer != EXTRACTIVE
        and bool(summary.tldr)
        for summary in summaries
    )


def order_jobs(
    store: Store, jobs: Iterable[SummaryJob], *, should_continue: ShouldContinue = lambda: True
) -> int:
    """Order summaries, a batch in each transaction; return how many are new."""
    new_count, remaining_jobs = 0, iter(jobs)
    while should_continue() and (job_batch := list(islice(remaining_jobs, JOBS_PER_TRANSACTION))):
        with store.transaction():
            new_count += store.summary_jobs.enqueue(job_batch)
    return new_count
