"""Invented papers by the thousand: as long as real ones, each about three things of many."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

from bot.arxiv.calendar import arxiv_day
from storage.records import Announcement, Kind, Paper
from tests.ingest.sources.feeds import item, rss

CATEGORIES = ("cs.CV", "cs.LG", "cs.CL")
_BEGINNINGS = "ba de fi go hu ka le mi no pu ra se ti vo zu"
_MIDDLES = "bra den fil gor lun kam pes rit vos zen"
_ENDS = "dor fex gant lo mur nix"


def _joined(*syllables: str) -> tuple[str, ...]:
    return tuple("".join(parts) for parts in product(*(one.split() for one in syllables)))


_WORDS = _joined(_BEGINNINGS, _MIDDLES, _ENDS)  # 900, each in a sixth of the papers
TOPICS = _joined("tro qua", _MIDDLES, _ENDS)  # 120, each in one of forty


@dataclass
class Press:
    """Prints papers, none twice."""

    dice: Random
    printed: int = 0
    feeds: int = 0
    _listed: dict[str, deque[dict[str, str]]] = field(default_factory=dict)

    def announced(self, count: int, now: datetime, *, days: int = 7) -> list[Announcement]:
        """So many new papers, announced in the last days."""
        today = arxiv_day(now)
        dates = [today - timedelta(days=self.dice.randrange(days)) for _ in range(count)]
        return [Announcement(self._paper(), CATEGORIES[0], Kind.NEW, day) for day in dates]

    def feed(self, name: str, count: int, fresh: int) -> bytes:
        """A feed of today with so many papers, of which some were not in it when last asked."""
        self.feeds += 1
        items = self._listed.setdefault(name, deque(maxlen=count))
        lacking = max(fresh, count - len(items))
        items.extend(_item(self._paper()) for _ in range(lacking))
        day = f"{arxiv_day(datetime.now(UTC)):%a, %d %b %Y}"
        return rss([*items], day, f"{name.removeprefix('/rss/')} updates on arXiv.org")

    def _paper(self) -> Paper:
        self.printed += 1
        about = self.dice.sample(TOPICS, 3)
        return Paper(
            id=f"arxiv:2611.{10_000 + self.printed}",
            version=1,
            title=self._sentence([*about[:2], *self.dice.choices(_WORDS, k=6)]),
            abstract=" ".join(
                self._sentence([*about, *self.dice.choices(_WORDS, k=22)])
                for _ in range(self.dice.randint(5, 8))
            ),
            authors=tuple(f"Ada {self.dice.choice(_WORDS).title()}" for _ in range(4)),
            categories=(self.dice.choice(CATEGORIES),),
            link=f"https://arxiv.org/abs/2611.{10_000 + self.printed}",
        )

    def _sentence(self, words: Sequence[str]) -> str:
        return f"{' '.join(self.dice.sample(words, len(words))).capitalize()}."


def _item(paper: Paper) -> dict[str, str]:
    return item(
        f"{paper.id.partition(':')[2]}v1",
        paper.title,
        paper.abstract,
        category=paper.categories[0],
        creator=", ".join(paper.authors),
    )
