"""Keep the model's last status in the store, where other processes can read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import Store
from storage.records.feeds import FeedCursor

_CURSOR_NAME = "model"  # not a source: name and status are stored in a feed cursor


class ModelStatus(StrEnum):
    """Whether the model can be asked; the operator is shown any status but AVAILABLE."""

    AVAILABLE = "good"
    KEY_REFUSED = "key-refused"
    MODEL_UNKNOWN = "model-unknown"
    OUT_OF_CREDIT = "out-of-credit"
    OVERLOADED = "overloaded"
    UNREACHABLE = "unreachable"
    BUDGET_SPENT = "spent"


@dataclass(frozen=True, slots=True)
class ModelState:
    """The status of a model since an instant; AVAILABLE without a model."""

    status: ModelStatus = ModelStatus.AVAILABLE
    model: str = ""
    since: datetime | None = None


def current_model_state(store: Store) -> ModelState:
    """Return the status that was recorded last."""
    cursor = store.feed_cursors.get(_CURSOR_NAME)
    return ModelState(
        ModelStatus(cursor.resumption_token or ModelStatus.AVAILABLE),
        cursor.batch_fingerprint,
        cursor.checked_at,
    )


def record_model_state(store: Store, status: ModelStatus, model: str, now: datetime) -> None:
    """Record a status with the current time, if it or the model has changed."""
    previous = current_model_state(store)
    if (previous.status, previous.model) != (status, model):
        store.feed_cursors.put(
            FeedCursor(
                _CURSOR_NAME, resumption_token=status, batch_fingerprint=model, checked_at=now
            )
        )
