"""The command line on every real feed and document: counts, names of what is bad, same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ingest.http_errors import read_file
from storage import open_store
from tests.cli.terminal import CommandResult, Terminal, stored_rows
from tests.conformance.test_documents import index
from tests.conformance.test_feeds import texts
from tests.support.database import announcements_after

KINDS = ("new", "cross", "replace", "replace_cross")
CAPTURED, GENERATED = "arxiv-captured/", "arxiv-generated/"
COUNTS = {
    CAPTURED + "api-new_2026-06-14_transformer_cs.LG_5.xml": (5, 0, 0, 0),
    CAPTURED + "api-new_2026-06-24_math.NT-AG_3.xml": (3, 0, 0, 0),
    CAPTURED + "api-new_2026-06-27_math.NT-AG_5.xml": (5, 0, 0, 0),
    CAPTURED + "api-old_2018-02-05_all-Einstein_10.xml": (9, 0, 1, 0),
    CAPTURED + "api-old_2025-10-17_cs.RO_2.xml": (2, 0, 0, 0),
    CAPTURED + "rss-new_rss_cs.AI_2026-04-27_trimmed.xml": (3, 0, 0, 0),
    CAPTURED + "rss-new_rss_cs.LG_2026-04-27_trimmed.xml": (3, 0, 0, 0),
    CAPTURED + "rss-new_rss_cs_2025-04-27_sunday_empty.xml": (0, 0, 0, 0),
    CAPTURED + "rss-new_rss_quant-ph_full.xml": (40, 10, 22, 9),
    CAPTURED + "rss-old_rdf_hep-ex_2018-05-23_trimmed.xml": (1, 1, 1, 0),
    GENERATED + "feed_atom_cs.CV_2025-10-16.xml": (99, 11, 0, 0),
    GENERATED + "feed_atom_cs_thanksgiving_empty.xml": (0, 0, 0, 0),
    GENERATED + "feed_rss_cs.CV+cs.CL_2025-10-16.xml": (176, 14, 2, 0),
    GENERATED + "feed_rss_cs.CV_2025-10-16.xml": (99, 11, 0, 0),
    GENERATED + "feed_rss_cs.CV_sunday_empty.xml": (0, 0, 0, 0),
    GENERATED + "feed_rss_cs.LG_2026-11-23.xml": (2, 50, 0, 14),
    GENERATED + "feed_rss_cs.LG_2026-11-24.xml": (2, 210, 3, 108),
    GENERATED + "feed_rss_cs_2026-11-24_over2000.xml.gz": (1268, 0, 732, 0),
}
BAD = {
    CAPTURED + "api-old_error_manual-example.xml": ("error-feed", "arXiv says: incorrect id"),
    GENERATED + "feed_error_badarchive.xml": ("error-feed", "arXiv says: Bad archive"),
    GENERATED + "feed_error_badcat.xml": ("error-feed", "arXiv says: Bad subject class"),
    GENERATED + "feed_error_version1.0.xml": (
        "error-feed",
        "arXiv says: Unsupported feed version 'RSS 1.0'",
    ),
    GENERATED + "feed_no_archive.txt": ("not-a-feed", "This is no feed. It begins:"),
}
OAI = ("not-a-feed", "<OAI-PMH>")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Somebody at a prompt, with an empty folder for the database."""
    return Terminal(tmp_path / "papers.db")


def answers(real_data: Path) -> list[str]:
    """Every answer of arXiv that was kept, by its folder and name."""
    folder = real_data / "feeds"
    return sorted(str(path.relative_to(folder)) for path in folder.glob("arxiv-*/*"))


def test_no_answer_of_arxiv_is_left_out_here(real_data: Path) -> None:
    others = [name for name in answers(real_data) if name not in COUNTS and name not in BAD]

    assert others
    assert all("/oai" in name for name in others)


