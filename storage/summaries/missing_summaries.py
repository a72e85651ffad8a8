"""What is said of the papers that digests show, and what is lacking."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from storage.engine.column_types import instant, micros
from storage.engine.sqlite import Engine
from storage.records import Commission, Coverage
from storage.summaries.summaries import EXTRACTIVE

# What an abstract says by itself is no gloss that anybody made.
MADE = f"g.maker <> '{EXTRACTIVE}' and g.gist <> ''"
_ENOUGH = 20  # glosses that a mean is believed of
_RECENT = 20_000  # glosses, by whomever, among which a model's are looked for


def unsaid(engine: Engine, bot: int, since: datetime) -> list[Commission]:
    """Return the glosses that topics' messages since an instant lack, in their languages.

    What was dropped nobody reads, unless it comes back. Words that the chat does not follow are
    answered with what is there: they cost nothing.
    """
    rows = engine.all(
        """
        select e.paper, e.version, p.languages, min(d.issued) as wanted from digests d
        join entries e on e.digest = d.number and e.shown = 1
        join parcels p on p.digest = d.number and p.state <> 'dropped'
        where d.bot = :bot and d.issued >= :since and d.imported = 0
            and (d.subscription > 0 or exists (select 1 from subscriptions s
                where s.bot = d.bot and s.chat = d.chat and s.query = d.query))
        group by e.paper, e.version, p.languages order by wanted, e.paper
        """,
        bot=bot,
        since=micros(since),
    )
    return [
        Commission(row["paper"], row["version"], language, instant(row["wanted"]))
        for row in rows
        for language in json.loads(row["languages"])
        if not _is_made(engine, row["paper"], row["version"], language)
    ]


def _is_made(engine: Engine, paper: int, version: int, language: str) -> bool:
    row = engine.one(
        f"""
        select 1 from glosses g where g.paper = :paper and g.version = :version
            and g.language = :language and {MADE}
        """,
        paper=paper,
        version=version,
        language=language,
    )
    return row is not None


def late(engine: Engine, bot: int, since: datetime) -> list[int]:
    """Return digests issued since an instant that show less than was said meanwhile.

    In the languages that their messages were written in, for the papers that they show.
    """
    rows = engine.all(
        f"""
        select distinct d.number from digests d
        join entries e on e.digest = d.number and e.shown = 1
        join glosses g on g.paper = e.paper and g.version = e.version
        where d.bot = :bot and d.issued >= :since and d.imported = 0 and {MADE}
            and exists (select 1 from parcels p where p.digest = d.number
                and p.state = 'sent' and instr(p.languages, '"' || g.language || '"') > 0)
            and not exists (select 1 from entry_glosses s join glosses k on k.key = s.gloss
                where s.digest = d.number and s.revision = d.revision and s.place = e.place
                    and k.language = g.language and k.maker <> '{EXTRACTIVE}'
                    and k.gist <> '')
        order by d.number
        """,
        bot=bot,
        since=micros(since),
    )
    return [int(row["number"]) for row in rows]


def mean_tokens(engine: Engine, model: str, language: str) -> float:
    """Return what a model's recent glosses in a language cost on average; 0 where it made few."""
    row = engine.one(
        """
        select count(*) as n, avg(tokens) as mean from (select tokens from glosses
            where key > (select coalesce(max(key), 0) - :recent from glosses)
                and maker = :model and language = :language and tokens > 0
            order by key desc limit 200)
        """,
        recent=_RECENT,
        model=model,
        language=language,
    )
    return float(row["mean"]) if row and row["n"] >= _ENOUGH else 0.0


def coverage(
    engine: Engine, bot: int, languages: Iterable[str], since: datetime
) -> tuple[Coverage, ...]:
    """Count the paper versions that a bot's digests since an instant showed, and the glossed ones.

    For each language, by one walk over what was shown.
    """
    rows = engine.all(
        f"""
        with shown as materialized (select distinct e.paper, e.version from digests d
            join entries e on e.digest = d.number
            where d.bot = :bot and d.issued >= :since and d.imported = 0 and e.shown = 1)
        select '' as language, count(*) as n from shown
        union all
        select language, count(*) as n from (select distinct g.language, g.paper, g.version
            from shown join glosses g on g.paper = shown.paper and g.version = shown.version
            where {MADE}) made
        group by language
        """,
        bot=bot,
        since=micros(since),
    )
    counts = {row["language"]: int(row["n"]) for row in rows}
    return tuple(Coverage(one, counts.get(one, 0), counts[""]) for one in languages)
