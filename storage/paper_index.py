"""The full text of the papers: one row per paper, kept in step with it and with its glosses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from storage.fulltext import exact, titled, upper
from storage.model import Clause, Paper
from storage.sqlite import Engine, Value

Words: TypeAlias = Mapping[str, Value]
"""What the full text keeps of a paper, by column."""


class PaperIndex:
    """Analysed words by column; rows are numbered by the papers' places, newest last."""

    def __init__(self, engine: Engine, words: Callable[[str], str]) -> None:
        self._engine = engine
        self._words = words

    def expression(self, clause: Clause) -> str:
        """Write the MATCH expression of a clause; "" where it excludes no paper."""
        return upper(clause, self._words)

    def exact(self, clause: Clause) -> str:
        """Write the MATCH expression that finds what a clause matches; "" where none does."""
        return exact(clause, self._words)

    def titled(self, clause: Clause) -> str:
        """Write the MATCH expression of a clause's words in titles; "" where it has none."""
        return titled(clause)

    def add(self, place: int, analysed: Words) -> None:
        """Index a paper that is new by its words."""
        self._engine.change(
            """
            insert into paper_index (rowid, title, abstract, authors, categories, id, gloss)
            values (:place, :title, :abstract, :authors, :categories, :id, '')
            """,
            place=place,
            **analysed,
        )

    def replace(self, place: int, analysed: Words, said: str) -> None:
        """Index a paper anew by its words, with what is said about it."""
        self._engine.change(
            """
            update paper_index set title = :title, abstract = :abstract, authors = :authors,
                categories = :categories, id = :id, gloss = :gloss
            where rowid = :place
            """,
            place=place,
            gloss=self._words(said),
            **analysed,
        )

    def say(self, paper: int, said: str) -> None:
        """Index what is said about a paper in place of what was."""
        self._engine.change(
            """
            update paper_index set gloss = :gloss
            where rowid = (select place from papers where key = :paper)
            """,
            gloss=self._words(said),
            paper=paper,
        )

    def is_current(self, mark: str) -> bool:
        """Whether the marked analyser wrote all words; told without a write."""
        row = self._engine.one(
            "select 1 from index_state where mark = :mark and upto >= until", mark=mark
        )
        return row is not None

    def outdated(self, mark: str, limit: int) -> list[int]:
        """Return the next papers whose words an analyser other than the marked one wrote.

        The mark is taken as the current one from then on; papers added since are its own.
        """
        with self._engine.writing():
            self._engine.change(
                """
                update index_state set mark = :mark, upto = 0,
                    until = (select coalesce(max(key), 0) from papers)
                where mark <> :mark
                """,
                mark=mark,
            )
            rows = self._engine.all(
                """
                select p.key from papers p, index_state s
                where p.key > s.upto and p.key <= s.until order by p.key limit :limit
                """,
                limit=limit,
            )
        return [int(row["key"]) for row in rows]

    def renewed(self, upto: int) -> None:
        """Remember that all papers up to a key have been indexed anew."""
        self._engine.change("update index_state set upto = :upto", upto=upto)

    def analysed(self, paper: Paper) -> Words:
        """Analyse a paper's words, column by column."""
        return {
            "title": self._words(paper.title),
            "abstract": self._words(paper.abstract),
            "authors": self._words("\n".join(paper.authors)),
            "categories": " ".join(paper.categories),
            "id": f"{paper.id} {paper.id.partition(':')[2]}",
        }
