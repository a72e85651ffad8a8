"""Papers come in and go out: ingest, import, search, digest, show."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from bot.app import wiring
from bot.app.config import Config
from bot.ingest.http_client import Fetcher
from bot.ingest.request_pace import RequestPace
from bot.render import FORMATS
from tests.cli.terminal import Terminal, stored_rows
from tests.ingest.sources.feeds import FOLDER, read_feed, rss_feed, rss_item
from tests.ingest.sources.offline import streamed_response
from tests.support.database import announcements_after

DOCUMENT = Path(__file__).parent.parent / "data" / "imports" / "cs.CV_2026-11-20.md"
KEYS = [
    "source",
    "day",
    "new",
    "cross",
    "replace",
    "replace_cross",
    "stored",
    "updated",
    "known",
    "warnings",
]
DAY = str(FOLDER / "day.rss.xml")


def empty(terminal: Terminal) -> None:
    """Makes a store without papers, as the bot's first start does."""
    with wiring.open_indexed_store(Config(database=f"sqlite:///{terminal.database}")):
        pass


def feed(folder: Path, *papers: str, day: str = "Mon, 23 Nov 2026") -> str:
    path = folder / "feed.xml"
    path.write_bytes(rss_feed([rss_item(paper) for paper in papers], day=day))
    return str(path)


