"""Parcels as rows: what a message to be sent looks like in its table."""

from __future__ import annotations

import json
from datetime import datetime

from storage.engine.column_types import instant_or_none, micros_or_null, text_list, texts
from storage.engine.sqlite import Engine, Row, Value
from storage.records import Form, Notice, Parcel, ParcelState, Rank

_PUT = """
    insert into parcels (bot, chat, thread, period, part, piece, revision, edits, digest,
        "first", "last", form, language, languages, zone, notice, silent, state, turn,
        attempts, doubts, fence, holder, lease_until, next_at, message, error, rank, content,
        expires)
    values (:bot, :chat, :thread, :period, :part, :piece, :revision, :edits, :digest,
        :first, :last, :form, :language, :languages, :zone, :notice, :silent, 'ready',
        coalesce(:turn, (select coalesce(max(turn), 0) + 1 from parcels)),
        0, 0, 0, '', 0,
        coalesce(:due, (select issued from digests where number = :digest), 0), 0, '', :rank,
        :content, :expires)
    on conflict do nothing
"""


def put(engine: Engine, parcel: Parcel, due: datetime | None, turn: int | None = None) -> bool:
    """Queue a parcel at the end, or at another's turn; False when it was queued before."""
    return bool(engine.change(_PUT, turn=turn, due=micros_or_null(due), **_values(parcel)))


def _values(parcel: Parcel) -> dict[str, Value]:
    return {
        "bot": parcel.bot,
        "chat": parcel.chat,
        "thread": parcel.thread,
        "period": parcel.period,
        "part": parcel.part,
        "piece": parcel.piece,
        "revision": parcel.revision,
        "edits": parcel.edits,
        "digest": parcel.digest,
        "first": parcel.first,
        "last": parcel.last,
        "form": parcel.form,
        "language": parcel.language,
        "languages": text_list(parcel.languages),
        "zone": parcel.zone,
        "notice": _notice(parcel.notice),
        "silent": int(parcel.silent),
        "rank": parcel.rank,
        "content": parcel.content or None,
        "expires": micros_or_null(parcel.expires),
    }


def _notice(notice: Notice | None) -> str | None:
    return None if notice is None else json.dumps([notice.key, notice.values], ensure_ascii=False)


def _notice_of(stored: str | None) -> Notice | None:
    if stored is None:
        return None
    key, values = json.loads(stored)
    return Notice(key, tuple((name, value) for name, value in values))


def parcel_of(row: Row) -> Parcel:
    """Read a parcel from its row."""
    return Parcel(
        bot=row["bot"],
        chat=row["chat"],
        period=row["period"],
        part=row["part"],
        form=Form(row["form"]),
        language=row["language"],
        languages=texts(row["languages"]),
        zone=row["zone"],
        thread=row["thread"],
        piece=row["piece"],
        digest=row["digest"],
        first=row["first"],
        last=row["last"],
        notice=_notice_of(row["notice"]),
        silent=bool(row["silent"]),
        state=ParcelState(row["state"]),
        attempts=row["attempts"],
        doubts=row["doubts"],
        fence=row["fence"],
        message=row["message"],
        error=row["error"],
        revision=row["revision"],
        edits=row["edits"],
        rank=Rank(row["rank"]),
        content=row["content"] or "",
        expires=instant_or_none(row["expires"]),
        key=row["key"],
    )
