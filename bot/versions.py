"""The verb: saved papers that gained a version → a notice to whoever saved them."""

from __future__ import annotations

from datetime import datetime

from bot.render.entry_content import address, shown_title
from bot.render.size_limits import shorten
from storage import Store
from storage.records import Form, Notice, Paper, Parcel, SourceCursor, Subscriber

MOST = 100  # notices in one transaction
_LOOKED = "versions"  # not a source: the last announcement that was looked at
_TITLE_UNITS = 300


def tell_versions(store: Store, bot: int, now: datetime) -> int:
    """Puts a notice for each version that a reader does not know, once; returns how many.

    It looks only when something was announced: a library is large, and a tick is short.
    """
    last = str(store.papers.last_seq())
    if store.cursors.get(_LOOKED).token == last:
        return 0
    with store.transaction():
        found = store.library.renewed(bot, MOST)
        for person, paper in found:
            _tell(store, bot, person, paper, now)
        if len(found) < MOST:
            store.cursors.put(SourceCursor(_LOOKED, token=last))
    return len(found)


def _tell(store: Store, bot: int, person: int, paper: Paper, now: datetime) -> None:
    chat = store.subscribers.get(bot, person)
    if chat:
        store.outbox.put_once(_notice(chat, paper), due=now)
    store.library.told(bot, person, paper)


def _notice(chat: Subscriber, paper: Paper) -> Parcel:
    title = shorten(shown_title(paper), _TITLE_UNITS)
    values = (("title", title), ("version", paper.version), ("link", address(paper)))
    return Parcel(
        bot=chat.bot,
        chat=chat.chat,
        period=f"version/{paper.key}/{paper.version}",
        part=1,
        form=Form.CLASSIC,
        language=chat.language,
        languages=chat.languages,
        zone=chat.zone,
        notice=Notice("saved-version", values),
        silent=chat.silent,
    )
