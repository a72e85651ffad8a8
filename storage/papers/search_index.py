"""The full text of the papers: one row per paper, kept in step with it and with its glosses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from storage.engine.sqlite import Engine, Value
from storage.papers.fts_query import exact, in_former_words_too, titled, upper
from storage.records import Clause, Paper

Words: TypeAlias = Mapping[str, Value]
"""What the full text keeps of a paper, by column."""


class PaperIndex:
    """Analysed words by column; rows are numbered by the papers' places, newest last."""

    def __init__(self, engine: Engine, words: Callable[[str], str]) -> None:
        self._engine = engine
        self._words = words

    def expression(self, clause: Clause) -> str:
        """Write the MATCH expression of a clause; "" where it excludes no paper.

        Until all papers have the words of this analyser, it looks for those of the former too.
        """
        return upper(in_former_words_too(clause) if self.outdated() else clause, self._words)

    def exact(self, clause: Clause) -> str:
        """Write the MATCH expression that finds what a clause matches; "" where none does."""
        return "" if self.outdated() else exact(clause, self._words)

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

    def is_of(self, mark: str) -> bool:
        """Whether papers have, or are getting, the words of the marked analyser."""
        row = self._engine.one("select 1 from index_state where mark = :mark", mark=mark)
        return row is not None

    def begin_renewal(self, mark: str) -> None:
        """Take the marked analyser as the current one, whose words all papers are to get.

        Papers that are added from now on have them.
        """
        if self.is_of(mark):
            return
        self._engine.change(
            """
            update index_state set mark = :mark, upto = 0,
                until = (select coalesce(max(key), 0) from papers)
            where mark <> :mark
            """,
            mark=mark,
        )

    def outdated(self) -> tuple[int, int] | None:
        """Return between which keys papers have the words of a former analyser, None for none."""
        row = self._engine.one("select upto, until from index_state where upto < until")
        return (int(row["upto"]), int(row["until"])) if row else None

    def renewed(self, mark: str, low: int) -> None:
        """Remember that all papers from a key on have the words of the marked analyser."""
        self._engine.change(
            "update index_state set until = :until where mark = :mark and until > :until",
            until=low - 1,
            mark=mark,
        )

    def analysed(self, paper: Paper) -> Words:
        """Analyse a paper's words, column by column."""
        return {
            "title": self._words(paper.title),
            "abstract": self._words(paper.abstract),
            "authors": self._words("\n".join(paper.authors)),
            "categories": " ".join(paper.categories),
            "id": f"{paper.id} {paper.id.partition(':')[2]}",
        }
