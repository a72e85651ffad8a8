"""Choose the OAI-PMH sets that cover some categories with the fewest requests."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from bot.arxiv.taxonomy import all_spellings, taxonomy_groups

MAX_SETS = 6  # beyond this, larger sets are requested, in the end all of arXiv
ALL_SETS = ""


def covering_sets(categories: Iterable[str]) -> tuple[str, ...]:
    """Return sets by category (``cs:cs:CV``), else by archive (``cs:cs``), else everything.

    A category's set holds the papers filed under any of its spellings.
    """
    set_name_parts = [
        _set_names_by_code()[code]
        for category in categories
        for code in all_spellings(category)[:1]
        if code in _set_names_by_code()
    ]
    for part_count in (3, 2):
        set_names = tuple(dict.fromkeys(":".join(name[:part_count]) for name in set_name_parts))
        if 0 < len(set_names) <= MAX_SETS:
            return tuple(  # those that no other one contains
                name
                for name in set_names
                if not any(name.startswith(f"{other}:") for other in set_names)
            )
    return (ALL_SETS,)


@cache
def _set_names_by_code() -> dict[str, tuple[str, ...]]:
    """Map each category and archive to the parts of its set's name, widest first."""
    set_parts_by_code: dict[str, tuple[str, ...]] = {}
    for group in taxonomy_groups():
        for archive in group.archives:
            archive_parts = (group.code, archive.code)
            for category in archive.categories:
                category_part = category.code.partition(".")[2]
                set_parts_by_code[category.code] = (
                    (*archive_parts, category_part) if category_part else archive_parts
                )
            set_parts_by_code[archive.code] = archive_parts
    return set_parts_by_code
