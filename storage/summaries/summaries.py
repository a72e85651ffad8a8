"""Glosses: what we say about a paper version, kept once per maker and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from storage.engine.column_types import instant, micros
from storage.engine.sqlite import Engine, Row
from storage.papers.search_index import PaperIndex
from storage.records import Gloss

EXTRACTIVE, IMPORT = "extractive", "import"

_KEEP = """
    insert into glosses (paper, version, language, title, gist, abstract, maker, prompt,
        tokens, made)
    values (:paper, :version, :language, :title, :gist, :abstract, :maker, :prompt,
        :tokens, :made)
    on conflict do nothing
    returning key
"""


class Glosses:
    """The glosses of all papers; the full text looks into those that a model or person made."""

    def __init__(self, engine: Engine, index: PaperIndex) -> None:
        self._engine = engine
        self._index = index

    def add(self, gloss: Gloss) -> bool:
        """Keep a gloss unless its maker has said this before; True when it is new."""
        with self._engine.writing():
            added = self._engine.changed(
                _KEEP,
                paper=gloss.paper,
                version=gloss.version,
                language=gloss.language,
                title=gloss.title,
                gist=gloss.gist,
                abstract=gloss.abstract,
                maker=gloss.maker,
                prompt=gloss.prompt,
                tokens=gloss.tokens,
                made=micros(gloss.made),
            )
            if added and gloss.maker != EXTRACTIVE:  # that one repeats the abstract
                self._index.say(gloss.paper, self.said(gloss.paper))
        return bool(added)

    def kept(self, gloss: Gloss) -> Gloss:
        """Return the gloss as it is stored, keeping it first where it is new."""
        if gloss.key:
            return gloss
        self.add(gloss)
        row = self._engine.one(
            """
            select * from glosses where paper = :paper and version = :version
                and language = :language and maker = :maker and prompt = :prompt
            """,
            paper=gloss.paper,
            version=gloss.version,
            language=gloss.language,
            maker=gloss.maker,
            prompt=gloss.prompt,
        )
        assert row is not None
        return gloss_of(row)

    def best(self, paper: int) -> tuple[Gloss, ...]:
        """Return the best gloss of a paper per language, the languages in order.

        The newest version goes first, then a model's before an imported one before an
        extractive one, then the latest.
        """
        return self.said_of(paper)

    def said_of(self, paper: int, version: int | None = None) -> tuple[Gloss, ...]:
        """Return the best gloss per language, of one version where it is named."""
        found: dict[str, Gloss] = {}
        for gloss in self._of(paper):
            if version is not None and gloss.version != version:
                continue
            rival = found.get(gloss.language)
            if rival is None or _rank(gloss) > _rank(rival):
                found[gloss.language] = gloss
        return tuple(found[language] for language in sorted(found))

    def best_of(self, papers: Iterable[int], *, bare: bool = False) -> dict[int, tuple[Gloss, ...]]:
        """Return the best glosses of each paper that has any; ``bare`` ones without their texts."""
        with self._engine.reading():
            answers = {
                paper: tuple(map(_bare, best)) if bare else best
                for paper in papers
                for best in (self.best(paper),)
            }
        return {paper: glosses for paper, glosses in answers.items() if glosses}

    def said(self, paper: int) -> str:
        """Return what the full text looks into beside the paper's own words."""
        best = [gloss for gloss in self.best(paper) if gloss.maker != EXTRACTIVE]
        return "\n".join(t for gloss in best for t in (gloss.title, gloss.gist, gloss.abstract))

    def _of(self, paper: int) -> list[Gloss]:
        rows = self._engine.all("select * from glosses where paper = :paper", paper=paper)
        return [gloss_of(row) for row in rows]


def _bare(gloss: Gloss) -> Gloss:
    return replace(gloss, title="", gist="", abstract="")


def _rank(gloss: Gloss) -> tuple[int, int, int, int]:
    makers = {EXTRACTIVE: 0, IMPORT: 1}
    return gloss.version, makers.get(gloss.maker, 2), micros(gloss.made), gloss.key


def gloss_of(row: Row) -> Gloss:
    """Read a gloss from its row."""
    return Gloss(
        paper=row["paper"],
        version=row["version"],
        language=row["language"],
        title=row["title"],
        gist=row["gist"],
        abstract=row["abstract"],
        maker=row["maker"],
        made=instant(row["made"]),
        prompt=row["prompt"],
        tokens=row["tokens"],
        key=row["key"],
    )
