"""How does the model answer? Kept in the store, for those who ask in other processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import Store
from storage.records import FeedCursor

_CURSOR_NAME = "model"  # a source of words: its name and state stand where a feed's position would


class ModelStatus(StrEnum):
    """What stands between us and an answer; anything but GOOD is the operator's to know."""

    AVAILABLE = "good"
    KEY_REFUSED = "key-refused"
    MODEL_UNKNOWN = "model-unknown"
    OUT_OF_CREDIT = "out-of-credit"
    OVERLOADED = "overloaded"
    UNREACHABLE = "unreachable"
    BUDGET_SPENT = "spent"  # the day's budget


@dataclass(frozen=True, slots=True)
class ModelState:
    """The state of a model since an instant; GOOD without a model."""

    status: ModelStatus = ModelStatus.AVAILABLE
    model: str = ""
    since: datetime | None = None


def current_model_state(store: Store) -> ModelState:
    """How the model answered last."""
    cursor = store.feed_cursors.get(_CURSOR_NAME)
    return ModelState(
        ModelStatus(cursor.resumption_token or ModelStatus.AVAILABLE),
        cursor.batch_fingerprint,
        cursor.checked_at,
    )


def record_model_state(store: Store, status: ModelStatus, model: str, now: datetime) -> None:
    """Keeps a state that has changed, and since when."""
    previous = current_model_state(store)
    if (previous.status, previous.model) != (status, model):
        store.feed_cursors.put(
            FeedCursor(
                _CURSOR_NAME, resumption_token=status, batch_fingerprint=model, checked_at=now
            )
        )