@pytest.mark.slow
def test_each_feed_brings_what_it_announces(real_data: Path, terminal: Terminal) -> None:
    for name, counts in COUNTS.items():
        database = f"sqlite:///{terminal.database}.{Path(name).name}"
        result = terminal(
            "ingest", str(real_data / "feeds" / name), "--json", "--database", database
        )

        [row] = result.json_objects()
        assert (result.exit_code, result.stderr) == (0, ""), name
        assert tuple(row[kind] for kind in KINDS) == counts, name
        assert (row["stored"], row["updated"], row["known"]) == (sum(counts), 0, 0), name
        cut = [{"key": "source-cut", "items": 2000}] if "over2000" in name else []
        warnings = [w for w in _warnings(row) if w.get("key") != "source-empty"]
        assert warnings == cut, name


def _warnings(row: dict[str, object]) -> list[dict[str, object]]:
    warnings = row["warnings"]
    assert isinstance(warnings, list)
    return warnings


@pytest.mark.slow
def test_each_bad_answer_is_named_and_changes_nothing(real_data: Path, terminal: Terminal) -> None:
    terminal("ingest", str(real_data / "feeds" / CAPTURED / "rss-new_rss_quant-ph_full.xml"))
    before = stored_rows(terminal)
    bad = BAD | {name: OAI for name in answers(real_data) if "/oai" in name}

    for name, (condition, words) in bad.items():
        path = str(real_data / "feeds" / name)
        result, [row] = terminal("ingest", path), terminal("ingest", path, "--json").json_objects()
        assert result.exit_code == 1, name
        assert result.error_line.startswith(f"{path}: "), name
        assert words in result.error_line, name
        assert row["condition"] == condition, name

    assert len(bad) > 15
    assert stored_rows(terminal) == before


@pytest.mark.slow
def test_the_store_holds_titles_and_abstracts_character_by_character(
    real_data: Path, terminal: Terminal
) -> None:
    compared = 0
    for name in COUNTS:
        if not Path(name).name.startswith(("rss-new", "feed_")):
            continue
        path = real_data / "feeds" / name
        database = f"sqlite:///{terminal.database}.{Path(name).name}"
        terminal("ingest", str(path), "--database", database)
        store = open_store(database)
        try:
            papers = [announcement.paper for announcement in announcements_after(store)]
        finally:
            store.close()
        assert [(paper.title, paper.abstract) for paper in papers] == [
            (title, abstract) for title, abstract, _ in texts(read_file(path))
        ], name
        compared += len(papers)
    assert compared > 2800


def documents(real_data: Path) -> list[Path]:
    """Every real document of the reference grammar."""
    named = [row["file"] for row in index(real_data) if row["grammar"] == "seed"]
    seeds = sorted((real_data / "seeds").glob("*.md"))
    return [*seeds, *(real_data / "digests" / name for name in named)]


@pytest.mark.slow
def test_each_document_is_shown_with_the_same_bytes(real_data: Path, terminal: Terminal) -> None:
    paths = documents(real_data)
    assert len(paths) > 92

    result = terminal("import", *map(str, paths), "--json")

    assert (result.exit_code, result.stderr) == (0, "")
    rows = result.json_objects()
    assert [row["file"] for row in rows] == [str(path) for path in paths]
    for path, row in zip(paths, rows, strict=True):
        shown = terminal("show", str(row["number"]), "--format", "markdown")
        assert shown.stdout.encode() == path.read_bytes(), path.name
    assert len({row["number"] for row in rows}) == len(paths)


def test_the_first_days_template_is_refused_with_a_sentence(
    real_data: Path, terminal: Terminal
) -> None:
    for row in index(real_data):
        if row["grammar"] != "seed":
            result: CommandResult = terminal("import", str(real_data / "digests" / row["file"]))
            assert result.exit_code == 1
            assert "template of 13 March 2023" in result.error_line
    store = open_store(f"sqlite:///{terminal.database}")
    try:
        assert (store.papers.count(), store.check_health().digests) == (0, 0)
    finally:
        store.close()
