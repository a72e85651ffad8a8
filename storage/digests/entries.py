"""Store the entries of digests: written once, and copied for chats that get the same."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from storage.engine.column_types import texts_from_json, to_json_list, to_micros
from storage.engine.sqlite import Engine, Row
from storage.papers.paper_rows import PAPER_COLUMNS, paper_from_row
from storage.records.digests import Digest, Entry, VerbatimEntry
from storage.records.papers import AnnouncementKind, Paper
from storage.records.queries import MatchReason, QueryField
from storage.records.summaries import Summary
from storage.summaries.summaries import Summaries, summary_from_row

_ENTRY_COLUMNS = f"""
    e.position, e.shown, e.kind, e.reasons, e.other_topics, e.verbatim, {PAPER_COLUMNS}
"""
_JOIN_PAPERS = """
    join papers p on p.key = e.paper
    join versions v on v.paper = e.paper and v.version = e.version and v.partial = e.partial
"""
CACHED_ENTRIES = 1_000  # chats that follow the same get the same, one after the other


class _StoredEntry(NamedTuple):
    """An entry's own columns, without its paper."""

    kind: str
    reasons: str
    other_topics: str
    verbatim: str | None


class Entries:
    """The entries of each digest, and which summaries each of its revisions shows."""

    def __init__(self, engine: Engine, summaries: Summaries) -> None:
        self._engine = engine
        self._summaries = summaries
        self._read_cached = lru_cache(CACHED_ENTRIES)(self._read_entry)

    def insert(self, number: int, digest: Digest) -> None:
        """Store the entries of a new digest, and their summaries that have no key yet."""
        positioned_entries = list(enumerate((*digest.entries, *digest.left_out), start=1))
        shown_count = len(digest.entries)
        self._engine.execute_many(
            """
            insert into entries (digest, position, shown, paper, version, partial, kind, reasons,
                other_topics, verbatim)
            values (:digest, :position, :shown, :paper, :version, :partial, :kind, :reasons,
                :other_topics, :verbatim)
            """,
            (
                {
                    "digest": number,
                    "position": position,
                    "shown": int(position <= shown_count),
                    "paper": entry.paper.key,
                    "version": entry.paper.version,
                    "partial": int(entry.paper.partial),
                    "kind": entry.kind,
                    "reasons": json.dumps(
                        [[reason.field, reason.word] for reason in entry.reasons],
                        ensure_ascii=False,
                    ),
                    "other_topics": to_json_list(entry.other_topics),
                    # ASCII, so that every string a document may hold comes back byte for byte.
                    "verbatim": json.dumps(astuple(entry.verbatim)) if entry.verbatim else None,
                }
                for position, entry in positioned_entries
            ),
        )
        self.insert_summaries(
            number, 1, ((position, entry.summaries) for position, entry in positioned_entries)
        )

    def copy_entries(self, number: int, source_number: int) -> bool:
        """Give a new digest the first revision's entries of another; False when it has none."""
        copied_count = self._engine.execute(
            """
            insert into entries (digest, position, shown, paper, version, partial, kind, reasons,
                other_topics, verbatim)
            select :number, position, shown, paper, version, partial, kind, reasons, other_topics,
                verbatim
            from entries where digest = :source
            """,
            number=number,
            source=source_number,
        )
        self._engine.execute(
            """
            insert into entry_summaries (digest, revision, entry_position, summary_position,
                summary)
            select :number, revision, entry_position, summary_position, summary
            from entry_summaries where digest = :source and revision = 1
            """,
            number=number,
            source=source_number,
        )
        return bool(copied_count)

    def insert_summaries(
        self,
        number: int,
        revision: int,
        summaries_by_position: Iterable[tuple[int, Iterable[Summary]]],
    ) -> None:
        """Store which summaries a revision shows in each entry."""
        self._engine.execute_many(
            """
            insert into entry_summaries (digest, revision, entry_position, summary_position,
                summary)
            values (:digest, :revision, :entry_position, :summary_position, :summary)
            """,
            [
                {
                    "digest": number,
                    "revision": revision,
                    "entry_position": entry_position,
                    "summary_position": summary_position,
                    "summary": self._summaries.get_or_add(summary).key,
                }
                for entry_position, summaries in summaries_by_position
                for summary_position, summary in enumerate(summaries)
            ],
        )

    def entries_of_digest(
        self, number: int, revision: int, last_position: int | None
    ) -> list[tuple[bool, Entry]]:
        """Return a digest's entries in order, each with whether it is shown.

        Left-out entries after ``last_position`` are not returned.
        """
        # What a transaction may still undo is not cached: its keys would be given again.
        read_entry = self._read_entry if self._engine.is_writing else self._read_cached
        rows = self._engine.fetch_all(
            """
            select position, shown, paper, version, partial, kind, reasons, other_topics, verbatim
            from entries where digest = :digest and (position <= :last or shown = 1)
            order by position
            """,
            digest=number,
            last=2**62 if last_position is None else last_position,
        )
        summary_keys: dict[int, tuple[int, ...]] = {}  # by position
        for key_row in self._engine.fetch_all(
            """
            select entry_position, summary from entry_summaries
            where digest = :digest and revision = :revision and entry_position <= :last
            order by entry_position, summary_position
            """,
            digest=number,
            revision=revision,
            last=rows[-1]["position"] if rows else 0,
        ):
            entry_position = key_row["entry_position"]
            summary_keys[entry_position] = (
                *summary_keys.get(entry_position, ()),
                key_row["summary"],
            )
        return [
            (
                bool(row["shown"]),
                read_entry(
                    row["paper"],
                    row["version"],
                    row["partial"],
                    _stored_entry(row),
                    summary_keys.get(row["position"], ()),
                ),
            )
            for row in rows
        ]

    def left_out_kinds_after(self, number: int, last_position: int) -> tuple[AnnouncementKind, ...]:
        """Return the kinds of the left-out entries after a position, in order."""
        rows = self._engine.fetch_all(
            """
            select kind from entries where digest = :digest and position > :last and shown = 0
            order by position
            """,
            digest=number,
            last=last_position,
        )
        return tuple(AnnouncementKind(row["kind"]) for row in rows)

    def _read_entry(
        self,
        paper: int,
        version: int,
        partial: int,
        stored: _StoredEntry,
        summary_keys: tuple[int, ...],
    ) -> Entry:
        """Read an entry from its columns; the rows they name never change."""
        [row] = self._engine.fetch_all(
            f"""
            select {PAPER_COLUMNS} from papers p join versions v on v.paper = p.key
            where p.key = :paper and v.version = :version and v.partial = :partial
            """,
            paper=paper,
            version=version,
            partial=partial,
        )
        rows = [
            self._engine.fetch_one("select * from summaries where key = :key", key=summary_key)
            for summary_key in summary_keys
        ]
        return _entry_from_stored(
            paper_from_row(row),
            stored,
            tuple(summary_from_row(summary_row) for summary_row in rows if summary_row),
        )

    def missed_entries(self, bot: int, chat: int, since: datetime, limit: int = 200) -> list[Entry]:
        """Return what a chat's digests since an instant matched and the chat never received.

        Each paper once, the newest digest first: left out over the limit, dropped, or rejected by
        Telegram.
        """
        rows = self._engine.fetch_all(
            f"""
            select {_ENTRY_COLUMNS}
            from digests d join entries e on e.digest = d.number {_JOIN_PAPERS}
            where d.bot = :bot and d.chat = :chat and d.subscription > 0 and d.issued_at >= :since
                and not exists (select 1 from receipts l
                    where l.bot = d.bot and l.chat = d.chat and l.paper = e.paper)
            order by d.number desc, e.position limit :limit
            """,
            bot=bot,
            chat=chat,
            since=to_micros(since),
            limit=limit,
        )
        entries_by_paper = {
            row["key"]: _entry_from_stored(paper_from_row(row), _stored_entry(row))
            for row in reversed(rows)
        }
        return list(reversed(entries_by_paper.values()))


def _stored_entry(row: Row) -> _StoredEntry:
    return _StoredEntry(row["kind"], row["reasons"], row["other_topics"], row["verbatim"])


def _entry_from_stored(
    paper: Paper, stored: _StoredEntry, summaries: tuple[Summary, ...] = ()
) -> Entry:
    return Entry(
        paper=paper,
        kind=AnnouncementKind(stored.kind),
        summaries=summaries,
        reasons=tuple(
            MatchReason(QueryField(field), word) for field, word in json.loads(stored.reasons)
        ),
        other_topics=texts_from_json(stored.other_topics),
        verbatim=VerbatimEntry(*texts_from_json(stored.verbatim)) if stored.verbatim else None,
    )
