"""Our taxonomy says what arXiv's own definitions say."""

import json
from pathlib import Path

from bot.arxiv import taxonomy


def test_categories_archives_and_spellings_are_arxivs(real_data: Path) -> None:
    facts = json.loads((real_data / "arxiv-taxonomy.json").read_text(encoding="utf-8"))
    active = {c["id"]: c["name"] for c in facts["categories"] if c["active"]}

    known_codes = {
        c.code: c.en for g in taxonomy.taxonomy_groups() for a in g.archives for c in a.categories
    }

    assert known_codes == active
    assert {a["id"] for a in facts["archives"] if a["active"]} - {"test"} == set(
        taxonomy.archives()
    )
    for other, target in {**facts["aliases"], **facts["subsumed"]}.items():
        assert taxonomy.canonical_code(other) == target
        assert {other, target} <= set(taxonomy.all_spellings(other))
