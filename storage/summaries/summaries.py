"""Store summaries of paper versions: once per producer, and never changed."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from storage.engine.column_types import from_micros, to_micros
from storage.engine.sqlite import Engine, Row
from storage.papers.search_index import PaperIndex
from storage.records.summaries import Summary

EXTRACTIVE, IMPORT = "extractive", "import"
_MIN_SAMPLE = 20  # summaries that a mean needs
_PAPERS_PER_QUERY = 200
_RECENT_SUMMARIES = 20_000  # of all producers, among which a model's are counted

_INSERT_SUMMARY = """
    insert into summaries (paper, version, language, title, tldr, abstract, producer,
        prompt_version, tokens, created_at)
    values (:paper, :version, :language, :title, :tldr, :abstract, :producer,
        :prompt_version, :tokens, :created_at)
    on conflict do nothing
    returning key
"""


class Summaries:
    """The summaries of all papers; the full text holds those that a model or person wrote."""

    def __init__(self, engine: Engine, index: PaperIndex) -> None:
        self._engine = engine
        self._index = index

    def add(self, summary: Summary) -> bool:
        """Store a summary unless its producer wrote one before; True when it is new."""
        with self._engine.ensure_transaction():
            inserted_rows = self._engine.execute_returning(
                _INSERT_SUMMARY,
                paper=summary.paper,
                version=summary.version,
                language=summary.language,
                title=summary.title,
                tldr=summary.tldr,
                abstract=summary.abstract,
                producer=summary.producer,
                prompt_version=summary.prompt_version,
                tokens=summary.tokens,
                created_at=to_micros(summary.created_at),
            )
            if inserted_rows and summary.producer != EXTRACTIVE:  # that one repeats the abstract
                self._index.set_summary_text(summary.paper, self.searchable_text(summary.paper))
        return bool(inserted_rows)

    def add_all(self, summaries: Iterable[Summary]) -> None:
        """Store several summaries, all of them or none."""
        with self._engine.ensure_transaction():
            for summary in summaries:
                self.add(summary)

    def get_or_add(self, summary: Summary) -> Summary:
        """Return the summary as it is stored, storing it first where it is new."""
        if summary.key:
            return summary
        self.add(summary)
        row = self._engine.fetch_one(
            """
            select * from summaries where paper = :paper and version = :version
                and language = :language and producer = :producer
                and prompt_version = :prompt_version
            """,
            paper=summary.paper,
            version=summary.version,
            language=summary.language,
            producer=summary.producer,
            prompt_version=summary.prompt_version,
        )
        assert row is not None
        return summary_from_row(row)

    def best_of_version(self, paper: int, version: int | None = None) -> tuple[Summary, ...]:
        """Return the best summary of a paper per language, of one version where it is named.

        The newest version goes first, then a model's before an imported one before an extractive
        one, then the latest. The languages are in order.
        """
        rows = self._engine.fetch_all("select * from summaries where paper = :paper", paper=paper)
        return _best_by_language(
            summary
            for summary in map(summary_from_row, rows)
            if version is None or summary.version == version
        )

    def best_of_papers(
        self, papers: Iterable[int], *, without_text: bool = False
    ) -> dict[int, tuple[Summary, ...]]:
        """Return the best summaries of each paper that has any, on request without their texts."""
        keys = list(papers)
        summaries_by_paper: dict[int, list[Summary]] = {}
        with self._engine.snapshot():
            for first in range(0, len(keys), _PAPERS_PER_QUERY):
                slice_keys = keys[first : first + _PAPERS_PER_QUERY]
                names = ", ".join(f":paper{n}" for n in range(len(slice_keys)))
                rows = self._engine.fetch_all(
                    f"select * from summaries where paper in ({names})",
                    **{f"paper{n}": key for n, key in enumerate(slice_keys)},
                )
                for summary in map(summary_from_row, rows):
                    summaries_by_paper.setdefault(summary.paper, []).append(
                        replace(summary, title="", tldr="", abstract="")
                        if without_text
                        else summary
                    )
        return {
            key: _best_by_language(summaries_by_paper[key])
            for key in keys
            if key in summaries_by_paper
        }

    def searchable_text(self, paper: int) -> str:
        """Return the text that the full-text index adds to the paper's own words."""
        best_summaries = [
            summary for summary in self.best_of_version(paper) if summary.producer != EXTRACTIVE
        ]
        return "\n".join(
            text
            for summary in best_summaries
            for text in (summary.title, summary.tldr, summary.abstract)
        )

    def mean_tokens(self, model: str, language: str) -> float:
        """Return the mean tokens of a model's recent summaries in a language; 0 where few exist."""
        row = self._engine.fetch_one(
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


def _best_by_language(summaries: Iterable[Summary]) -> tuple[Summary, ...]:
    """Return the best of a paper's summaries per language, in the order of the languages."""
    best: dict[str, Summary] = {}
    for summary in summaries:
        current = best.get(summary.language)
        if current is None or _preference_key(summary) > _preference_key(current):
            best[summary.language] = summary
    return tuple(best[language] for language in sorted(best))


def _preference_key(summary: Summary) -> tuple[int, int, int, int]:
    producer_ranks = {EXTRACTIVE: 0, IMPORT: 1}
    return (
        summary.version,
        producer_ranks.get(summary.producer, 2),
        to_micros(summary.created_at),
        summary.key,
    )


def summary_from_row(row: Row) -> Summary:
    """Read a summary from its row."""
    return Summary(
        paper=row["paper"],
        version=row["version"],
        language=row["language"],
        title=row["title"],
        tldr=row["tldr"],
        abstract=row["abstract"],
        producer=row["producer"],
        created_at=from_micros(row["created_at"]),
        prompt_version=row["prompt_version"],
        tokens=row["tokens"],
        key=row["key"],
    )
