"""Find papers and announcements by their words: a superset, for the matcher to decide.

No paper that matches is missing; some may not match (storage.papers.fts_query says which). The
words are those of the papers' newest versions.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest

from storage.engine.column_types import format_day
from storage.engine.sqlite import Engine, Row, Value
from storage.papers.announcements import (
    SELECT_ANNOUNCEMENTS,
    Announcements,
    announcements_from_rows,
)
from storage.papers.fts_query import title_expression, word_expression
from storage.papers.paper_rows import (
    CURRENT_VERSIONS,
    PAPER_COLUMNS,
    paper_from_row,
    sort_key_before,
)
from storage.papers.search_index import PaperIndex
from storage.records.papers import Announcement, AnnouncementKind, IndexedPaper, Paper
from storage.records.queries import Clause

_NEW_ON_DAYS = "a.day between :first and :last and a.kind in (:new, :cross)"
_MATCHING_ROWS = "select rowid from paper_index where paper_index match :expression"
_MATCHING_ROWS_FROM = (
    "select rowid from paper_index where paper_index match :expression and rowid >= :floor"
)
_TITLE_MATCHING_ROWS_FROM = (
    "select rowid from paper_index where paper_index match :titled and rowid >= :floor"
)


@dataclass(frozen=True, slots=True)
class _LowestSortKey:
    """The lowest sort key of the papers of some days, as of the newest announcement."""

    first: date
    last: date
    newest_seq: int
    sort_key: int


class PaperSearch:
    """Searches of the full text, in a few days or in everything that is stored."""

    def __init__(self, engine: Engine, announcements: Announcements, index: PaperIndex) -> None:
        self._engine = engine
        self._announcements = announcements
        self._index = index
        self._cached_lowest_key: _LowestSortKey | None = None

    def find_announcements_on_days(
        self, clause: Clause, first: date, last: date
    ) -> list[Announcement]:
        """Return the announcements of these days whose papers may match, in order.

        Wide like search, for the matcher to decide; by the words of the papers' newest
        versions.
        """
        expression = self._index.match_expression(clause)
        if not expression:
            return self._announcements.on_days(first, last)
        condition, parameters = self._match_condition(expression)
        rows = self._engine.fetch_all(
            f"{SELECT_ANNOUNCEMENTS} where a.day between :first and :last and {condition}"
            " order by a.seq",
            first=format_day(first),
            last=format_day(last),
            **parameters,
        )
        return announcements_from_rows(rows)

    def find_announcements_between(
        self, clause: Clause, after_seq: int, up_to_seq: int
    ) -> list[Announcement]:
        """Return the announcements between two positions whose papers may match, in order."""
        expression = self._index.match_expression(clause)
        if not expression:
            return self._announcements.between(after_seq, up_to_seq)
        condition, parameters = self._match_condition(expression)
        rows = self._engine.fetch_all(
            f"{SELECT_ANNOUNCEMENTS} where a.seq > :after and a.seq <= :upto and {condition}"
            " order by a.seq",
            after=after_seq,
            upto=up_to_seq,
            **parameters,
        )
        return announcements_from_rows(rows)

    def _match_condition(self, expression: str) -> tuple[str, dict[str, Value]]:
        """Return the condition of papers that may match; papers not yet indexed anew all may.

        A paper that is missed here would count as covered.
        """
        outdated_keys = self._index.outdated_keys()
        if outdated_keys is None:
            return f"p.sort_key in ({_MATCHING_ROWS})", {"expression": expression}
        parameters: dict[str, Value] = {"low": outdated_keys[0], "high": outdated_keys[1]}
        return (
            f"(p.sort_key in ({_MATCHING_ROWS}) or p.key > :low and p.key <= :high)",
            {"expression": expression, **parameters},
        )

    def count_new_matches(
        self, clause: Clause, first: date, last: date
    ) -> tuple[dict[date, int], bool]:
        """Count the papers each day brought anew that may match, and tell if all of them do.

        Counted by the index, for nobody reads them; by the words of their newest versions. A paper
        counts on the first of its days.
        """
        exact_match = self._index.exact_expression(clause)
        match_expression = exact_match or self._index.match_expression(clause)
        condition = f"and p.sort_key in ({_MATCHING_ROWS_FROM})" if match_expression else ""
        parameters = _new_on_days_values(first, last)
        if match_expression:
            parameters |= {
                "expression": match_expression,
                "floor": self._lowest_sort_key(first, last),
            }
        rows = self._engine.fetch_all(
            f"""
            select day, count(*) as n from (
                select min(a.day) as day from announcements a
                join papers p on p.key = a.paper
                where {_NEW_ON_DAYS} {condition} group by a.paper
            ) group by day
            """,
            **parameters,
        )
        return {date.fromisoformat(row["day"]): row["n"] for row in rows}, bool(exact_match)

    def newest_matches(
        self, clause: Clause, first: date, last: date, limit: int
    ) -> list[Announcement]:
        """Return the newest of these days whose papers may match, those found by title first."""
        match_expression = self._index.match_expression(clause)
        expression_in_titles = title_expression(clause)
        condition = f"and p.sort_key in ({_MATCHING_ROWS_FROM})" if match_expression else ""
        title_order = (
            f"p.sort_key in ({_TITLE_MATCHING_ROWS_FROM}) desc," if expression_in_titles else ""
        )
        parameters = _new_on_days_values(first, last)
        if match_expression:
            parameters["expression"] = match_expression
        if expression_in_titles:
            parameters["titled"] = expression_in_titles
        if match_expression or expression_in_titles:
            parameters["floor"] = self._lowest_sort_key(first, last)
        rows = self._engine.fetch_all(
            f"""
            {SELECT_ANNOUNCEMENTS}
            where {_NEW_ON_DAYS} {condition}
            order by {title_order} a.day desc, a.seq desc limit :limit
            """,
            limit=limit,
            **parameters,
        )
        return announcements_from_rows(rows)

    def _lowest_sort_key(self, first: date, last: date) -> int:
        """Return the lowest sort key of the papers of these days; the index is searched from there.

        A common word occurs in a third of all stored papers. The key is cached until more is
        announced: announcements and sort keys never change.
        """
        newest_seq = self._announcements.last_seq()
        cached = self._cached_lowest_key
        if cached and (cached.first, cached.last, cached.newest_seq) == (first, last, newest_seq):
            return cached.sort_key
        sort_key = self._engine.fetch_number(
            f"""
            select min(p.sort_key) from announcements a join papers p on p.key = a.paper
            where {_NEW_ON_DAYS} and a.seq <= :upto
            """,
            **_new_on_days_values(first, last),
            upto=newest_seq,
        )
        if not self._engine.is_writing:  # what is undone must not be remembered
            self._cached_lowest_key = _LowestSortKey(first, last, newest_seq, sort_key)
        return sort_key

    def search(self, clause: Clause, *, limit: int, offset: int = 0) -> list[Paper]:
        """Return a page of the papers that may match, the latest first announcements first.

        No paper that matches is missing; some may not match, so the caller asks the matcher again
        and fetches pages until it has enough.
        """
        expression = self._index.match_expression(clause)
        condition = "where paper_index match :expression" if expression else ""
        rows = self._engine.fetch_all(
            f"""
            select {PAPER_COLUMNS} from (
                select rowid as sort_key from paper_index {condition}
                order by rowid desc limit :limit offset :offset
            ) found, {CURRENT_VERSIONS}
            where p.sort_key = found.sort_key
            order by p.sort_key desc
            """,
            limit=limit,
            offset=offset,
            **({"expression": expression} if expression else {}),
        )
        return [paper_from_row(row) for row in rows]

    def newest_with_title_matches(self, clause: Clause, *, limit: int) -> list[IndexedPaper]:
        """Return papers that may match: the newest, and the newest that match in their titles.

        So many of each, the newest first; like search, some may not match.
        """
        match_expression = self._index.match_expression(clause)
        expression_in_titles = title_expression(clause)
        searches = [match_expression]
        if match_expression and expression_in_titles:
            searches.append(f"({match_expression} AND {expression_in_titles})")
        sort_keys: set[int] = set()
        for searched_expression in searches:
            condition = "where paper_index match :expression" if searched_expression else ""
            rows = self._engine.fetch_all(
                f"select rowid from paper_index {condition} order by rowid desc limit :limit",
                limit=limit,
                **({"expression": searched_expression} if searched_expression else {}),
            )
            sort_keys.update(row["rowid"] for row in rows)
        papers_by_sort_key = self._indexed_papers(list(sort_keys))
        return [papers_by_sort_key[sort_key] for sort_key in sorted(sort_keys, reverse=True)]

    def with_heaviest_words(
        self, word_weights: Mapping[str, int], *, limit: int
    ) -> list[IndexedPaper]:
        """Return the papers whose words weigh most together, the heaviest first.

        Each of these analysed words counts once, wherever the index has it. The index's own order
        would read how often and where each word stands, and SQL would sort a row for each word of
        each paper to add them up: both take several times as long.
        """
        if not word_weights:
            return []
        papers_of_word = (
            f"select :weight{n} as weight, group_concat(rowid, ' ') as sort_keys"
            f" from paper_index where paper_index match :word{n}"
            for n in range(len(word_weights))
        )
        rows = self._engine.fetch_all(
            " union all ".join(papers_of_word),
            **{f"word{n}": word_expression(word) for n, word in enumerate(word_weights)},
            **{f"weight{n}": weight for n, weight in enumerate(word_weights.values())},
        )
        weight_of_paper: dict[str, int] = {}
        for row in rows:
            weight = row["weight"]
            for sort_key in (row["sort_keys"] or "").split():
                weight_of_paper[sort_key] = weight_of_paper.get(sort_key, 0) + weight
        least_weight = min(nlargest(limit, weight_of_paper.values()), default=0)
        heaviest = sorted(
            (
                (weight, int(sort_key))
                for sort_key, weight in weight_of_paper.items()
                if weight >= least_weight
            ),
            reverse=True,
        )[:limit]
        papers_by_sort_key = self._indexed_papers([sort_key for _, sort_key in heaviest])
        papers = [(-weight, papers_by_sort_key[sort_key]) for weight, sort_key in heaviest]
        return [paper for _, paper in sorted(papers, key=lambda pair: (pair[0], pair[1].id))]

    def _indexed_papers(self, sort_keys: Sequence[int]) -> dict[int, IndexedPaper]:
        """Return papers' words by the papers' sort keys."""
        if not sort_keys:
            return {}
        names = ", ".join(f":sort_key{n}" for n in range(len(sort_keys)))
        rows = self._engine.fetch_all(
            f"""
            select p.sort_key, p.key, p.id, i.title, i.abstract
            from papers p join paper_index i on i.rowid = p.sort_key
            where p.sort_key in ({names})
            """,
            **{f"sort_key{n}": sort_key for n, sort_key in enumerate(sort_keys)},
        )
        return {row["sort_key"]: _indexed_paper_from_row(row) for row in rows}

    def newest_before(self, clause: Clause, day: date, *, limit: int) -> list[IndexedPaper]:
        """Return the newest papers first announced before a day that may match, the newest first.

        Only their words are read. There are none for a clause that excludes no paper.
        """
        fts_expression = self._index.exact_expression(clause) or self._index.match_expression(
            clause
        )
        if not fts_expression:
            return []
        rows = self._engine.fetch_all(
            """
            select p.key, p.id, i.title, i.abstract from (
                select rowid as sort_key from paper_index
                where paper_index match :expression and rowid <= :ceiling
                order by rowid desc limit :limit
            ) found
            join papers p on p.sort_key = found.sort_key
            join paper_index i on i.rowid = found.sort_key
            order by found.sort_key desc
            """,
            expression=fts_expression,
            ceiling=sort_key_before(day),
            limit=limit,
        )
        return list(map(_indexed_paper_from_row, rows))

    def count_matches(self, clause: Clause, *, limit: int) -> int:
        """Count the papers that may match, and stop at ``limit``."""
        return self._engine.fetch_number(
            """
            select count(*) as n from (
                select 1 from paper_index where paper_index match :expression limit :most)
            """,
            expression=self._index.match_expression(clause),
            most=limit,
        )


def _indexed_paper_from_row(row: Row) -> IndexedPaper:
    return IndexedPaper(row["key"], row["id"], row["title"], row["abstract"])


def _new_on_days_values(first: date, last: date) -> dict[str, Value]:
    return {
        "first": format_day(first),
        "last": format_day(last),
        "new": AnnouncementKind.NEW,
        "cross": AnnouncementKind.CROSS,
    }
