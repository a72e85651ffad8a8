"""Ask the chats whose time zone is EST, MST or HST once for their place.

Those are zones without summer time, which hardly anybody means. A chat keeps its zone until it
names a place.
"""

from __future__ import annotations

from datetime import datetime

from storage import Store
from storage.records.messages import Notice, notice_message


def ask_for_places(store: Store, bot: int, now: datetime) -> None:
    """Queue the question for each such chat that was not asked before."""
    for chat in store.chats.not_asked_for_place(bot):
        with store.transaction():
            store.chats.mark_asked_for_place(bot, chat.id)
            message = notice_message(
                chat, Notice("zone-without-summer", (("zone", chat.zone),)), period="place"
            )
            store.outbox.put_once(message, due_at=now)
