"""Every real digest document of the reference grammar comes back byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ingest.sources.digest_import import read_document
from bot.render.documents.markdown import parse, render
from bot.render.telegram.split_into_messages import digest_parts, render_part
from storage.records.chats import MessageForm
from tests.render.digests import DISPLAY_OPTIONS
from tests.system.fuzz import judges


def index(real_data: Path) -> list[dict[str, str]]:
    """The index of the real digests, a row a file."""
    lines = (real_data / "digests" / "INDEX.tsv").read_text("utf-8").splitlines()
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]


def test_both_reference_digests_come_back(real_data: Path) -> None:
    for day, count in (("2024-09-27", 6), ("2024-12-30", 8)):
        name = f"cs.CV_{day}.md"
        body = (real_data / "seeds" / name).read_bytes()

        digest = read_document(name, body)

        assert render(digest).encode() == body
        assert (digest.topic, digest.issued_at.date().isoformat()) == ("cs.CV", day)
        assert len(digest.entries) == count


def test_every_document_of_the_grammar_comes_back(real_data: Path) -> None:
    rows = [row for row in index(real_data) if row["grammar"] == "seed"]
    assert len(rows) > 90

    for row in rows:
        body = (real_data / "digests" / row["file"]).read_bytes()
        digest = read_document(row["file"], body)
        assert render(digest).encode() == body, row["file"]
        assert (digest.topic, len(digest.entries)) == (row["topic"], int(row["entries"]))
        assert digest.issued_at.strftime("%Y-%m-%dT%H:%M") == row["published_utc"][:16]


def test_titles_and_abstracts_are_clean(real_data: Path) -> None:
    """Neither the old feed's suffix nor the new feed's prefix is left in a paper."""
    for path in sorted((real_data / "digests").glob("2024*.md")):
        for entry in parse(path.read_bytes().decode()).entries:
            assert "(arXiv:" not in entry.paper.title
            assert "Announce Type" not in entry.paper.abstract
            assert entry.paper.version or not entry.paper.categories


@pytest.mark.parametrize("form", MessageForm)
def test_every_real_digest_passes_telegrams_judges(real_data: Path, form: MessageForm) -> None:
    options = next(
        options
        for options in DISPLAY_OPTIONS
        if options.form is form and options.languages == ("zh", "en")
    )

    for path in sorted((real_data / "seeds").glob("*.md")) + sorted(
        (real_data / "digests").glob("202409*.md")
    ):
        digest = parse(path.read_bytes().decode(), topic="cs.CV")
        for part in digest_parts(digest, options, with_entries=True):
            judges.check_message(render_part(digest, part, options))
