"""Keep the full text of the papers: one row per paper, in step with it and its summaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from storage.engine.sqlite import Engine, Value
from storage.papers.fts_query import (
    exact_expression,
    superset_expression,
    with_former_words,
)
from storage.records.papers import Paper
from storage.records.queries import Clause

IndexColumns: TypeAlias = Mapping[str, Value]
"""What the full text keeps of a paper, by column."""


class PaperIndex:
    """Analysed words by column; rows are numbered by the papers' sort keys, newest last."""

    def __init__(self, engine: Engine, analyze: Callable[[str], str]) -> None:
        self._engine = engine
        self._analyze = analyze

    def match_expression(self, clause: Clause) -> str:
        """Write the MATCH expression of a clause; "" where it excludes no paper.

        Until all papers have the words of this analyser, it looks for those of the former too.
        """
        return superset_expression(
            with_former_words(clause) if self.outdated_keys() else clause, self._analyze
        )

    def exact_expression(self, clause: Clause) -> str:
        """Write the MATCH expression that finds what a clause matches; "" where none does."""
        return "" if self.outdated_keys() else exact_expression(clause, self._analyze)

    def add(self, sort_key: int, columns: IndexColumns) -> None:
        """Index a new paper."""
        self._engine.execute(
            """
            insert into paper_index (rowid, title, abstract, authors, categories, id, summary)
            values (:sort_key, :title, :abstract, :authors, :categories, :id, '')
            """,
            sort_key=sort_key,
            **columns,
        )

    def replace(self, sort_key: int, columns: IndexColumns, summary_text: str) -> None:
        """Index a paper anew, with the text of its summaries."""
        self._engine.execute(
            """
            update paper_index set title = :title, abstract = :abstract, authors = :authors,
                categories = :categories, id = :id, summary = :summary
            where rowid = :sort_key
            """,
            sort_key=sort_key,
            summary=self._analyze(summary_text),
            **columns,
        )

    def set_summary_text(self, paper: int, summary_text: str) -> None:
        """Replace the text of a paper's summaries in the index."""
        self._engine.execute(
            """
            update paper_index set summary = :summary
            where rowid = (select sort_key from papers where key = :paper)
            """,
            summary=self._analyze(summary_text),
            paper=paper,
        )

    def is_analyzed_by(self, analyzer: str) -> bool:
        """Tell whether papers have, or are getting, the words of this analyser."""
        return self._engine.has_row(
            "select 1 from search_index_state where analyzer = :analyzer", analyzer=analyzer
        )

    def begin_reindex(self, analyzer: str) -> None:
        """Start to index all papers anew by this analyser, unless it indexed them.

        Papers that are added from now on have its words.
        """
        if self.is_analyzed_by(analyzer):
            return
        self._engine.execute(
            """
            update search_index_state set analyzer = :analyzer, outdated_after = 0,
                outdated_up_to = (select coalesce(max(key), 0) from papers)
            where analyzer <> :analyzer
            """,
            analyzer=analyzer,
        )

    def is_reindexing(self) -> bool:
        """Tell whether some papers still have the words of a former analyser."""
        return self.outdated_keys() is not None

    def outdated_keys(self) -> tuple[int, int] | None:
        """Return between which keys papers have the words of a former analyser, or None."""
        row = self._engine.fetch_one(
            """
            select outdated_after, outdated_up_to from search_index_state
            where outdated_after < outdated_up_to
            """
        )
        return (int(row["outdated_after"]), int(row["outdated_up_to"])) if row else None

    def mark_reindexed(self, analyzer: str, lowest_key: int) -> None:
        """Record that all papers from a key on have the words of this analyser."""
        self._engine.execute(
            """
            update search_index_state set outdated_up_to = :outdated_up_to
            where analyzer = :analyzer and outdated_up_to > :outdated_up_to
            """,
            outdated_up_to=lowest_key - 1,
            analyzer=analyzer,
        )

    def analyze_paper(self, paper: Paper) -> IndexColumns:
        """Analyse a paper's words, column by column."""
        return {
            "title": self._analyze(paper.title),
            "abstract": self._analyze(paper.abstract),
            "authors": self._analyze("\n".join(paper.authors)),
            "categories": " ".join(paper.categories),
            "id": f"{paper.id} {paper.id.partition(':')[2]}",
        }
