"""Store the papers that people saved; they belong to the person, not to the chat."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import from_micros, to_micros
from storage.engine.sqlite import Engine
from storage.papers.paper_rows import CURRENT_VERSIONS, PAPER_COLUMNS, paper_from_row
from storage.records.chats import SavedPaper
from storage.records.papers import Paper


class SavedPapers:
    """A person's papers, and which of their versions the person knows of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, bot: int, person: int, paper: int, *, now: datetime) -> bool:
        """Save a paper for a person; False when it is saved already."""
        inserted_count = self._engine.execute(
            """
            insert into saved_papers (bot, person, paper, saved_at, notified_version)
            select :bot, :person, key, :saved_at, version from papers where key = :paper
            on conflict do nothing
            """,
            bot=bot,
            person=person,
            paper=paper,
            saved_at=to_micros(now),
        )
        return bool(inserted_count)

    def unsave(self, bot: int, person: int, paper: int) -> bool:
        """Remove a person's saved paper; False when it is not saved."""
        return bool(
            self._engine.execute(
                "delete from saved_papers where bot = :bot and person = :person and paper = :paper",
                bot=bot,
                person=person,
                paper=paper,
            )
        )

    def is_saved(self, bot: int, person: int, paper: int) -> bool:
        """Tell whether a person saved a paper."""
        return self._engine.has_row(
            "select 1 from saved_papers where bot = :bot and person = :person and paper = :paper",
            bot=bot,
            person=person,
            paper=paper,
        )

    def count(self, bot: int, person: int) -> int:
        """Count a person's saved papers."""
        return self._engine.fetch_number(
            "select count(*) as n from saved_papers where bot = :bot and person = :person",
            bot=bot,
            person=person,
        )

    def of_person(
        self, bot: int, person: int, *, limit: int | None = None, offset: int = 0
    ) -> list[SavedPaper]:
        """Return a person's saved papers, the latest first, all of them or a page."""
        rows = self._engine.fetch_all(
            f"""
            select {PAPER_COLUMNS}, l.saved_at from saved_papers l, {CURRENT_VERSIONS}
            where p.key = l.paper and l.bot = :bot and l.person = :person
            order by l.saved_at desc, p.key desc limit :limit offset :offset
            """,
            bot=bot,
            person=person,
            limit=2**62 if limit is None else limit,
            offset=offset,
        )
        return [
            SavedPaper(person, paper_from_row(row), from_micros(row["saved_at"])) for row in rows
        ]

    def unseen_versions(self, bot: int, limit: int = 100) -> list[tuple[int, Paper]]:
        """Return who saved which papers that have a version they were not notified of.

        Only people who want these notices and whose private chat is not paused.
        """
        rows = self._engine.fetch_all(
            f"""
            select l.person, {PAPER_COLUMNS}
            from saved_papers l, people w, chats s, {CURRENT_VERSIONS}
            where l.bot = :bot and p.key = l.paper and p.version > l.notified_version
                and w.bot = l.bot and w.person = l.person and w.notify_versions = 1
                and s.bot = l.bot and s.chat = l.person and s.pause_reason = ''
            order by l.person, p.key limit :limit
            """,
            bot=bot,
            limit=limit,
        )
        return [(row["person"], paper_from_row(row)) for row in rows]

    def mark_notified(self, bot: int, person: int, paper: Paper) -> None:
        """Record that a person was notified of this version."""
        self._engine.execute(
            """
            update saved_papers set notified_version = :version
            where bot = :bot and person = :person and paper = :paper
                and notified_version < :version
            """,
            bot=bot,
            person=person,
            paper=paper.key,
            version=paper.version,
        )

    def wants_version_notices(self, bot: int, person: int) -> bool:
        """Tell whether a person wants to hear of new versions; the default is yes."""
        row = self._engine.fetch_one(
            "select notify_versions from people where bot = :bot and person = :person",
            bot=bot,
            person=person,
        )
        return row is None or bool(row["notify_versions"])

    def set_version_notices(self, bot: int, person: int, *, enabled: bool) -> None:
        """Turn a person's notices of new versions on or off, with no notice of past versions."""
        with self._engine.ensure_transaction():
            self._engine.execute(
                "update people set notify_versions = :wanted where bot = :bot and person = :person",
                bot=bot,
                person=person,
                wanted=int(enabled),
            )
            self._engine.execute(
                """
                update saved_papers
                set notified_version = (select version from papers where key = paper)
                where bot = :bot and person = :person
                """,
                bot=bot,
                person=person,
            )
