"""What arXiv announced, in order, and which papers of a stretch of it a topic finds."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from tests.system.year.arxiv import TimedAnnouncement
from tests.system.year.corpus import CorpusPaper
from tests.system.year.readers import TopicWish


class AnnouncementIndex:
    """What arXiv told, in order, ready to be asked by wish and stretch."""

    def __init__(self, announcements: Sequence[TimedAnnouncement]) -> None:
        self._announcements = announcements
        self._positions_by_paper: dict[str, list[int]] = defaultdict(list)
        self._positions_by_wish: dict[TopicWish, list[int]] = {}
        for position, announcement in enumerate(announcements):
            self._positions_by_paper[announcement.paper.id].append(position)

    def matching_papers(self, wish: TopicWish, first: int, end: int) -> dict[str, tuple[int, str]]:
        """The papers between two places that a wish finds: the version and the kind of each."""
        if wish not in self._positions_by_wish:
            numbered = enumerate(self._announcements)
            self._positions_by_wish[wish] = [
                position
                for position, announcement in numbered
                if wish.matches(announcement.paper, announcement.version)
            ]
        wish_positions = self._positions_by_wish[wish]
        positions = wish_positions[
            bisect_left(wish_positions, first) : bisect_left(wish_positions, end)
        ]
        works_by_id = {
            self._announcements[position].paper.id: self._announcements[position].paper
            for position in positions
        }
        version_and_kind = {
            paper_id: self._version_and_kind(wish, paper, first, end)
            for paper_id, paper in works_by_id.items()
        }
        return {
            paper_id: version_kind
            for paper_id, version_kind in version_and_kind.items()
            if version_kind
        }

    def _version_and_kind(
        self, wish: TopicWish, paper: CorpusPaper, first: int, end: int
    ) -> tuple[int, str] | None:
        announcements = [
            self._announcements[position]
            for position in self._positions_by_paper[paper.id]
            if first <= position < end
        ]
        version = max(announcement.version for announcement in announcements)
        if not wish.matches(paper, version):
            return None
        is_fresh = any(announcement.is_fresh for announcement in announcements)
        if wish.has_primary_category(paper):
            return version, "new" if is_fresh else "replace"
        return version, "cross" if is_fresh else "replace-cross"
