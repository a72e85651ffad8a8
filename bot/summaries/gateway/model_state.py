"""How does the model answer? Kept in the store, for those who ask in other processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import Store
from storage.records import SourceCursor

_MARK = "model"  # a source of words: its name and state stand where a feed's position would


class State(StrEnum):
    """What stands between us and an answer; anything but GOOD is the operator's to know."""

    GOOD = "good"
    KEY_REFUSED = "key-refused"
    MODEL_UNKNOWN = "model-unknown"
    OUT_OF_CREDIT = "out-of-credit"
    OVERLOADED = "overloaded"
    UNREACHABLE = "unreachable"
    SPENT = "spent"  # the day's budget


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of a model since an instant; GOOD without a model."""

    state: State = State.GOOD
    model: str = ""
    since: datetime | None = None


def condition(store: Store) -> Condition:
    """How the model answered last."""
    mark = store.cursors.get(_MARK)
    return Condition(State(mark.token or State.GOOD), mark.batch, mark.checked)


def note(store: Store, state: State, model: str, now: datetime) -> None:
    """Keeps a state that has changed, and since when."""
    known = condition(store)
    if (known.state, known.model) != (state, model):
        store.cursors.put(SourceCursor(_MARK, token=state, batch=model, checked=now))
