"""Issued digests, their revisions, and the ledger of what each chat has received."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import astuple
from datetime import datetime

from storage.columns import day, instant, iso, micros, text_list, texts
from storage.errors import Missing
from storage.glosses import Glosses, gloss_of
from storage.ledger import Ledger
from storage.model import Digest, Entry, Field, Gloss, Heading, Kind, Reason, Verbatim
from storage.paper_index import PaperIndex
from storage.sqlite import Engine, Row, Value
from storage.versions import PAPER, paper_of

_HEADING = """
    d.number, d.bot, d.chat, d.thread, d.subscription, d.topic, d.query, d.period, d.issued,
    d.imported, d.revision,
    (select count(*) from entries e where e.digest = d.number and e.shown = 1) as shown,
    (select count(*) from entries e where e.digest = d.number and e.shown = 0) as left_out
"""


class Digests:
    """What was issued, to be printed the same for ever; a late gloss makes a revision."""

    def __init__(self, engine: Engine, words: Callable[[str], str]) -> None:
        self._engine = engine
        self._glosses = Glosses(engine, PaperIndex(engine, words))
        self._ledger = Ledger(engine)

    def issue(self, digest: Digest) -> int:
        """Keep a digest and return its number; a repeated occasion returns the first one's.

        The papers must be stored. Glosses without a key are stored with it.
        """
        with self._engine.writing():
            rows = self._engine.changed(
                """
                insert into digests (bot, chat, thread, subscription, topic, query, period, issued,
                    first_day, last_day, seen, imported, revision)
                values (:bot, :chat, :thread, :subscription, :topic, :query, :period, :issued,
                    :first_day, :last_day, :seen, :imported, 1)
                on conflict do nothing
                returning number
                """,
                **_values(digest),
            )
            if not rows:
                return self._number_of(digest)
            number = int(rows[0]["number"])
            placed = list(enumerate((*digest.entries, *digest.rest), start=1))
            self._enter(number, placed, shown=len(digest.entries))
            for place, entry in placed:
                self._say(number, 1, place, entry.glosses)
        return number

    def _number_of(self, digest: Digest) -> int:
        [row] = self._engine.all(
            """
            select number from digests where bot = :bot and chat = :chat
                and subscription = :subscription and period = :period
            """,
            bot=digest.bot,
            chat=digest.chat,
            subscription=digest.subscription,
            period=digest.period,
        )
        return int(row["number"])

    def _enter(self, number: int, placed: list[tuple[int, Entry]], shown: int) -> None:
        self._engine.change_each(
            """
            insert into entries (digest, place, shown, paper, version, partial, kind, reasons,
                topics, verbatim)
            values (:digest, :place, :shown, :paper, :version, :partial, :kind, :reasons,
                :topics, :verbatim)
            """,
            [
                {"digest": number, "place": place, "shown": int(place <= shown), **_columns(entry)}
                for place, entry in placed
            ],
        )

    def _say(self, number: int, revision: int, place: int, glosses: Iterable[Gloss]) -> None:
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
                for position, gloss in enumerate(glosses)
            ],
        )

    def get(self, number: int, revision: int | None = None) -> Digest | None:
        """Return a digest with its entries as they were, at its newest or a given revision."""
        with self._engine.reading():
            row = self._engine.one("select * from digests where number = :number", number=number)
            if row is None or (revision or 1) > row["revision"] or (revision or 1) < 1:
                return None
            wanted = revision or int(row["revision"])
            entries = self._entries(number, wanted)
        shown = tuple(entry for is_shown, entry in entries if is_shown)
        rest = tuple(entry for is_shown, entry in entries if not is_shown)
        return _digest_of(row, wanted, shown, rest)

    def _entries(self, number: int, revision: int) -> list[tuple[bool, Entry]]:
        glosses: dict[int, list[Gloss]] = {}
        for row in self._engine.all(
            """
            select s.place, g.* from entry_glosses s join glosses g on g.key = s.gloss
            where s.digest = :digest and s.revision = :revision order by s.place, s.position
            """,
            digest=number,
            revision=revision,
        ):
            glosses.setdefault(row["place"], []).append(gloss_of(row))
        rows = self._engine.all(
            f"""
            select e.place, e.shown, e.kind, e.reasons, e.topics, e.verbatim, {PAPER}
            from entries e join papers p on p.key = e.paper
            join versions v on v.paper = e.paper and v.version = e.version
                and v.partial = e.partial
            where e.digest = :digest order by e.place
            """,
            digest=number,
        )
        return [(bool(row["shown"]), _entry_of(row, glosses.get(row["place"], []))) for row in rows]

    def last(self, bot: int, chat: int, subscription: int) -> Digest | None:
        """Return the digest a topic issued last."""
        row = self._engine.one(
            """
            select max(number) as number from digests
            where bot = :bot and chat = :chat and subscription = :subscription
            """,
            bot=bot,
            chat=chat,
            subscription=subscription,
        )
        return self.get(row["number"]) if row and row["number"] else None

    def of(
        self, bot: int, chat: int, *, limit: int = 20, before: int | None = None
    ) -> list[Heading]:
        """Return what a chat was issued, the newest first, below a number when paging."""
        rows = self._engine.all(
            f"""
            select {_HEADING} from digests d
            where d.bot = :bot and d.chat = :chat and d.number < :before
            order by d.number desc limit :limit
            """,
            bot=bot,
            chat=chat,
            limit=limit,
            before=2**62 if before is None else before,
        )
        return [_heading_of(row) for row in rows]

    def revise(self, number: int, glosses: Iterable[Gloss]) -> int:
        """Show late glosses in a digest: the same entries, each language's gloss replaced.

        Returns the new revision; raises Missing when there is no such digest.
        """
        late: dict[int, dict[str, Gloss]] = {}
        for gloss in glosses:
            late.setdefault(gloss.paper, {})[gloss.language] = gloss
        with self._engine.writing():
            digest = self.get(number)
            if digest is None:
                raise Missing(f"there is no digest {number}")
            revision = digest.revision + 1
            for place, entry in enumerate((*digest.entries, *digest.rest), start=1):
                said = {gloss.language: gloss for gloss in entry.glosses}
                said |= late.get(entry.paper.key, {})
                self._say(number, revision, place, said.values())
            self._engine.change(
                "update digests set revision = :revision where number = :number",
                revision=revision,
                number=number,
            )
        return revision

    def missed(self, bot: int, chat: int, since: datetime, limit: int = 200) -> list[Entry]:
        """Return what a chat's digests since an instant matched and it never received.

        Each paper once, the newest digest first: left out over the limit, or dropped on the way.
        """
        rows = self._engine.all(
            f"""
            select e.place, e.shown, e.kind, e.reasons, e.topics, e.verbatim, {PAPER}
            from digests d join entries e on e.digest = d.number
            join papers p on p.key = e.paper
            join versions v on v.paper = e.paper and v.version = e.version
                and v.partial = e.partial
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
        found = {row["key"]: _entry_of(row, []) for row in reversed(rows)}
        return list(reversed(found.values()))

    def received(self, bot: int, chat: int, papers: Iterable[int]) -> dict[int, int]:
        """Return the highest version a chat has, or will have, of each of these papers."""
        return self._ledger.received(bot, chat, papers)

    def reserve(self, number: int, *, now: datetime) -> int:
        """Reserve a digest's shown papers for its chat; return how many were free."""
        return self._ledger.reserve(number, now=now)

    def receive(self, number: int, first: int, last: int, *, now: datetime) -> int:
        """Mark entries that a chat was shown by itself, also left-out ones, as received."""
        return self._ledger.receive(number, first, last, now=now)

    def release(self, number: int, first: int, last: int) -> int:
        """Free reserved papers of an entry range that no parcel carries any more."""
        return self._ledger.release(number, first, last)

    def retire(self, before: datetime) -> int:
        """Forget ledger rows of what was sent before an instant; return how many."""
        return self._ledger.retire(before)


