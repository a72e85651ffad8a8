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


class MissingSummaries:
    """What digests showed without the summaries that they were to have."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, bot: int, since: datetime) -> list[SummaryJob]:
        """Return the summaries that topics' messages since an instant lack, in their languages.

        Dropped messages do not count. Digests of queries that the chat does not follow get only the
        summaries that exist: they cost nothing.
        """
        rows = self._engine.fetch_all(
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
        jobs: list[SummaryJob] = []
        for row in rows:
            for language in json.loads(row["languages"]):
                generated_row = self._engine.fetch_one(
                    f"""
                    select 1 from summaries g where g.paper = :paper and g.version = :version
                        and g.language = :language and {IS_GENERATED}
                    """,
                    paper=row["paper"],
                    version=row["version"],
                    language=language,
                )
                if generated_row is None:
                    needed_at = from_micros(row["needed_at"])
                    jobs.append(SummaryJob(row["paper"], row["version"], language, needed_at))
        return jobs

    def digests_with_late_summaries(self, bot: int, since: datetime) -> list[int]:
        """Return digests since an instant with shown papers that got better summaries meanwhile.

        Only in the languages of their messages.
        """
        rows = self._engine.fetch_all(
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

    def coverage(
        self, bot: int, languages: Iterable[str], since: datetime
    ) -> tuple[SummaryCoverage, ...]:
        """Count the paper versions that digests since an instant showed, and the summarized ones.

        For each language, by one scan of what was shown.
        """
        rows = self._engine.fetch_all(
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
        counts_by_language = {row["language"]: int(row["n"]) for row in rows}
        return tuple(
            SummaryCoverage(language, counts_by_language.get(language, 0), counts_by_language[""])
            for language in languages
        )
