"""Measure what the commands that only read cost, however large the database is.

    python -m tests.bench.commands [papers]

Processor time of the whole process, imports included, as the kernel counts it: the median of
seven runs over an empty store, over the corpus in the folder named by PAPERGRAM_TEST_DATA, and
over as many papers (500,000 unless told): the corpus again under other ids and days. Then the
same while another process writes, and how long `papergram run` takes to its first poll.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from bot.app import wiring
from bot.app.config import Config
from bot.demo import Emulator
from bot.ingest.import_digest import import_digest
from bot.ingest.sources.digest_import import read_document
from storage.engine.driver import sqlite3
from tests.bench.search import load_papers, read_corpus
from tests.cli.terminal import ROOT

RUNS = 7
LARGE_STORE_PAPERS = 500_000
DOCUMENT = ROOT / "tests" / "data" / "imports" / "cs.CV_2026-11-20.md"
COMMANDS: Sequence[tuple[str, ...]] = (
    ("--help",),
    ("doctor", "--quick"),
    ("search", "diffusion", "segmentation"),
    ("search", "au:he", "-survey", "--json"),
    ("show", "1"),
    ("outbox", "list"),
)
# sort_key counts days times a million: so many years further back nothing is met again.
_COPY_PAPERS_SQL = """
insert into papers (key, id, version, partial, sort_key, seen_at)
    select key + :keys, id || :mark, version, partial, sort_key - :offset, seen_at from papers
    where key <= :last;
insert into versions (paper, version, partial, title, abstract, authors, categories, link,
        submitted_at, revised_at, comment, journal_ref, doi, licence, seen_at)
    select paper + :keys, version, partial, title, abstract, authors, categories, link,
        submitted_at, revised_at, comment, journal_ref, doi, licence, seen_at
    from versions where paper <= :last;
insert into announcements (paper, version, feed, kind, day)
    select paper + :keys, version, feed, kind, date(day, :days) from announcements
    where paper <= :last;
insert into paper_index (rowid, title, abstract, authors, categories, id, summary)
    select i.rowid - :offset, i.title, i.abstract, i.authors, i.categories, i.id || :mark, i.summary
    from paper_index i join papers p on p.sort_key = i.rowid where p.key <= :last
"""


def main() -> None:
    """Prints a table: a row a command, a column a store."""
    paper_count = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE_STORE_PAPERS
    folder = Path(os.environ["PAPERGRAM_TEST_DATA"])
    with tempfile.TemporaryDirectory(prefix="papergram-bench-") as name:
        small, middle, large = (Path(name) / f"{size}.db" for size in ("empty", "corpus", "large"))
        for path in (small, middle):
            with wiring.open_indexed_store(store_config(path)) as store:
                if path == middle:
                    load_papers(store, read_corpus(folder, 10**9))
                import_digest(store, read_document(DOCUMENT.name, DOCUMENT.read_bytes()))
        large.write_bytes(middle.read_bytes())
        multiply_papers(large, paper_count)
        print_costs((small, middle, large))
        for path in (small, middle, large):
            asyncio.run(print_start_time(path))


def store_config(path: Path) -> Config:
    """The settings of a database."""
    return Config(database=f"sqlite:///{path}")


def multiply_papers(path: Path, paper_count: int) -> None:
    """Adds the papers of a database to it again and again, under other ids and earlier days."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma synchronous = off")
        [(last_key,)] = connection.execute("select max(key) from papers")
        for copy in range(1, -(-paper_count // last_key)):
            days = 1200 * copy
            values = {
                "keys": last_key * copy,
                "last": last_key,
                "mark": f"x{copy}",
                "offset": days * 1_000_000,
                "days": f"-{days} days",
            }
            connection.execute("begin")
            for statement in _COPY_PAPERS_SQL.split(";"):
                connection.execute(statement, values)
            connection.execute("commit")


def print_costs(paths: Sequence[Path]) -> None:
    """Prints what each command costs over each store, alone and beside a writer."""
    print(f"{'processor seconds':34}", *(f"{store_size(path):>22}" for path in paths))
    for words in COMMANDS:
        print(
            f"{' '.join(words):34}",
            *(f"{cpu_cost(path, words):22.3f}" for path in paths),
            flush=True,
        )
    for words in COMMANDS[1:]:
        cells = []
        for path in paths:
            with writing_process(path):
                cells.append(f"{cpu_cost(path, words):22.3f}")
        print(f"{' '.join(words) + ', written':34}", *cells, flush=True)


def store_size(path: Path) -> str:
    """How much a database holds."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        [(papers,)] = connection.execute("select count(*) from papers")
    return f"{papers:,} ({path.stat().st_size / 1e9:.2f} GB)"


def cpu_cost(path: Path, words: Sequence[str]) -> float:
    """The median processor time of a command, its imports included."""
    environment = {**os.environ, "PAPERGRAM_DATABASE": f"sqlite:///{path}"}
    durations = []
    for _ in range(RUNS):
        usage_before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "bot", *words], env=environment, capture_output=True, check=False
        )
        usage_after = resource.getrusage(resource.RUSAGE_CHILDREN)
        durations.append(
            usage_after.ru_utime
            + usage_after.ru_stime
            - usage_before.ru_utime
            - usage_before.ru_stime
        )
    return median(durations)


@contextmanager
def writing_process(path: Path) -> Iterator[None]:
    """Lets another process commit a change a hundred times a second."""
    script = (
        "import sys, time\n"
        "from storage import open_store\n"
        "from storage.records.feeds import FeedCursor\n"
        "store = open_store(sys.argv[1]); print('writing', flush=True)\n"
        "while True: store.feed_cursors.put(FeedCursor('bench')); time.sleep(0.01)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, f"sqlite:///{path}"], stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert process.stdout
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


async def print_start_time(path: Path) -> None:
    """Says how long `papergram run` takes from its start to its first poll."""
    async with Emulator.serve() as emulator:
        environment = {
            **os.environ,
            "TELEGRAM_BOT_TOKEN": emulator.token,
            "PAPERGRAM_TELEGRAM_API": emulator.url,
            "PAPERGRAM_DATABASE": f"sqlite:///{path}",
            "PAPERGRAM_ARXIV_RSS": emulator.url,
            "PAPERGRAM_ARXIV_API": emulator.url,
            "PAPERGRAM_ARXIV_OAI": emulator.url,
        }
        started_at = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment, stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr
        while b" polling" not in (line := await process.stderr.readline()):
            assert line, "it ended before it polled"
        elapsed = time.perf_counter() - started_at
        cpu_seconds = processor_time(process.pid)
        process.terminate()
        await process.communicate()
    print(
        f"run to its first poll, {store_size(path)}: {elapsed:.2f} s, {cpu_seconds:.2f} s of"
        " processor"
    )


def processor_time(process: int) -> float:
    """The seconds of processor that a living process has had."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
