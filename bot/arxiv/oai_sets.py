"""Which sets of arXiv's archive hold some categories, in the fewest questions?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from bot.arxiv.taxonomy import expand, tree

FEW = 6  # sets; more are asked for in larger ones, at last as all of arXiv
EVERYTHING = ""


def covering(categories: Iterable[str]) -> tuple[str, ...]:
    """The sets by category (``cs:cs:CV``), else by archive (``cs:cs``), else everything.

    A set of a category holds the papers filed under any of its spellings.
    """
    known = [_names()[code] for one in categories for code in expand(one)[:1] if code in _names()]
    for parts in (3, 2):
        wanted = dict.fromkeys(":".join(name[:parts]) for name in known)
        if 0 < len(wanted) <= FEW:
            return _without_parts(tuple(wanted))
    return (EVERYTHING,)


def _without_parts(names: tuple[str, ...]) -> tuple[str, ...]:
    """The sets that are not inside another one of them."""
    return tuple(name for name in names if not any(name.startswith(f"{other}:") for other in names))


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Each category and archive with the parts of its set's name, the widest first."""
    found: dict[str, tuple[str, ...]] = {}
    for group in tree():
        for archive in group.archives:
            place = (group.code, archive.code)
            for category in archive.categories:
                inside = category.code.partition(".")[2]
                found[category.code] = (*place, inside) if inside else place
            found[archive.code] = place
    return found
