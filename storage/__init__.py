"""Everything that lasts: the records, the errors, and the store that keeps them.

::

    store = open_store("sqlite:///papergram.db", analyze=index_text)
    with store.transaction():
        store.papers.add_announcements(batch, seen_at=now)
        store.feed_cursors.put(cursor)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.store import Store, open_for_reading, open_store
else:

    def __getattr__(name: str) -> object:
        """Load the store when it is asked for: a health probe needs none of its collections."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from storage import store

        return getattr(store, name)


__all__ = ["Store", "open_for_reading", "open_store"]