def _values(digest: Digest) -> dict[str, Value]:
    return {
        "bot": digest.bot,
        "chat": digest.chat,
        "thread": digest.thread,
        "subscription": digest.subscription,
        "topic": digest.topic,
        "query": digest.query,
        "period": digest.period,
        "issued": micros(digest.issued),
        "first_day": iso(digest.first_day),
        "last_day": iso(digest.last_day),
        "seen": digest.seen,
        "imported": int(digest.imported),
    }


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


def _entry_of(row: Row, glosses: list[Gloss]) -> Entry:
    return Entry(
        paper=paper_of(row),
        kind=Kind(row["kind"]),
        glosses=tuple(glosses),
        reasons=tuple(Reason(Field(where), word) for where, word in json.loads(row["reasons"])),
        topics=texts(row["topics"]),
        verbatim=Verbatim(*texts(row["verbatim"])) if row["verbatim"] else None,
    )


def _digest_of(
    row: Row, revision: int, entries: tuple[Entry, ...], rest: tuple[Entry, ...]
) -> Digest:
    return Digest(
        topic=row["topic"],
        query=row["query"],
        issued=instant(row["issued"]),
        entries=entries,
        rest=rest,
        first_day=day(row["first_day"]),
        last_day=day(row["last_day"]),
        seen=row["seen"],
        period=row["period"],
        bot=row["bot"],
        chat=row["chat"],
        thread=row["thread"],
        subscription=row["subscription"],
        imported=bool(row["imported"]),
        revision=revision,
        number=row["number"],
    )


def _heading_of(row: Row) -> Heading:
    return Heading(
        number=row["number"],
        topic=row["topic"],
        query=row["query"],
        issued=instant(row["issued"]),
        shown=row["shown"],
        left_out=row["left_out"],
        period=row["period"],
        bot=row["bot"],
        chat=row["chat"],
        thread=row["thread"],
        subscription=row["subscription"],
        imported=bool(row["imported"]),
        revision=row["revision"],
    )
