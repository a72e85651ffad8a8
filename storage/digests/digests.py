"""Issued digests, their revisions, and the ledger of what each chat has received."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from storage.digests.entries import Entries
from storage.digests.receipts import Ledger
from storage.engine.column_types import day, instant, iso, micros
from storage.engine.sqlite import Engine, Row, Value
from storage.errors import Missing
from storage.papers.search_index import PaperIndex
from storage.records import Digest, Entry, Gloss, Heading, Kind
from storage.summaries.summaries import Glosses

_HEADING = """
    d.number, d.bot, d.chat, d.thread, d.subscription, d.topic, d.query, d.period, d.issued,
    d.imported, d.revision, d.beyond,
    (select count(*) from entries e where e.digest = d.number and e.shown = 1) as shown,
    (select count(*) from entries e where e.digest = d.number and e.shown = 0) as left_out
"""


class Digests:
    """What was issued, to be printed the same for ever; a late gloss makes a revision."""

    def __init__(self, engine: Engine, words: Callable[[str], str]) -> None:
        self._engine = engine
        self._entries = Entries(engine, Glosses(engine, PaperIndex(engine, words)))
        self._ledger = Ledger(engine)

    def issue(self, digest: Digest, *, like: int = 0) -> int:
        """Keep a digest and return its number; a repeated occasion returns the first one's.

        The papers must be stored. Glosses without a key are stored with it. ``like`` is the
        number of a digest that was issued with the same entries: they are copied from there.
        """
        with self._engine.writing():
            rows = self._engine.changed(
                """
                insert into digests (bot, chat, thread, subscription, topic, query, period, issued,
                    first_day, last_day, seen, imported, revision, beyond, languages)
                values (:bot, :chat, :thread, :subscription, :topic, :query, :period, :issued,
                    :first_day, :last_day, :seen, :imported, 1, :beyond, :languages)
                on conflict do nothing
                returning number
                """,
                **_values(digest),
            )
            if not rows:
                return self._number_of(digest)
            number = int(rows[0]["number"])
            if not (like and self._entries.copy(number, like)):
                self._entries.write(number, digest)
            if digest.document:
                self._engine.change(
                    "insert into documents (digest, content) values (:number, :content)",
                    number=number,
                    content=zlib.compress(digest.document.encode()),
                )
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

    def get(
        self, number: int, revision: int | None = None, *, last: int | None = None
    ) -> Digest | None:
        """Return a digest with its entries as they were, at its newest or a given revision.

        Of what stands behind the position ``last``, and is not shown, only the kinds are read:
        hundreds may have been left out where twelve are shown.
        """
        with self._engine.reading():
            row = self._engine.one("select * from digests where number = :number", number=number)
            if row is None or (revision or 1) > row["revision"] or (revision or 1) < 1:
                return None
            wanted = revision or int(row["revision"])
            entries = self._entries.of(number, wanted, last)
            unread = () if last is None else self._entries.kinds_behind(number, last)
            document = "" if row["chat"] else self._document(number)
        return _digest_of(row, wanted, entries, unread, document)

    def _document(self, number: int) -> str:
        """The document that a digest was imported from, where it was kept."""
        row = self._engine.one(
            "select content from documents where digest = :number", number=number
        )
        return zlib.decompress(row["content"]).decode() if row else ""

    def count(self) -> int:
        """Count the digests that were issued or imported."""
        [row] = self._engine.all("select count(*) as n from digests")
        return int(row["n"])

    def last(self, bot: int, chat: int, subscription: int) -> Digest | None:
        """Return the digest a topic issued last; of what it left out, the kinds."""
        row = self._engine.one(
            """
            select max(number) as number from digests
            where bot = :bot and chat = :chat and subscription = :subscription
            """,
            bot=bot,
            chat=chat,
            subscription=subscription,
        )
        return self.get(row["number"], last=0) if row and row["number"] else None

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
            said = [
                (place, {g.language: g for g in entry.glosses} | late.get(entry.paper.key, {}))
                for place, entry in enumerate((*digest.entries, *digest.rest), start=1)
            ]
            self._entries.say(number, revision, ((place, by.values()) for place, by in said))
            self._engine.change(
                "update digests set revision = :revision where number = :number",
                revision=revision,
                number=number,
            )
        return revision

    def missed(self, bot: int, chat: int, since: datetime, limit: int = 200) -> list[Entry]:
        """Return what a chat's digests since an instant matched and it never received.

        Each paper once, the newest digest first: left out over the limit, or dropped or refused
        on the way.
        """
        return self._entries.missed(bot, chat, since, limit)

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

    def next_number(self) -> int:
        """Return the number that a digest issued now will most likely get."""
        row = self._engine.one("select coalesce(max(number), 0) + 1 as number from digests")
        return int(row["number"]) if row else 1

    def drop_topicless(self, before: datetime, limit: int = 100) -> int:
        """Delete some digests of before an instant that a chat asked for without a topic.

        Those whose papers count as received, those that are still on their way, and imported
        documents stay. Returns how many were deleted.
        """
        with self._engine.writing():
            rows = self._engine.all(
                """
                select number from digests d
                where subscription = 0 and imported = 0 and chat <> 0 and issued < :before
                    and not exists (select 1 from ledger l where l.digest = d.number)
                    and not exists (select 1 from parcels p where p.digest = d.number
                        and p.state in ('ready', 'sending', 'unknown'))
                order by issued limit :limit
                """,
                before=micros(before),
                limit=limit,
            )
            numbers = [{"number": row["number"]} for row in rows]
            for table in ("entry_glosses", "entries"):
                self._engine.change_each(f"delete from {table} where digest = :number", numbers)
            self._engine.change_each("delete from digests where number = :number", numbers)
        return len(numbers)

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
        "beyond": json.dumps(Counter(digest.beyond)),
        "languages": json.dumps(digest.languages),
    }


def _digest_of(
    row: Row,
    revision: int,
    entries: Sequence[tuple[bool, Entry]],
    unread: tuple[Kind, ...],
    document: str,
) -> Digest:
    return Digest(
        topic=row["topic"],
        query=row["query"],
        issued=instant(row["issued"]),
        entries=tuple(entry for is_shown, entry in entries if is_shown),
        rest=tuple(entry for is_shown, entry in entries if not is_shown),
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
        unread=unread,
        beyond=_beyond(row),
        languages=tuple(json.loads(row["languages"])),
        document=document,
    )


def _beyond(row: Row) -> tuple[Kind, ...]:
    counts: dict[str, int] = json.loads(row["beyond"])
    return tuple(kind for kind in Kind for _ in range(counts.get(kind, 0)))


def _heading_of(row: Row) -> Heading:
    return Heading(
        number=row["number"],
        topic=row["topic"],
        query=row["query"],
        issued=instant(row["issued"]),
        shown=row["shown"],
        left_out=row["left_out"] + len(_beyond(row)),
        period=row["period"],
        bot=row["bot"],
        chat=row["chat"],
        thread=row["thread"],
        subscription=row["subscription"],
        imported=bool(row["imported"]),
        revision=row["revision"],
    )
