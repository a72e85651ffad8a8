"""Store issued digests and their revisions."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from storage.digests.entries import Entries
from storage.engine.column_types import format_day, from_micros, parse_day, to_micros
from storage.engine.sqlite import Engine, Row
from storage.errors import RowNotFound
from storage.records.digests import Digest, DigestHeading, EntryOrder
from storage.records.papers import AnnouncementKind
from storage.records.summaries import Summary

_HEADING_COLUMNS = """
    d.number, d.bot, d.chat, d.thread, d.subscription, d.topic, d.query, d.period, d.issued_at,
    d.imported, d.revision, d.unstored_kinds,
    (select count(*) from entries e where e.digest = d.number and e.shown = 1) as shown,
    (select count(*) from entries e where e.digest = d.number and e.shown = 0) as left_out
"""


class Digests:
    """Issued digests, which print the same for ever; a late summary makes a new revision."""

    def __init__(self, engine: Engine, entries: Entries) -> None:
        self._engine = engine
        self._entries = entries

    def issue(self, digest: Digest, *, copy_of: int = 0) -> int:
        """Store a digest and return its number; a repeated period returns the first one's number.

        The papers must be stored. Summaries without a key are stored with the digest. ``copy_of``
        is the number of a digest that was issued with the same entries: they are copied from there.
        """
        with self._engine.ensure_transaction():
            rows = self._engine.execute_returning(
                """
                insert into digests (bot, chat, thread, subscription, topic, query, period,
                    issued_at, first_day, last_day, announced_count, imported, revision,
                    unstored_kinds, languages, entry_order)
                values (:bot, :chat, :thread, :subscription, :topic, :query, :period,
                    :issued_at, :first_day, :last_day, :announced_count, :imported, 1,
                    :unstored_kinds, :languages, :entry_order)
                on conflict do nothing
                returning number
                """,
                bot=digest.bot,
                chat=digest.chat,
                thread=digest.thread,
                subscription=digest.subscription,
                topic=digest.topic,
                query=digest.query,
                period=digest.period,
                issued_at=to_micros(digest.issued_at),
                first_day=format_day(digest.first_day),
                last_day=format_day(digest.last_day),
                announced_count=digest.announced_count,
                imported=int(digest.imported),
                unstored_kinds=json.dumps(Counter(digest.unstored_kinds)),
                languages=json.dumps(digest.languages),
                entry_order=digest.entry_order or "",
            )
            if not rows:
                [existing_row] = self._engine.fetch_all(
                    """
                    select number from digests where bot = :bot and chat = :chat
                        and subscription = :subscription and period = :period
                    """,
                    bot=digest.bot,
                    chat=digest.chat,
                    subscription=digest.subscription,
                    period=digest.period,
                )
                return int(existing_row["number"])
            digest_number = int(rows[0]["number"])
            if not (copy_of and self._entries.copy_entries(digest_number, copy_of)):
                self._entries.insert(digest_number, digest)
            if digest.source_document:
                self._engine.execute(
                    "insert into digest_documents (digest, content) values (:number, :content)",
                    number=digest_number,
                    content=zlib.compress(digest.source_document.encode()),
                )
        return digest_number

    def get(
        self, number: int, revision: int | None = None, *, last_position: int | None = None
    ) -> Digest | None:
        """Return a digest with its entries as they were, at its newest or a given revision.

        Of the left-out entries after ``last_position`` only the kinds are read: hundreds may have
        been left out where twelve are shown.
        """
        with self._engine.snapshot():
            row = self._engine.fetch_one(
                "select * from digests where number = :number", number=number
            )
            if row is None or (revision or 1) > row["revision"] or (revision or 1) < 1:
                return None
            shown_revision = revision or int(row["revision"])
            entries = self._entries.entries_of_digest(number, shown_revision, last_position)
            unloaded_kinds = (
                ()
                if last_position is None
                else self._entries.left_out_kinds_after(number, last_position)
            )
            # Only what was imported has a document, and no chat.
            document_row = (
                None
                if row["chat"]
                else self._engine.fetch_one(
                    "select content from digest_documents where digest = :number", number=number
                )
            )
        return Digest(
            topic=row["topic"],
            query=row["query"],
            issued_at=from_micros(row["issued_at"]),
            entries=tuple(entry for is_shown, entry in entries if is_shown),
            left_out=tuple(entry for is_shown, entry in entries if not is_shown),
            first_day=parse_day(row["first_day"]),
            last_day=parse_day(row["last_day"]),
            announced_count=row["announced_count"],
            period=row["period"],
            bot=row["bot"],
            chat=row["chat"],
            thread=row["thread"],
            subscription=row["subscription"],
            imported=bool(row["imported"]),
            revision=shown_revision,
            number=row["number"],
            unloaded_kinds=unloaded_kinds,
            unstored_kinds=_unstored_kinds(row),
            languages=tuple(json.loads(row["languages"])),
            entry_order=EntryOrder(row["entry_order"]) if row["entry_order"] else None,
            source_document=(
                zlib.decompress(document_row["content"]).decode() if document_row else ""
            ),
        )

    def count(self) -> int:
        """Count the digests that were issued or imported."""
        return self._engine.fetch_number("select count(*) from digests")

    def last_issued(self, bot: int, chat: int, subscription: int) -> Digest | None:
        """Return the digest that a topic issued last, with only the kinds of what it left out."""
        number = self._engine.fetch_number(
            """
            select max(number) from digests
            where bot = :bot and chat = :chat and subscription = :subscription
            """,
            bot=bot,
            chat=chat,
            subscription=subscription,
        )
        return self.get(number, last_position=0) if number else None

    def headings_of_chat(
        self, bot: int, chat: int, *, limit: int = 20, before_number: int | None = None
    ) -> list[DigestHeading]:
        """Return the headings of a chat's digests, the newest first, below a number when paging."""
        rows = self._engine.fetch_all(
            f"""
            select {_HEADING_COLUMNS} from digests d
            where d.bot = :bot and d.chat = :chat and d.number < :before
            order by d.number desc limit :limit
            """,
            bot=bot,
            chat=chat,
            limit=limit,
            before=2**62 if before_number is None else before_number,
        )
        return [
            DigestHeading(
                number=row["number"],
                topic=row["topic"],
                query=row["query"],
                issued_at=from_micros(row["issued_at"]),
                shown_count=row["shown"],
                left_out_count=row["left_out"] + len(_unstored_kinds(row)),
                period=row["period"],
                bot=row["bot"],
                chat=row["chat"],
                thread=row["thread"],
                subscription=row["subscription"],
                imported=bool(row["imported"]),
                revision=row["revision"],
            )
            for row in rows
        ]

    def add_revision(self, number: int, summaries: Iterable[Summary]) -> int:
        """Show late summaries in a digest: the same entries, with the summary of each language
        replaced.

        Return the new revision; raise RowNotFound when there is no such digest.
        """
        late_summaries: dict[int, dict[str, Summary]] = {}
        for summary in summaries:
            late_summaries.setdefault(summary.paper, {})[summary.language] = summary
        with self._engine.ensure_transaction():
            digest = self.get(number)
            if digest is None:
                raise RowNotFound(f"there is no digest {number}")
            revision = digest.revision + 1
            summaries_by_position = [
                (
                    position,
                    {summary.language: summary for summary in entry.summaries}
                    | late_summaries.get(entry.paper.key, {}),
                )
                for position, entry in enumerate((*digest.entries, *digest.left_out), start=1)
            ]
            self._entries.insert_summaries(
                number,
                revision,
                (
                    (position, by_language.values())
                    for position, by_language in summaries_by_position
                ),
            )
            self._engine.execute(
                "update digests set revision = :revision where number = :number",
                revision=revision,
                number=number,
            )
        return revision

    def next_number(self) -> int:
        """Return the number that a digest issued now will most likely get."""
        return self._engine.fetch_number("select max(number) from digests") + 1

    def delete_topicless(self, before: datetime, limit: int = 100) -> int:
        """Delete some digests issued before an instant that belong to no topic.

        Digests with receipts, with messages still on their way, and imported documents stay. Return
        how many were deleted.
        """
        with self._engine.ensure_transaction():
            rows = self._engine.fetch_all(
                """
                select number from digests d
                where subscription = 0 and imported = 0 and chat <> 0 and issued_at < :before
                    and not exists (select 1 from receipts l where l.digest = d.number)
                    and not exists (select 1 from outbox_messages p where p.digest = d.number
                        and p.state in ('ready', 'sending', 'unknown'))
                order by issued_at limit :limit
                """,
                before=to_micros(before),
                limit=limit,
            )
            number_values = [{"number": row["number"]} for row in rows]
            for table in ("entry_summaries", "entries"):
                self._engine.execute_many(
                    f"delete from {table} where digest = :number", number_values
                )
            self._engine.execute_many("delete from digests where number = :number", number_values)
        return len(number_values)


def _unstored_kinds(row: Row) -> tuple[AnnouncementKind, ...]:
    counts: dict[str, int] = json.loads(row["unstored_kinds"])
    return tuple(kind for kind in AnnouncementKind for _ in range(counts.get(kind, 0)))
