"""Store what a chat has received or is about to: no paper reaches it twice unasked."""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from storage.engine.column_types import to_micros
from storage.engine.sqlite import Engine

_MAX_POSITION = 2**31  # beyond the last entry of any digest


class Receipts:
    """One row per chat, paper and version: reserved with the digest, sent with its message."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def received_versions(self, bot: int, chat: int, paper_keys: Iterable[int]) -> dict[int, int]:
        """Return the highest version a chat has, or is about to get, of each of these papers."""
        wanted_keys = set(paper_keys)
        if not wanted_keys:
            return {}
        rows = self._engine.fetch_all(
            """
            select paper, max(version) as version from receipts
            where bot = :bot and chat = :chat and paper between :low and :high group by paper
            """,
            bot=bot,
            chat=chat,
            low=min(wanted_keys),
            high=max(wanted_keys),
        )
        return {row["paper"]: row["version"] for row in rows if row["paper"] in wanted_keys}

    def reserve_entries(
        self,
        digest: int,
        *,
        now: datetime,
        first_position: int = 1,
        last_position: int = _MAX_POSITION,
    ) -> int:
        """Reserve shown entries of an issued digest; return how many were free."""
        return self._engine.execute(
            """
            insert into receipts (bot, chat, paper, version, state, digest, position, since)
            select d.bot, d.chat, e.paper, e.version, 'reserved', e.digest, e.position, :now
            from entries e join digests d on d.number = e.digest
            where e.digest = :digest and e.shown = 1 and e.position between :first and :last
            on conflict do nothing
            """,
            digest=digest,
            first=first_position,
            last=last_position,
            now=to_micros(now),
        )

    def mark_received(
        self, digest: int, first_position: int, last_position: int, *, now: datetime
    ) -> int:
        """Mark entries of a range as sent, shown or left out; return how many were new."""
        return self._engine.execute(
            """
            insert into receipts (bot, chat, paper, version, state, digest, position, since)
            select d.bot, d.chat, e.paper, e.version, 'sent', e.digest, e.position, :now
            from entries e join digests d on d.number = e.digest
            where e.digest = :digest and e.position between :first and :last
            on conflict do nothing
            """,
            digest=digest,
            first=first_position,
            last=last_position,
            now=to_micros(now),
        )

    def mark_sent(
        self, digest: int, first_position: int, last_position: int, *, now: datetime
    ) -> int:
        """Mark the reserved entries of a range as sent."""
        return self._engine.execute(
            """
            update receipts set state = 'sent', since = :now
            where digest = :digest and position between :first and :last and state = 'reserved'
            """,
            digest=digest,
            first=first_position,
            last=last_position,
            now=to_micros(now),
        )

    def has_sent_any(self, digest: int, first_position: int, last_position: int) -> bool:
        """Tell whether the chat has seen a shown entry of a range, or a newer version of it."""
        return self._has_receipt("l.state = 'sent'", digest, first_position, last_position)

    def is_reserved_by_other_digest(
        self, digest: int, first_position: int, last_position: int
    ) -> bool:
        """Tell whether another digest reserved a shown entry of a range, or a newer version."""
        return self._has_receipt(
            "l.state = 'reserved' and l.digest <> e.digest", digest, first_position, last_position
        )

    def _has_receipt(
        self, condition: str, digest: int, first_position: int, last_position: int
    ) -> bool:
        return self._engine.has_row(
            f"""
            select 1 from entries e join digests d on d.number = e.digest
            join receipts l on l.bot = d.bot and l.chat = d.chat and l.paper = e.paper
                and l.version >= e.version
            where e.digest = :digest and e.shown = 1 and e.position between :first and :last
                and {condition}
            limit 1
            """,
            digest=digest,
            first=first_position,
            last=last_position,
        )

    def release_entries(self, digest: int, first_position: int, last_position: int) -> int:
        """Release the reserved entries of a range that no other message carries.

        A dead message carries nothing: nobody will see its papers unless an operator resends it.
        """
        return self._engine.execute(
            """
            delete from receipts
            where digest = :digest and position between :first and :last and state = 'reserved'
                and not exists (select 1 from outbox_messages p
                    where p.digest = receipts.digest
                        and receipts.position between p.first_entry and p.last_entry
                        and p.state in ('ready', 'sending', 'unknown', 'sent'))
            """,
            digest=digest,
            first=first_position,
            last=last_position,
        )

    def delete_before(self, before: datetime, limit: int = 100) -> int:
        """Delete receipts of some digests issued before an instant; reserved rows stay."""
        return self._engine.execute(
            """
            delete from receipts where state = 'sent' and digest in (
                select d.number from digests d
                where d.number >= (select min(digest) from receipts) and d.issued_at < :before
                    and exists (select 1 from receipts l
                        where l.digest = d.number and l.state = 'sent')
                order by d.number limit :limit)
            """,
            before=to_micros(before),
            limit=limit,
        )
