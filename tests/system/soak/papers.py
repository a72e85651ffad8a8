"""Invented papers by the thousand: as long as real ones, each about three things of many."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

from bot.arxiv.calendar import arxiv_day
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.ingest.sources.feeds import rss_feed, rss_item

CATEGORIES = ("cs.CV", "cs.LG", "cs.CL")
_BEGINNINGS = "ba de fi go hu ka le mi no pu ra se ti vo zu"
_MIDDLES = "bra den fil gor lun kam pes rit vos zen"
_ENDS = "dor fex gant lo mur nix"


def _combine_syllables(*syllables: str) -> tuple[str, ...]:
    return tuple(
        "".join(parts) for parts in product(*(syllable_list.split() for syllable_list in syllables))
    )


_WORDS = _combine_syllables(_BEGINNINGS, _MIDDLES, _ENDS)  # 900, each in a sixth of the papers
TOPICS = _combine_syllables("tro qua", _MIDDLES, _ENDS)  # 120, each in one of forty


@dataclass
class PaperGenerator:
    """Prints papers, none twice."""

    rng: Random
    paper_count: int = 0
    feed_count: int = 0
    _items_by_feed: dict[str, deque[dict[str, str]]] = field(default_factory=dict)

    def new_announcements(self, count: int, now: datetime, *, days: int = 7) -> list[Announcement]:
        """So many new papers, announced in the last days."""
        today = arxiv_day(now)
        dates = [today - timedelta(days=self.rng.randrange(days)) for _ in range(count)]
        return [
            Announcement(self._paper(), CATEGORIES[0], AnnouncementKind.NEW, day) for day in dates
        ]

    def feed_body(self, name: str, count: int, new_count: int) -> bytes:
        """A feed of today with so many papers, of which some were not in it when last asked."""
        self.feed_count += 1
        items = self._items_by_feed.setdefault(name, deque(maxlen=count))
        missing_count = max(new_count, count - len(items))
        items.extend(_item(self._paper()) for _ in range(missing_count))
        day = f"{arxiv_day(datetime.now(UTC)):%a, %d %b %Y}"
        return rss_feed([*items], day, f"{name.removeprefix('/rss/')} updates on arXiv.org")

    def _paper(self) -> Paper:
        self.paper_count += 1
        about = self.rng.sample(TOPICS, 3)
        return Paper(
            id=f"arxiv:2611.{10_000 + self.paper_count}",
            version=1,
            title=self._sentence([*about[:2], *self.rng.choices(_WORDS, k=6)]),
            abstract=" ".join(
                self._sentence([*about, *self.rng.choices(_WORDS, k=22)])
                for _ in range(self.rng.randint(5, 8))
            ),
            authors=tuple(f"Ada {self.rng.choice(_WORDS).title()}" for _ in range(4)),
            categories=(self.rng.choice(CATEGORIES),),
            link=f"https://arxiv.org/abs/2611.{10_000 + self.paper_count}",
        )

    def _sentence(self, words: Sequence[str]) -> str:
        return f"{' '.join(self.rng.sample(words, len(words))).capitalize()}."


def _item(paper: Paper) -> dict[str, str]:
    return rss_item(
        f"{paper.id.partition(':')[2]}v1",
        paper.title,
        paper.abstract,
        category=paper.categories[0],
        creator=", ".join(paper.authors),
    )
