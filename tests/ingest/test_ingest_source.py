"""From a feed to the store: when it is asked, what is kept, and what an interruption costs."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import arxiv
from bot.app.config import Config
from bot.arxiv.combined_feeds import MOST, feed_groups
from bot.arxiv.taxonomy import categories
from bot.ingest.ingest_source import CHUNK, Ingested, import_digest, ingest_due, keep
from bot.ingest.sources.digest_document import read as read_document
from bot.ingest.sources.registry import parse
from bot.ingest.sources.source_batch import Batch, Condition
from bot.render import FORMS
from storage import Store, open_store
from storage.papers.papers import Papers
from storage.records import Added, Announcement, Digest, Kind
from tests.ingest.sources.feeds import item, rss
from tests.render.digests import sample
from tests.support.arxiv_server import BASE, Answer, Arxiv, asking, page, silence, status
from tests.support.database import count, dump

DOCUMENTS = Path(__file__).parents[1] / "data" / "imports"
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 01:00 in New York on a feed day
TUESDAY = MONDAY + timedelta(days=1)
MINUTE = timedelta(minutes=1)


def day(papers: Iterable[str] = ("2611.90001v1",), on: str = "Mon, 23 Nov 2026") -> bytes:
    """A feed of a day that announces these papers."""
    return rss([item(paper) for paper in papers], day=on)


def many(number: int) -> list[str]:
    return [f"2611.{n:05}v1" for n in range(1, number + 1)]


async def due(store: Store, source: Arxiv, now: datetime, *names: str) -> list[Ingested]:
    with asking(source) as fetcher:
        return await ingest_due(store, fetcher, names or ("cs.CV",), now, base=BASE)


async def test_a_feed_is_asked_often_until_its_day_is_seen_and_then_rarely(store: Store) -> None:
    source = Arxiv(feeds={"cs.CV": day([], "Mon, 23 Nov 2026")})

    for minutes in (0, 1, 19, 20, 40):
        await due(store, source, MONDAY + minutes * MINUTE)
    assert len(source.asked) == 3, "at 0, 20 and 40 minutes"

    source.feeds["cs.CV"] = day()
    [report] = await due(store, source, MONDAY + 60 * MINUTE)
    assert (report.condition, report.added) == (Condition.FRESH, Added(stored=1))

    assert await due(store, source, MONDAY + 90 * MINUTE) == []
    [again] = await due(store, source, MONDAY + 240 * MINUTE)
    assert again.condition is Condition.UNCHANGED


async def test_the_etag_goes_back_as_it_came(store: Store) -> None:
    source = Arxiv(feeds={"cs.CV": day()})

    await due(store, source, MONDAY)
    [report] = await due(store, source, MONDAY + timedelta(hours=4))

    assert source.etags == ["", str(len(source.feeds["cs.CV"]))]
    assert (report.condition, report.is_usable) == (Condition.UNCHANGED, True)
    assert store.cursors.get("cs.CV").checked == MONDAY + timedelta(hours=4)


async def test_each_feed_is_asked_in_its_own_time(store: Store) -> None:
    """Two feeds too large for one question; only one of them is due again."""
    source = Arxiv(feeds={"cs": day(), "math": day(["2611.90002v1"])})
    await due(store, source, MONDAY, "cs")

    reports = await due(store, source, MONDAY + MINUTE, "cs", "math")

    assert [report.source for report in reports] == ["math"]


async def test_yesterdays_papers_under_todays_date_are_stale_and_store_nothing(
    store: Store,
) -> None:
    source = Arxiv(feeds={"cs.CV": day()})
    await due(store, source, MONDAY)
    before = dump(store, without=("cursors",))

    source.feeds["cs.CV"] = day(on="Tue, 24 Nov 2026") + b"\n"
    [report] = await due(store, source, TUESDAY)

    assert report.condition is Condition.STALE
    assert report.added == Added()
    assert dump(store, without=("cursors",)) == before
    assert store.cursors.get("cs.CV").day == date(2026, 11, 23), "still waiting for Tuesday"
    assert await due(store, source, TUESDAY + 20 * MINUTE), "and asks again"


async def test_what_is_whole_of_a_broken_answer_is_kept_and_the_rest_asked_for(
    store: Store,
) -> None:
    whole = day(many(3))
    source = Arxiv(feeds={"cs.CV": whole}, trouble=[page(whole[: whole.rindex(b"<guid>")])])

    [first] = await due(store, source, MONDAY)
    assert (first.condition, first.is_usable) == (Condition.PARTIAL, False)
    assert first.added == Added(stored=2)

    [second] = await due(store, source, MONDAY + 20 * MINUTE)
    assert source.etags == ["", ""], "an etag of half an answer would keep the whole away"
    assert second.added == Added(stored=1, known=2)
    assert count(store, "announcements") == 3


@pytest.mark.parametrize(
    ("trouble", "condition"),
    [
        (status(503, retry_after="120"), Condition.LIMITED),
        (status(403), Condition.LIMITED),
        (silence, Condition.UNREACHABLE),
        (status(500), Condition.UNREACHABLE),
        (page(b""), Condition.BROKEN),
        (page(b"<html></html>"), Condition.NOT_A_FEED),
        (page(b"Rate exceeded."), Condition.LIMITED),
    ],
)
async def test_a_bad_answer_changes_nothing_and_the_next_one_brings_all(
    store: Store, trouble: Answer, condition: Condition
) -> None:
    source = Arxiv(feeds={"cs.CV": day()}, trouble=[trouble])
    before = dump(store, without=("cursors", "leases"))

    [report] = await due(store, source, MONDAY)

    assert (report.condition, report.is_usable) == (condition, False)
    assert report.reason
    assert dump(store, without=("cursors", "leases")) == before
    assert store.cursors.get("cs.CV").day is None

    [healed] = await due(store, source, MONDAY + 20 * MINUTE)
    assert healed.added == Added(stored=1)


async def test_a_limit_stops_the_round_and_arxiv_rests_as_long_as_it_said(store: Store) -> None:
    source = Arxiv(
        feeds={"cs": day(), "math": day(["2611.90002v1"])},
        trouble=[status(429, retry_after="1800")],
    )

    assert len(await due(store, source, MONDAY, "cs", "math")) == 1
    assert await due(store, source, MONDAY + 29 * MINUTE, "cs", "math") == []
    assert source.asked == ["cs"]

    reports = await due(store, source, MONDAY + 30 * MINUTE, "cs", "math")
    assert [report.added for report in reports] == [Added(stored=1), Added(stored=1)]


class Crash(Exception):
    """The process ends here."""


@dataclass(slots=True)
class Watched:
    """The papers of a store: how many came in each transaction, and where the process ends."""

    papers: Papers
    ends_at: int = 10**9
    sizes: list[int] = field(default_factory=list)

    def add(self, announcements: Sequence[Announcement], *, seen: datetime) -> Added:
        self.sizes.append(len(announcements))
        added = self.papers.add(announcements, seen=seen)
        if len(self.sizes) == self.ends_at:
            raise Crash
        return added


def batch(papers: Iterable[str]) -> Batch:
    return parse(day(papers), source="cs.CV")


async def test_a_bulk_load_goes_in_short_transactions(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(store.papers)
    monkeypatch.setattr(store, "papers", watched)

    report = await keep(store, batch(many(2 * CHUNK + 1)), MONDAY)

    assert watched.sizes == [CHUNK, CHUNK, 1]
    assert report.added == Added(stored=2 * CHUNK + 1)


@settings(max_examples=15)
@given(number=st.integers(1, 3 * CHUNK), ends_at=st.integers(1, 3))
def test_a_crash_between_chunks_loses_nothing_and_a_repeat_adds_nothing(
    number: int, ends_at: int
) -> None:
    store = open_store("sqlite://")
    whole, papers = batch(many(number)), store.papers
    try:
        with pytest.MonkeyPatch.context() as patch, suppress(Crash):
            patch.setattr(store, "papers", Watched(papers, ends_at))
            asyncio.run(keep(store, whole, MONDAY))
        is_done = store.cursors.get("cs.CV").day is not None
        assert is_done == (ends_at > -(-number // CHUNK)), "the cursor moves with the last chunk"

        report = asyncio.run(keep(store, whole, MONDAY))

        assert report.added.stored + report.added.known == number
        assert papers.count() == count(store, "announcements") == number
        assert store.cursors.get("cs.CV").day == date(2026, 11, 23)
        assert asyncio.run(keep(store, whole, MONDAY)).added == Added(known=number)
    finally:
        store.close()


async def test_kinds_are_counted_by_the_feeds_word(store: Store) -> None:
    kinds = ("new", "cross", "replace", "replace", "replace-cross")
    body = rss(item(f"2611.9000{n}v1", kind=kind) for n, kind in enumerate(kinds))

    report = await keep(store, parse(body, source="cs.CV"), MONDAY)

    assert [report.counts[kind] for kind in Kind] == [1, 1, 2, 1]
    stored = store.papers.on_days(date(2026, 11, 23), date(2026, 11, 23))
    assert Counter(one.kind for one in stored) == report.counts


def test_the_feeds_of_the_default_settings_hold_every_category_and_none_is_cut() -> None:
    polled = Config.model_validate({}).categories
    groups = feed_groups(polled)
    papers = json.loads(Path(arxiv.__file__).with_name("papers_per_day.json").read_text())

    assert sorted("+".join(groups).split("+")) == sorted(categories())
    assert all(sum(papers[code] for code in group.split("+")) <= MOST for group in groups)
    assert len(groups) < 20, "few questions: each takes three seconds"


def document() -> Digest:
    name = "cs.CV_2026-11-20.md"
    return read_document(name, (DOCUMENTS / name).read_bytes())


def test_an_imported_document_keeps_its_papers_and_is_sent_to_nobody(store: Store) -> None:
    kept = store.digests.get(import_digest(store, document()))

    assert kept
    assert (kept.imported, kept.topic, kept.issued) == (
        True,
        "cs.CV",
        datetime(2026, 11, 20, tzinfo=UTC),
    )
    assert [entry.verbatim for entry in kept.entries] == [
        entry.verbatim for entry in document().entries
    ]
    assert [entry.paper.id for entry in kept.entries] == ["arxiv:2611.90001", "arxiv:2611.90002"]
    assert all(entry.paper.partial for entry in kept.entries)
    assert {gloss.language for entry in kept.entries for gloss in entry.glosses} == {"zh"}
    assert count(store, "parcels") == count(store, "announcements") == 0


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en"), ("en", "zh"), ("de", "en")])
@pytest.mark.parametrize("kind", ["whole", "left out", "untranslated", "empty", "hostile", "long"])
def test_a_document_of_ours_comes_back_byte_for_byte(
    store: Store, kind: str, languages: tuple[str, ...]
) -> None:
    """Whatever the papers in it were when it was written, and whatever language is asked for."""
    whole = sample()
    first = whole.entries[0]
    odd = replace(first.paper, title="[a](http://b) | <c>", authors=("Kettle Team", ":", "Ada One"))
    ours = {
        "whole": replace(whole, rest=()),
        "left out": replace(whole, beyond=(Kind.NEW, Kind.CROSS)),
        "untranslated": replace(whole, entries=(replace(first, glosses=()),)),
        "empty": replace(whole, entries=(), rest=()),
        "hostile": replace(whole, entries=(replace(first, paper=odd),)),
        "long": replace(whole, entries=whole.entries * 20),
    }[kind]
    text = FORMS["markdown"](ours, languages)

    read = read_document("notes.md", text.encode())
    kept = store.digests.get(import_digest(store, read))

    assert kept
    assert FORMS["markdown"](kept, ("zh",)) == FORMS["markdown"](kept, ("en",)) == text
    assert kept.languages == languages
    assert kept.matched == ours.matched
    assert store.digests.drop_topicless(kept.issued + timedelta(days=400)) == 0
    again = store.digests.get(kept.number)
    assert again == kept


def test_a_document_brings_no_classes_of_other_schemes(store: Store) -> None:
    """An older version may have written them beside the categories."""
    found = document()
    first, *others = found.entries
    odd = replace(first.paper, categories=("68T05", "cs.CV", "I.2.7; J.3"))

    number = import_digest(store, replace(found, entries=(replace(first, paper=odd), *others)))

    kept = store.digests.get(number)
    assert kept
    assert kept.entries[0].paper.categories == ("cs.CV",)


def test_a_document_brings_no_author_who_is_none(store: Store) -> None:
    """An older version may have written what arXiv had made of "Kettle Team: Ada One"."""
    found = document()
    first, *others = found.entries
    odd = replace(first.paper, authors=("Kettle Team", ":", "Ada One", "and Bo Two"))

    number = import_digest(store, replace(found, entries=(replace(first, paper=odd), *others)))

    kept = store.digests.get(number)
    assert kept
    assert kept.entries[0].paper.authors == ("Kettle Team", "Ada One", "Bo Two")


def test_the_same_document_again_is_the_one_that_is_there(store: Store) -> None:
    first = import_digest(store, document())
    before = dump(store)

    assert import_digest(store, document()) == first
    assert dump(store) == before


def test_another_document_of_the_same_day_is_another_digest(store: Store) -> None:
    shorter = replace(document(), entries=document().entries[1:])

    assert import_digest(store, document()) != import_digest(store, shorter)


async def test_a_feed_completes_what_a_document_had_cut(store: Store) -> None:
    number = import_digest(store, document())

    report = await keep(store, batch(["2611.90001v1"]), MONDAY)

    assert report.added == Added(updated=1)
    paper = store.papers.get("arxiv:2611.90001")
    assert paper
    assert (paper.partial, paper.abstract) == (False, "It boils.")
    kept = store.digests.get(number)
    assert kept
    assert kept.entries[0].verbatim == document().entries[0].verbatim, "for ever as it was"
