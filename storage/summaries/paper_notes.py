"""Store the notes that models write about papers on request, once per version and language."""

from __future__ import annotations

from storage.engine.column_types import from_micros, to_micros
from storage.engine.sqlite import Engine
from storage.records.summaries import PaperNote


class PaperNotes:
    """The notes on all papers: a second request costs nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, paper: int, version: int, language: str) -> PaperNote | None:
        """Return the note on a paper version."""
        row = self._engine.fetch_one(
            """
            select * from paper_notes
            where paper = :paper and version = :version and language = :language
            """,
            paper=paper,
            version=version,
            language=language,
        )
        if row is None:
            return None
        return PaperNote(
            paper=row["paper"],
            version=row["version"],
            language=row["language"],
            problem=row["problem"],
            method=row["method"],
            result=row["result"],
            limits=row["limits"],
            producer=row["producer"],
            created_at=from_micros(row["created_at"]),
            prompt_version=row["prompt_version"],
        )

    def add(self, note: PaperNote) -> None:
        """Store a note, unless one exists."""
        self._engine.execute(
            """
            insert into paper_notes (paper, version, language, problem, method, result, limits,
                producer, prompt_version, created_at)
            values (:paper, :version, :language, :problem, :method, :result, :limits,
                :producer, :prompt_version, :created_at)
            on conflict do nothing
            """,
            paper=note.paper,
            version=note.version,
            language=note.language,
            problem=note.problem,
            method=note.method,
            result=note.result,
            limits=note.limits,
            producer=note.producer,
            prompt_version=note.prompt_version,
            created_at=to_micros(note.created_at),
        )
