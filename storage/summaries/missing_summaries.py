"""Find the summaries that digests lack or got late."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from storage.engine.column_types import from_micros, to_micros
from storage.engine.sqlite import Engine
from storage.records.summaries import SummaryCoverage, SummaryJob
from storage.summaries.summaries import EXTRACTIVE

# An extract of the abstract does not count as generated.
IS_GENERATED = f"g.producer <> '{EXTRACTIVE}' and g.tldr <> ''"
_MIN_SAMPLE = 20  # summaries that a mean needs
_RECENT_SUMMARIES = 20_000  # of all producers, among which a model's are counted


def find_missing_summaries(engine: Engine, bot: int, since: datetime) -> list[SummaryJob]:
    """Return the summaries that topics' messages since an instant lack, in their languages.

    Dropped messages do not count. Digests of queries that the chat does not follow get only the
    summaries that exist: they cost nothing.
    """
    rows = engine.fetch_all(
        """
        select e.paper, e.version, p.languages, min(d.issued_at) as needed_at from digests d
        join entries e on e.digest = d.number and e.shown = 1
        join outbox_messages p on p.digest = d.number and p.state <> 'dropped'
        where d.bot = :bot and d.issued_at >= :since and d.imported = 0
            and (d.subscription > 0 or exists (select 1 from subscriptions s
                where s.bot = d.bot and s.chat = d.chat and s.query = d.query))
        group by e.paper, e.version, p.languages order by needed_at, e.paper
        """,
        bot=bot,
        since=to_micros(since),
    )
    return [
        SummaryJob(row["paper"], row["version"], language, from_micros(row["needed_at"]))
        for row in rows
        for language in json.loads(row["languages"])
        if not _is_generated(engine, row["paper"], row["version"], language)
    ]


def _is_generated(engine: Engine, paper: int, version: int, language: str) -> bool:
    row = engine.fetch_one(
        f"""
        select 1 from summaries g where g.paper = :paper and g.version = :version
            and g.language = :language and {IS_GENERATED}
        """,
        paper=paper,
        version=version,
        language=language,
    )
    return row is not None


def digests_with_late_summaries(engine: Engine, bot: int, since: datetime) -> list[int]:
    """Return digests since an instant with shown papers that got better summaries meanwhile.

    Only in the languages of their messages.
    """
    rows = engine.fetch_all(
        f"""
        select distinct d.number from digests d
        join entries e on e.digest = d.number and e.shown = 1
        join summaries g on g.paper = e.paper and g.version = e.version
        where d.bot = :bot and d.issued_at >= :since and d.imported = 0 and {IS_GENERATED}
            and exists (select 1 from outbox_messages p where p.digest = d.number
                and p.state = 'sent' and instr(p.languages, '"' || g.language || '"') > 0)
            and not exists (select 1 from entry_summaries s
                join summaries k on k.key = s.summary
                where s.digest = d.number and s.revision = d.revision
                    and s.entry_position = e.position and k.language = g.language
                    and k.producer <> '{EXTRACTIVE}' and k.tldr <> '')
        order by d.number
        """,
        bot=bot,
        since=to_micros(since),
    )
    return [int(row["number"]) for row in rows]


def mean_tokens(engine: Engine, model: str, language: str) -> float:
    """Return the mean tokens of a model's recent summaries in a language; 0 where few exist."""
    row = engine.fetch_one(
        """
        select count(*) as n, avg(tokens) as mean from (select tokens from summaries
            where key > (select coalesce(max(key), 0) - :recent from summaries)
                and producer = :model and language = :language and tokens > 0
            order by key desc limit 200)
        """,
        recent=_RECENT_SUMMARIES,
        model=model,
        language=language,
    )
    return float(row["mean"]) if row and row["n"] >= _MIN_SAMPLE else 0.0


def coverage(
    engine: Engine, bot: int, languages: Iterable[str], since: datetime
) -> tuple[SummaryCoverage, ...]:
    """Count the paper versions a bot's digests since an instant showed, and the summarized ones.

    For each language, by one scan of what was shown.
    """
    rows = engine.fetch_all(
        f"""
        with shown as materialized (select distinct e.paper, e.version from digests d
            join entries e on e.digest = d.number
            where d.bot = :bot and d.issued_at >= :since and d.imported = 0 and e.shown = 1)
        select '' as language, count(*) as n from shown
        union all
        select language, count(*) as n from (select distinct g.language, g.paper, g.version
            from shown join summaries g on g.paper = shown.paper and g.version = shown.version
            where {IS_GENERATED}) made
        group by language
        """,
        bot=bot,
        since=to_micros(since),
    )
    counts = {row["language"]: int(row["n"]) for row in rows}
    return tuple(
        SummaryCoverage(language, counts.get(language, 0), counts[""]) for language in languages
    )
