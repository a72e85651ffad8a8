"""Group categories into combined feeds that stay below arXiv's limit.

One feed may cover several categories, which saves requests; but arXiv cuts a feed at 2,000 papers
and drops new ones first. ``papers_per_day.json`` says how many papers each category lists on the
busiest day of a week, replacements included: estimates, rounded up. A paper of several categories
counts in each, so a group stays well below the sum.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

MAX_PAPERS = 1499  # papers of a group on its busiest day
RSS_BASE = "https://rss.arxiv.org"
_DEFAULT_PAPERS = 100  # papers of a category without a count


def feed_groups(categories: Iterable[str], *, max_papers: int = MAX_PAPERS) -> tuple[str, ...]:
    """Join categories with ``+`` into feed names, neighbours together, in order.

    A category that alone may come near the limit gets its own feed, and so does a whole archive.
    """
    category_groups: list[list[str]] = []
    remaining_papers = 0
    daily_counts = _load_daily_counts()
    for category in dict.fromkeys(categories):
        archive_prefix = f"{category}."
        class_counts = (n for code, n in daily_counts.items() if code.startswith(archive_prefix))
        papers = daily_counts.get(category) or sum(class_counts) or _DEFAULT_PAPERS
        if papers > remaining_papers:
            category_groups.append([])
            remaining_papers = max_papers
        category_groups[-1].append(category)
        remaining_papers -= papers
    return tuple("+".join(group) for group in category_groups)


def feed_url(name: str, *, base: str = RSS_BASE) -> str:
    """Return the address of a group's RSS feed."""
    return f"{base.rstrip('/')}/rss/{name}"


@cache
def _load_daily_counts() -> dict[str, int]:
    counts = json.loads(files(__package__).joinpath("papers_per_day.json").read_text())
    return {str(code): int(papers) for code, papers in counts.items()}