def test_ingest_counts_by_kind_and_by_what_became_of_it(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    kinds = ("new", "new", "cross", "replace", "replace-cross")
    path.write_bytes(
        rss_feed(rss_item(f"2611.9000{n}v1", kind=kind) for n, kind in enumerate(kinds))
    )

    first, again = terminal("ingest", str(path), "--json"), terminal("ingest", str(path), "--json")

    [row] = first.json_objects()
    assert [key for key in row if key != "condition"] == KEYS
    assert [row[key] for key in KEYS] == [str(path), "2026-11-23", 2, 1, 1, 1, 5, 0, 0, []]
    assert [again.json_objects()[0][key] for key in ("stored", "updated", "known")] == [0, 0, 5]
    assert (first.exit_code, first.stderr, again.exit_code, again.stderr) == (0, "", 0, "")


def test_ingest_says_so_in_words(terminal: Terminal, tmp_path: Path) -> None:
    path = feed(tmp_path, "2611.90001v1")

    result, chinese = terminal("ingest", path), terminal("ingest", path, LANG="zh_CN.UTF-8")

    assert result.lines == [
        f"{path}, 2026-11-23: 1 new, 0 cross-listed, 0 replaced, 0 replaced cross-lists;"
        " stored 1, updated 0, already known 0."
    ]
    assert "新论文 1" in chinese.stdout


def test_a_higher_version_updates(terminal: Terminal, tmp_path: Path) -> None:
    terminal("ingest", feed(tmp_path, "2611.90001v1"))

    [row] = terminal(
        "ingest", feed(tmp_path, "2611.90001v2", day="Tue, 24 Nov 2026"), "--json"
    ).json_objects()

    assert (row["stored"], row["updated"]) == (0, 1)


def test_gzip_and_api_answers_are_read_alike(terminal: Terminal, tmp_path: Path) -> None:
    packed = tmp_path / "day.gz"
    packed.write_bytes(gzip.compress(read_feed("day.rss.xml")))

    rows = terminal(
        "ingest", DAY, str(packed), str(FOLDER / "api-new.xml"), "--json"
    ).json_objects()

    assert rows[0]["new"] == rows[1]["new"] != 0
    assert rows[1]["known"] == rows[0]["stored"]
    assert (rows[2]["new"], rows[2]["condition"]) == (1, "fresh")


def test_an_honest_empty_day_is_no_failure(terminal: Terminal) -> None:
    result = terminal("ingest", str(FOLDER / "empty.rss.xml"))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("empty.rss.xml: No papers on 2026-11-22: arXiv announced none.\n")


@pytest.mark.parametrize(
    ("content", "condition", "words"),
    [
        (b"", "broken", "The answer is empty"),
        (b"Rate exceeded.", "limited", "asked too often"),
        (b"<!DOCTYPE html><html></html>", "not-a-feed", "a web page"),
        (b"Hello there", "not-a-feed", "It begins: Hello there"),
        (b"<opml></opml>", "not-a-feed", "<opml>"),
        (b"\x1f\x8bnot gzip", "unreachable", "cannot be read"),
        (read_feed("error.rss.xml"), "error-feed", "Bad subject class 'XX'."),
        (read_feed("api-error.xml"), "error-feed", "arXiv says"),
    ],
)
def test_a_bad_answer_is_named_and_changes_nothing(
    terminal: Terminal, tmp_path: Path, content: bytes, condition: str, words: str
) -> None:
    terminal("ingest", feed(tmp_path, "2611.90001v1"))
    before = stored_rows(terminal)
    path = tmp_path / "bad"
    path.write_bytes(content)

    result, row = (
        terminal("ingest", str(path)),
        terminal("ingest", str(path), "--json").json_objects()[0],
    )

    assert result.exit_code == 1
    assert words in result.error_line
    assert row["condition"] == condition
    assert row["warnings"], "the reason is told as a key with its values"
    assert stored_rows(terminal) == before


def test_one_bad_source_does_not_keep_the_others_away(terminal: Terminal, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xml"
    bad.touch()

    result = terminal("ingest", str(bad), DAY, "--json")

    assert result.exit_code == 1
    assert [row["stored"] == 0 for row in result.json_objects()] == [True, False]


def test_what_is_whole_of_a_broken_feed_is_kept_and_the_command_fails(
    terminal: Terminal, tmp_path: Path
) -> None:
    path = tmp_path / "cut.xml"
    feed = rss_feed([rss_item("2611.90001v1"), rss_item("2611.90002v1")])
    path.write_bytes(feed[: feed.rindex(b"<guid>")])

    result = terminal("ingest", str(path))

    assert result.exit_code == 1
    assert "stored 1" in result.stdout
    assert "broke off" in result.stderr


@pytest.mark.parametrize("source", ["cs.QQ", "nowhere.xml", "http://", "/tmp", "", "a b"])
def test_an_unknown_source_is_a_wrong_call(terminal: Terminal, source: str) -> None:
    result = terminal("ingest", source)

    assert result.exit_code == 2
    assert result.error_line
    assert not terminal.database.exists()


@contextmanager
def serving(content: bytes) -> Iterator[str]:
    """A web server on this machine that answers each question with this."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            requested_paths.append(self.path)

    requested_paths: list[str] = []
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_categories_and_addresses_are_asked_over_http(terminal: Terminal) -> None:
    with serving(read_feed("day.rss.xml")) as base:
        result = terminal("ingest", "cs.cv", f"{base}/x", "--json", PAPERGRAM_ARXIV_RSS=base)
        default = terminal("ingest", "--json", PAPERGRAM_ARXIV_RSS=base, PAPERGRAM_FEEDS="hep-th")

    assert [row["source"] for row in result.json_objects()] == ["cs.CV", f"{base}/x"]
    assert [row["source"] for row in default.json_objects()] == ["hep-th"]
    assert (result.exit_code, default.exit_code) == (0, 0)


def test_a_document_comes_back_byte_for_byte(terminal: Terminal) -> None:
    result = terminal("import", str(DOCUMENT), "--json")

    [row] = result.json_objects()
    assert row == {
        "file": str(DOCUMENT),
        "number": 1,
        "entries": 2,
        "topic": "cs.CV",
        "issued": "2026-11-20T00:00:00+00:00",
    }
    assert terminal("show", "1", "--format", "markdown").stdout.encode() == DOCUMENT.read_bytes()
    assert terminal("import", str(DOCUMENT)).stdout == (
        f"{DOCUMENT}: digest 1, 2 entries, topic cs.CV, issued 2026-11-20.\n"
    )


def test_a_document_with_a_byte_order_mark_is_the_same_document(
    terminal: Terminal, tmp_path: Path
) -> None:
    marked = tmp_path / DOCUMENT.name
    marked.write_bytes(b"\xef\xbb\xbf" + DOCUMENT.read_bytes())

    numbers = [
        row["number"]
        for path in (marked, DOCUMENT)
        for row in terminal("import", str(path), "--json").json_objects()
    ]

    assert numbers == [1, 1]
    assert terminal("show", "1", "--format", "markdown").stdout.encode() == DOCUMENT.read_bytes()


def test_topic_and_date_may_be_typed(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "notes of a day.md"
    path.write_bytes(DOCUMENT.read_bytes())

    missing = terminal("import", str(path))
    typed = ("--topic", "boats", "--issued", "2026-11-20T01:00+08:00")
    [row] = terminal("import", str(path), *typed, "--json").json_objects()

    assert missing.exit_code == 1
    assert "--topic" in missing.error_line
    assert (row["topic"], row["issued"]) == ("boats", "2026-11-19T17:00:00+00:00")


def test_a_wrong_date_is_a_wrong_call(terminal: Terminal) -> None:
    result = terminal("import", str(DOCUMENT), "--issued", "tomorrow")

    assert (result.exit_code, result.error_line) == (
        2,
        "tomorrow is no date. Write it as 2026-11-23.",
    )


@pytest.mark.parametrize("content", [None, b"", b"# Diary\n", b"\xff", b"\x1f\x8bx"])
def test_a_file_that_is_no_document_is_named_once_and_the_rest_is_kept(
    terminal: Terminal, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "cs.CV_2026-11-19.md"
    if content is not None:
        path.write_bytes(content)

    result = terminal("import", str(path), str(DOCUMENT))

    assert result.exit_code == 1
    assert len(result.lines) == len(result.stderr.splitlines()) == 1
    assert result.stderr.count(str(path)) == 1


def test_search_finds_leaves_out_and_prints_json(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    titles = ("A Survey of Kettles", "Kettles at Sea", "Kites")
    path.write_bytes(rss_feed(rss_item(f"2611.9000{n}v1", title) for n, title in enumerate(titles)))
    terminal("ingest", str(path))

    assert len(terminal("search", "kettles").lines) == 2
    assert terminal("search", "kettles", "--limit", "1", "--json").json_objects()[0]["version"] == 1
    for words in (("kettles", "-survey"), ("-survey", "kettles"), ("kettles -survey",)):
        [result] = terminal("search", *words, "--json").json_objects()
        assert (result["id"], result["title"]) == ("arxiv:2611.90001", "Kettles at Sea")


def test_a_paper_without_a_title_is_listed_by_its_id(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss_feed([rss_item("2611.90009v1", title="", abstract="Kettles boil.")]))

    terminal("ingest", str(path))

    assert terminal("search", "kettles").lines == ["arxiv:2611.90009       –"]
    assert terminal("search", "kettles", "--json").json_objects()[0]["title"] == ""


def test_what_cannot_be_read_is_fetched_by_its_id_in_the_same_call(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested_paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requested_paths.append(request.url.params["id_list"])
        return streamed_response(200, read_feed("api-new.xml"))

    def fetcher(config: Config) -> Fetcher:
        return Fetcher(transport=httpx.MockTransport(answer), request_pace=RequestPace(0.0))

    monkeypatch.setattr(wiring, "create_fetcher", fetcher)
    path = tmp_path / "feed.xml"
    feed = rss_feed([rss_item("2611.90012v1", kind="cross"), rss_item("2611.90002v1")])
    path.write_bytes(feed.replace(b"</title><link>https://arxiv.org/abs/2611.90012", b"<link>", 1))

    result = terminal("ingest", str(path))

    assert requested_paths == ["2611.90012"]
    assert "2611.90012" in result.stderr
    assert len(terminal("search", "cat:cs.LG").lines) == 1
    with wiring.open_indexed_store(Config(database=f"sqlite:///{terminal.database}")) as store:
        kinds = {
            announcement.paper.id: announcement.kind for announcement in announcements_after(store)
        }
    assert kinds == {"arxiv:2611.90012": "cross", "arxiv:2611.90002": "new"}


def test_a_search_without_result_fails_with_a_sentence(terminal: Terminal) -> None:
    empty(terminal)

    result = terminal("search", "boats")

    assert (result.exit_code, result.error_line) == (
        1,
        "No stored paper matches boats. Fewer words find more.",
    )


@pytest.mark.parametrize("command", ["search", "digest"])
@pytest.mark.parametrize("query", ["-survey", '"open', "a:b", "(", "cat:cs.QQ", "x" * 3000])
def test_a_query_that_cannot_be_used_says_where(
    terminal: Terminal, command: str, query: str
) -> None:
    result = terminal(command, query)

    assert result.exit_code == 2
    assert "(at character " in result.error_line
    assert not terminal.database.exists()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_a_digest_is_shown_in_each_form_and_language(
    terminal: Terminal, form: str, language: str
) -> None:
    terminal("import", str(DOCUMENT))

    result = terminal("show", "1", "--format", form, "--language", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "2611.90001" in result.stdout
    if form in ("json", "rich"):
        json.loads(result.stdout)
    if form == "html":
        assert result.stdout.startswith("<!doctype html>")


def test_a_digest_is_drawn_and_nothing_is_issued(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal("ingest", DAY)
    before = stored_rows(terminal)
    [announced] = {row["day"] for row in terminal("ingest", DAY, "--json").json_objects()}
    monkeypatch.setattr("bot.concurrency.trusted_clock.system_clock", lambda: noon(str(announced)))

    result = terminal("digest", "cs.CV", "--format", "json", "--language", "en")
    none = terminal("digest", "zeppelin")

    assert json.loads(result.stdout)["shown"] > 0
    assert "No stored paper of the last 7 days matches zeppelin." in none.error_line
    assert none.exit_code == 1
    after = stored_rows(terminal)
    assert {name for name in after if after[name] != before[name]} <= {"summaries"}


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T17:00:00+00:00")


def test_an_unknown_number_is_told(terminal: Terminal) -> None:
    empty(terminal)

    result = terminal("show", "7")

    assert (result.exit_code, result.error_line) == (1, "There is no digest 7. The store holds 0.")


def test_others_words_move_no_cursor(terminal: Terminal, tmp_path: Path) -> None:
    """Titles and topics of a document keep their characters, and a terminal obeys none of them."""
    hostile = "\x1b]52;c;eA==\x07\x9b2J\u202eabc"
    path = tmp_path / "notes.md"
    path.write_text(DOCUMENT.read_text("utf-8").replace("Kettles", f"Kettles{hostile}"), "utf-8")

    results = [
        terminal("import", str(path), "--topic", hostile, "--issued", "2026-11-20"),
        terminal("search", "kettles"),
        terminal("search", "kettles", "--json"),
        terminal("import", hostile),
    ]

    for result in results:
        printed = result.stdout + result.stderr
        assert printed
        assert not [sign for sign in printed if sign != "\n" and not sign.isprintable()], printed
    assert "\\u001b]52" in results[0].stdout
    assert results[2].json_objects()
