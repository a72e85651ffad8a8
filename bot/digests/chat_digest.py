"""What does a chat get of its topics' editions? Nothing it has, no paper under two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from bot.digests.shared_digest import Edition, left_of
from storage import Store
from storage.records import Subscription

Received: TypeAlias = Mapping[int, int]
"""The highest version that a chat has, or will have, of each paper."""

Others: TypeAlias = Mapping[int, tuple[str, ...]]
"""The names of the chat's other topics that found a paper too."""

_NOTHING: Received = MappingProxyType({})
_NOBODY: Others = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Share:
    """What a chat gets under one of its topics, and what that was reckoned with."""

    topic: Subscription
    whole: Edition  # what everybody gets who asks this and has nothing of it
    own: Edition  # what is left of it for the chat
    received: Received
    others: Others

    @property
    def shown(self) -> Received:
        """What the chat will have received besides, once this is issued."""
        return {entry.paper.key: entry.paper.version for entry in self.own.digest.entries}


def share(
    store: Store,
    topic: Subscription,
    whole: Edition,
    *,
    shown: Received = _NOTHING,
    others: Others = _NOBODY,
) -> Share:
    """The share of a chat to which its earlier topics will have ``shown`` some papers."""
    received = store.digests.received(topic.bot, topic.chat, whole.papers)
    if shown:
        received |= {key: shown[key] for key in whole.papers if key in shown}
    return _reckoned(store, topic, whole, received, others)


def up_to_date(store: Store, one: Share) -> Share:
    """The share by what the chat has received by now; in a transaction, nobody changes that.

    It is the same, and this one read, unless something reached the chat meanwhile or was undone.
    """
    received = store.digests.received(one.topic.bot, one.topic.chat, one.whole.papers)
    if received == one.received:
        return one
    return _reckoned(store, one.topic, one.whole, received, one.others)


def _reckoned(
    store: Store,
    topic: Subscription,
    whole: Edition,
    received: Received,
    others: Others,
) -> Share:
    is_whole = not (received or others)
    own = whole if is_whole else left_of(store, whole, received, others, topic.limit)
    return Share(topic, whole, own, received, others)


def others_of(found: Sequence[tuple[Subscription, Edition]]) -> Mapping[int, Others]:
    """Which papers several topics of a chat found, and which others: by each topic's key."""
    finders: dict[int, list[Subscription]] = {}
    for topic, edition in found if len(found) > 1 else ():
        for paper in edition.papers:
            finders.setdefault(paper, []).append(topic)
    named: dict[int, dict[int, tuple[str, ...]]] = {topic.key: {} for topic, _ in found}
    for paper, topics in finders.items():
        for topic in topics if len(topics) > 1 else ():
            names = tuple(other.name for other in topics if other.key != topic.key)
            named[topic.key][paper] = names
    return named
