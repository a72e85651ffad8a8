"""Which of a topic's matches make its digest? ``assemble`` decides; others store and send it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from storage.records import Digest, Entry, Kind, Match

NEAR = 36  # entries behind the limit that are soon read, three pages of [Show the rest]
_REPLACES = frozenset({Kind.REPLACE, Kind.REPLACE_CROSS})


def assemble(
    matches: Sequence[Match],
    *,
    topic: str,
    query: str,
    issued: datetime,
    limit: int,
    received: Mapping[int, int],
    others: Mapping[int, Sequence[str]] | None = None,
    explain: Callable[[Sequence[Match]], Sequence[Match]] = tuple,
) -> Digest:
    """The digest of these matches, best first: ``limit`` entries, the rest behind them.

    ``received`` are the versions the chat has of each paper, by the paper's key: what it has it
    does not get again, but for a higher version that comes as a replacement. ``others`` names
    the chat's other topics that found a paper too. ``explain`` adds the reasons to matches; it is
    asked for those that are soon read.
    """
    fresh = [match for match in matches if _is_fresh(match, received)]
    near = limit + NEAR
    entries = tuple(
        _entry(match, others or {}) for match in (*explain(fresh[:near]), *fresh[near:])
    )
    days = [match.announcement.day for match in fresh]
    return Digest(
        topic=topic,
        query=query,
        issued=issued,
        entries=entries[:limit],
        rest=entries[limit:],
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )


def _is_fresh(match: Match, received: Mapping[int, int]) -> bool:
    """Whether the chat has not had this paper, or a replacement brings a version it lacks."""
    paper = match.announcement.paper
    had = received.get(paper.key)
    return had is None or (match.kind in _REPLACES and paper.version > had)


def _entry(match: Match, others: Mapping[int, Sequence[str]]) -> Entry:
    paper = match.announcement.paper
    return Entry(
        paper=paper,
        kind=match.kind,
        reasons=match.reasons,
        topics=tuple(others.get(paper.key, ())),
    )
