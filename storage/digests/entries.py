"""The entries of digests as rows: written once, copied for others who get the same."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from storage.engine.column_types import micros, text_list, texts
from storage.engine.sqlite import Engine, Row, Value
from storage.papers.version_rows import PAPER, paper_of
from storage.records import Digest, Entry, Field, Gloss, Kind, Paper, Reason, Verbatim
from storage.summaries.summaries import Glosses, gloss_of

_ENTRY = f"e.place, e.shown, e.kind, e.reasons, e.topics, e.verbatim, {PAPER}"
_FOUND = """
    join papers p on p.key = e.paper
    join versions v on v.paper = e.paper and v.version = e.version and v.partial = e.partial
"""
KEPT = 1_000  # entries: chats that follow the same get the same, one after the other


class _Said(NamedTuple):
    """What a digest says of a paper, as its columns hold it."""

    kind: str
    reasons: str
    topics: str
    verbatim: str | None


class Entries:
    """What stands in each digest, and which glosses each of its revisions shows."""

    def __init__(self, engine: Engine, glosses: Glosses) -> None:
        self._engine = engine
        self._glosses = glosses
        self._kept = lru_cache(KEPT)(self._read)

    def write(self, number: int, digest: Digest) -> None:
        """Keep the entries of a digest that is new; glosses without a key are kept with them."""
        placed = list(enumerate((*digest.entries, *digest.rest), start=1))
        shown = len(digest.entries)
        self._engine.change_each(
            """
            insert into entries (digest, place, shown, paper, version, partial, kind, reasons,
                topics, verbatim)
            values (:digest, :place, :shown, :paper, :version, :partial, :kind, :reasons,
                :topics, :verbatim)
            """,
            (
                {"digest": number, "place": place, "shown": int(place <= shown), **_columns(entry)}
                for place, entry in placed
            ),
        )
        self.say(number, 1, ((place, entry.glosses) for place, entry in placed))

    def copy(self, number: int, like: int) -> bool:
        """Give a new digest the entries another one began with; False when it has none."""
        copied = self._engine.change(
            """
            insert into entries (digest, place, shown, paper, version, partial, kind, reasons,
                topics, verbatim)
            select :number, place, shown, paper, version, partial, kind, reasons, topics, verbatim
            from entries where digest = :like
            """,
            number=number,
            like=like,
        )
        self._engine.change(
            """
            insert into entry_glosses (digest, revision, place, position, gloss)
            select :number, revision, place, position, gloss
            from entry_glosses where digest = :like and revision = 1
            """,
            number=number,
            like=like,
        )
        return bool(copied)

    def say(self, number: int, revision: int, said: Iterable[tuple[int, Iterable[Gloss]]]) -> None:
        """Keep which glosses a revision shows at each place."""
        self._engine.change_each(
            """
            insert into entry_glosses (digest, revision, place, position, gloss)
            values (:digest, :revision, :place, :position, :gloss)
            """,
            [
                {
                    "digest": number,
                    "revision": revision,
                    "place": place,
                    "position": position,
                    "gloss": self._glosses.kept(gloss).key,
                }
                for place, glosses in said
                for position, gloss in enumerate(glosses)
            ],
        )

    def of(self, number: int, revision: int, last: int | None) -> list[tuple[bool, Entry]]:
        """Return a digest's entries in order, each with whether it was shown.

        Behind the position ``last`` those that were left out are left away.
        """
        # What a transaction may still undo is not kept: its keys would be given once more.
        read = self._read if self._engine.is_writing else self._kept
        rows = self._engine.all(
            """
            select place, shown, paper, version, partial, kind, reasons, topics, verbatim
            from entries where digest = :digest and (place <= :last or shown = 1) order by place
            """,
            digest=number,
            last=2**62 if last is None else last,
        )
        glosses = self._glosses_at(number, revision, rows[-1]["place"] if rows else 0)
        return [
            (
                bool(row["shown"]),
                read(
                    row["paper"],
                    row["version"],
                    row["partial"],
                    _said(row),
                    glosses.get(row["place"], ()),
                ),
            )
            for row in rows
        ]

    def _glosses_at(self, number: int, revision: int, last: int) -> dict[int, tuple[int, ...]]:
        """The keys of the glosses that a revision shows, by position."""
        keys: dict[int, tuple[int, ...]] = {}
        for row in self._engine.all(
            """
            select place, gloss from entry_glosses
            where digest = :digest and revision = :revision and place <= :last
            order by place, position
            """,
            digest=number,
            revision=revision,
            last=last,
        ):
            keys[row["place"]] = (*keys.get(row["place"], ()), row["gloss"])
        return keys

    def kinds_behind(self, number: int, last: int) -> tuple[Kind, ...]:
        """Return the kinds of what a digest left out behind a position, in order."""
        rows = self._engine.all(
            """
            select kind from entries where digest = :digest and place > :last and shown = 0
            order by place
            """,
            digest=number,
            last=last,
        )
        return tuple(Kind(row["kind"]) for row in rows)

    def _read(
        self, paper: int, version: int, partial: int, said: _Said, glosses: tuple[int, ...]
    ) -> Entry:
        """An entry from its columns; the rows they name never change."""
        [row] = self._engine.all(
            f"""
            select {PAPER} from papers p join versions v on v.paper = p.key
            where p.key = :paper and v.version = :version and v.partial = :partial
            """,
            paper=paper,
            version=version,
            partial=partial,
        )
        found = [self._engine.one("select * from glosses where key = :key", key=k) for k in glosses]
        return _entry_of(paper_of(row), said, tuple(gloss_of(one) for one in found if one))

    def missed(self, bot: int, chat: int, since: datetime, limit: int = 200) -> list[Entry]:
        """Return what a chat's digests since an instant matched and it never received.

        Each paper once, the newest digest first: left out over the limit, or dropped or refused
        on the way.
        """
        rows = self._engine.all(
            f"""
            select {_ENTRY} from digests d join entries e on e.digest = d.number {_FOUND}
            where d.bot = :bot and d.chat = :chat and d.subscription > 0 and d.issued >= :since
                and not exists (select 1 from ledger l
                    where l.bot = d.bot and l.chat = d.chat and l.paper = e.paper)
            order by d.number desc, e.place limit :limit
            """,
            bot=bot,
            chat=chat,
            since=micros(since),
            limit=limit,
        )
        found = {row["key"]: _entry_of(paper_of(row), _said(row)) for row in reversed(rows)}
        return list(reversed(found.values()))


def _columns(entry: Entry) -> dict[str, Value]:
    reasons = [[reason.field, reason.word] for reason in entry.reasons]
    return {
        "paper": entry.paper.key,
        "version": entry.paper.version,
        "partial": int(entry.paper.partial),
        "kind": entry.kind,
        "reasons": json.dumps(reasons, ensure_ascii=False),
        "topics": text_list(entry.topics),
        # ASCII, so that every string a document may hold comes back byte for byte.
        "verbatim": json.dumps(astuple(entry.verbatim)) if entry.verbatim else None,
    }


def _said(row: Row) -> _Said:
    return _Said(row["kind"], row["reasons"], row["topics"], row["verbatim"])


def _entry_of(paper: Paper, said: _Said, glosses: tuple[Gloss, ...] = ()) -> Entry:
    return Entry(
        paper=paper,
        kind=Kind(said.kind),
        glosses=glosses,
        reasons=tuple(Reason(Field(where), word) for where, word in json.loads(said.reasons)),
        topics=texts(said.topics),
        verbatim=Verbatim(*texts(said.verbatim)) if said.verbatim else None,
    )
