"""Which feeds are asked, so that every category is read and none is cut?

One feed may be asked for several categories, which saves questions; but arXiv cuts a feed at
2,000 papers and drops new ones first. ``daily_counts.json`` says how many papers each category
lists on the fullest day of a week, replacements included: estimates, rounded up. A paper of
several categories counts in each, so a group stays well below the sum.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

MOST = 1499  # papers of a group on its fullest day
BASE = "https://rss.arxiv.org"
_UNKNOWN = 100  # papers of a category without a count


def feed_groups(categories: Iterable[str], *, most: int = MOST) -> tuple[str, ...]:
    """The categories joined with ``+``, neighbours together, in their order.

    A category that alone may come near the bound stands alone, and so does a whole archive.
    """
    groups: list[list[str]] = []
    room = 0
    for category in dict.fromkeys(categories):
        papers = _papers(category)
        if papers > room:
            groups.append([])
            room = most
        groups[-1].append(category)
        room -= papers
    return tuple("+".join(group) for group in groups)


def feed_url(name: str, *, base: str = BASE) -> str:
    """The address of the RSS feed of a group."""
    return f"{base.rstrip('/')}/rss/{name}"


def _papers(category: str) -> int:
    counts = _counts()
    if category in counts:
        return counts[category]
    inside = [papers for code, papers in counts.items() if code.startswith(f"{category}.")]
    return sum(inside) or _UNKNOWN


@cache
def _counts() -> dict[str, int]:
    found = json.loads(files(__package__).joinpath("papers_per_day.json").read_text())
    return {str(code): int(papers) for code, papers in found.items()}
