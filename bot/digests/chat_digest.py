"""Reduce shared digests to what a chat lacks, with no paper under two of its topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from bot.digests.shared_digest import SharedDigest, remaining_for_chat
from storage import Store
from storage.records.chats import Subscription

ReceivedVersions: TypeAlias = Mapping[int, int]
"""The highest version of each paper that a chat has received or will have, by paper key."""

OtherTopics: TypeAlias = Mapping[int, tuple[str, ...]]
"""The names of the chat's other topics that matched a paper too, by paper key."""

_NONE_RECEIVED: ReceivedVersions = MappingProxyType({})
_NO_OTHER_TOPICS: OtherTopics = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ChatDigest:
    """A chat's digest for one of its topics, and what it was computed from."""

    topic: Subscription
    shared: SharedDigest  # before anything is left out
    remaining: SharedDigest  # what is left of it for the chat
    received_versions: ReceivedVersions
    other_topics: OtherTopics

    @property
    def shown_versions(self) -> ReceivedVersions:
        """Return the versions that this digest shows, by paper key."""
        return {entry.paper.key: entry.paper.version for entry in self.remaining.digest.entries}


def build_chat_digest(
    store: Store,
    topic: Subscription,
    shared: SharedDigest,
    *,
    shown_versions: ReceivedVersions = _NONE_RECEIVED,
    other_topics: OtherTopics = _NO_OTHER_TOPICS,
) -> ChatDigest:
    """Return a chat's digest for a topic; its earlier topics will have shown ``shown_versions``."""
    received_versions = store.receipts.received_versions(topic.bot, topic.chat, shared.paper_keys)
    if shown_versions:
        received_versions |= {
            key: shown_versions[key] for key in shared.paper_keys if key in shown_versions
        }
    return _reduce_shared(store, topic, shared, received_versions, other_topics)


def refresh_chat_digest(store: Store, chat_digest: ChatDigest) -> ChatDigest:
    """Return the digest without what the chat has received meanwhile, final in a transaction.

    It is the same object unless the chat received something meanwhile or a receipt was undone.
    """
    received_versions = store.receipts.received_versions(
        chat_digest.topic.bot, chat_digest.topic.chat, chat_digest.shared.paper_keys
    )
    if received_versions == chat_digest.received_versions:
        return chat_digest
    return _reduce_shared(
        store, chat_digest.topic, chat_digest.shared, received_versions, chat_digest.other_topics
    )


def _reduce_shared(
    store: Store,
    topic: Subscription,
    shared: SharedDigest,
    received_versions: ReceivedVersions,
    other_topics: OtherTopics,
) -> ChatDigest:
    is_complete = not (received_versions or other_topics)
    remaining_digest = (
        shared
        if is_complete
        else remaining_for_chat(store, shared, received_versions, other_topics, topic.limit)
    )
    return ChatDigest(topic, shared, remaining_digest, received_versions, other_topics)


def other_topics_by_paper(
    topic_digests: Sequence[tuple[Subscription, SharedDigest]],
) -> Mapping[int, OtherTopics]:
    """Return, by topic key, which other topics matched the topic's papers, by paper key."""
    topics_by_paper: dict[int, list[Subscription]] = {}
    for topic, shared_digest in topic_digests if len(topic_digests) > 1 else ():
        for paper in shared_digest.paper_keys:
            topics_by_paper.setdefault(paper, []).append(topic)
    names_by_topic: dict[int, dict[int, tuple[str, ...]]] = {
        topic.key: {} for topic, _ in topic_digests
    }
    for paper, topics in topics_by_paper.items():
        for topic in topics if len(topics) > 1 else ():
            other_names = tuple(other.name for other in topics if other.key != topic.key)
            names_by_topic[topic.key][paper] = other_names
    return names_by_topic
