"""Glosses that are wanted and not there yet: ordered once, made by one, tried again after."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.engine.column_types import instant, micros, micros_or_null, seconds
from storage.engine.sqlite import Engine, Row, Value
from storage.records import Backlog, Commission, Coverage
from storage.summaries import missing_summaries
from storage.summaries.missing_summaries import MADE

_ORDER = f"""
    insert into commissions (paper, version, language, wanted, attempts, next_at, lease_until,
        error)
    select :paper, :version, :language, :wanted, 0, 0, 0, ''
    where not exists (select 1 from glosses g where g.paper = :paper and g.version = :version
        and g.language = :language and {MADE})
    on conflict do nothing
"""


class Commissions:
    """What is ordered from models."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def order(self, commissions: Iterable[Commission]) -> int:
        """Order glosses that nobody made yet; return how many are new.

        One that is ordered already is at most wanted earlier; one that was given up stays so.
        """
        with self._engine.writing():
            return sum(self._order(one) for one in commissions)

    def _order(self, one: Commission) -> bool:
        values: dict[str, Value] = {
            "paper": one.paper,
            "version": one.version,
            "language": one.language,
            "wanted": micros(one.wanted),
        }
        if self._engine.change(_ORDER, **values):
            return True
        self._engine.change(
            """
            update commissions set wanted = :wanted
            where paper = :paper and version = :version and language = :language
                and wanted > :wanted
            """,
            **values,
        )
        return False

    def claim(self, now: datetime, lasts: float, limit: int) -> list[Commission]:
        """Take what is wanted first for some seconds, so that no other process pays for it."""
        rows = self._engine.changed(
            """
            update commissions set lease_until = :until, fence = fence + 1 where key in (
                select key from commissions
                where next_at <= :now and lease_until <= :now
                order by wanted, key limit :limit)
            returning *
            """,
            now=micros(now),
            until=micros(now) + seconds(lasts),
            limit=limit,
        )
        return sorted(map(_commission_of, rows), key=lambda one: (one.wanted, one.key))

    def done(self, one: Commission) -> None:
        """Forget an order, in the transaction that keeps its gloss, whoever made it."""
        self._engine.change("delete from commissions where key = :key", key=one.key)

    def fail(self, one: Commission, error: str, until: datetime | None) -> bool:
        """Count a failure; tried again at an instant, or never.

        False when another has claimed it since: then that one's word counts.
        """
        return bool(
            self._engine.change(
                """
                update commissions set attempts = attempts + 1, error = :error, next_at = :until,
                    lease_until = 0
                where key = :key and fence = :fence
                """,
                key=one.key,
                fence=one.fence,
                error=error,
                until=micros_or_null(until),
            )
        )

    def give_back(self, one: Commission) -> bool:
        """Let others take what was claimed and not tried; False when another has done so."""
        return bool(
            self._engine.change(
                "update commissions set lease_until = 0 where key = :key and fence = :fence",
                key=one.key,
                fence=one.fence,
            )
        )

    def recover(self) -> int:
        """Take over what a former process was at; what it had under way is paid once more."""
        return self._engine.change(
            "update commissions set lease_until = 0 where lease_until > 0 and next_at is not null"
        )

    def retry(self, commissions: Iterable[Commission]) -> int:
        """Try these again where they were given up or wait; return how many."""
        with self._engine.writing():
            return sum(self._retry(one) for one in commissions)

    def _retry(self, one: Commission) -> int:
        return self._engine.change(
            """
            update commissions set next_at = 0, attempts = 0
            where paper = :paper and version = :version and language = :language
                and (next_at is null or next_at > 0)
            """,
            paper=one.paper,
            version=one.version,
            language=one.language,
        )

    def retire(self, before: datetime, limit: int = 1000) -> int:
        """Forget some orders that were wanted before an instant; return how many."""
        return self._engine.change(
            """
            delete from commissions where key in (
                select key from commissions where wanted < :before order by key limit :limit)
            """,
            before=micros(before),
            limit=limit,
        )

    def pending(self, digest: int) -> int:
        """Count the glosses that a digest's messages lack and that are still tried."""
        row = self._engine.one(
            """
            select count(*) as n from entries e
            join commissions c on c.paper = e.paper and c.version = e.version
            where e.digest = :digest and e.shown = 1 and c.next_at is not null
                and exists (select 1 from parcels p where p.digest = e.digest
                    and instr(p.languages, '"' || c.language || '"') > 0)
            """,
            digest=digest,
        )
        return int(row["n"]) if row else 0

    def are_tried(self, commissions: Iterable[Commission], before: datetime) -> bool:
        """Tell whether one of these is ordered and will be tried before an instant."""
        return any(self._is_tried(one, before) for one in commissions)

    def _is_tried(self, one: Commission, before: datetime) -> bool:
        row = self._engine.one(
            """
            select 1 from commissions where paper = :paper and version = :version
                and language = :language and next_at <= :before
            """,
            paper=one.paper,
            version=one.version,
            language=one.language,
            before=micros(before),
        )
        return row is not None

    def unsaid(self, bot: int, since: datetime) -> list[Commission]:
        """Return the glosses that topics' messages since an instant lack, in their languages.

        What was dropped nobody reads, unless it comes back. Words that the chat does not follow are
        answered with what is there: they cost nothing.
        """
        return missing_summaries.unsaid(self._engine, bot, since)

    def late(self, bot: int, since: datetime) -> list[int]:
        """Return digests issued since an instant that show less than was said meanwhile.

        In the languages that their messages were written in, for the papers that they show.
        """
        return missing_summaries.late(self._engine, bot, since)

    def mean_tokens(self, model: str, language: str) -> float:
        """Return what a model's recent glosses in a language cost; 0 where it made few."""
        return missing_summaries.mean_tokens(self._engine, model, language)

    def backlog(self) -> Backlog:
        """Count what waits, what of it failed before, and what was given up."""
        row = self._engine.one(
            """
            select count(next_at) as waiting, count(*) - count(next_at) as given_up,
                coalesce(sum(next_at is not null and attempts > 0), 0) as failed
            from commissions
            """
        )
        return Backlog(row["waiting"], row["failed"], row["given_up"]) if row else Backlog()

    def coverage(self, bot: int, languages: Iterable[str], since: datetime) -> tuple[Coverage, ...]:
        """Count the paper versions a bot's digests since an instant showed, and the glossed ones.

        For each language, by one walk over what was shown.
        """
        return missing_summaries.coverage(self._engine, bot, languages, since)


def _commission_of(row: Row) -> Commission:
    return Commission(
        paper=row["paper"],
        version=row["version"],
        language=row["language"],
        wanted=instant(row["wanted"]),
        attempts=row["attempts"],
        error=row["error"],
        fence=row["fence"],
        key=row["key"],
    )
