"""What models say of papers at length, when a reader asks; kept once per version and language."""

from __future__ import annotations

from storage.engine.column_types import instant, micros
from storage.engine.sqlite import Engine, Row
from storage.records import Note


class Notes:
    """The notes of all papers: whoever asks second pays nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, paper: int, version: int, language: str) -> Note | None:
        """Return what a model said at length of a paper version."""
        row = self._engine.one(
            """
            select * from notes
            where paper = :paper and version = :version and language = :language
            """,
            paper=paper,
            version=version,
            language=language,
        )
        return None if row is None else _note_of(row)

    def keep(self, note: Note) -> None:
        """Keep a note, unless somebody was faster."""
        self._engine.change(
            """
            insert into notes (paper, version, language, problem, method, result, limits, maker,
                prompt, made)
            values (:paper, :version, :language, :problem, :method, :result, :limits, :maker,
                :prompt, :made)
            on conflict do nothing
            """,
            paper=note.paper,
            version=note.version,
            language=note.language,
            problem=note.problem,
            method=note.method,
            result=note.result,
            limits=note.limits,
            maker=note.maker,
            prompt=note.prompt,
            made=micros(note.made),
        )


def _note_of(row: Row) -> Note:
    return Note(
        paper=row["paper"],
        version=row["version"],
        language=row["language"],
        problem=row["problem"],
        method=row["method"],
        result=row["result"],
        limits=row["limits"],
        maker=row["maker"],
        made=instant(row["made"]),
        prompt=row["prompt"],
    )
