"""What do the commands that only read cost, however large the database is?

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
from bot.ingest.ingest_source import import_digest
from bot.ingest.sources.digest_document import read
from storage.engine.driver import sqlite3
from tests.bench.search import announcements, load
from tests.cli.terminal import ROOT

RUNS = 7
LARGE = 500_000
DOCUMENT = ROOT / "tests" / "data" / "imports" / "cs.CV_2026-11-20.md"
COMMANDS: Sequence[tuple[str, ...]] = (
    ("--help",),
    ("doctor", "--quick"),
    ("search", "diffusion", "segmentation"),
    ("search", "au:he", "-survey", "--json"),
    ("show", "1"),
    ("outbox", "list"),
)
# Places count days times a million: so many years further back nothing is met again.
_COPIES = """
insert into papers (key, id, version, partial, place, seen)
    select key + :keys, id || :mark, version, partial, place - :places, seen from papers
    where key <= :last;
insert into versions (paper, version, partial, title, abstract, authors, categories, link,
        submitted, revised, comment, journal, doi, licence, seen)
    select paper + :keys, version, partial, title, abstract, authors, categories, link,
        submitted, revised, comment, journal, doi, licence, seen
    from versions where paper <= :last;
insert into announcements (paper, version, feed, kind, day)
    select paper + :keys, version, feed, kind, date(day, :days) from announcements
    where paper <= :last;
insert into paper_index (rowid, title, abstract, authors, categories, id, gloss)
    select i.rowid - :places, i.title, i.abstract, i.authors, i.categories, i.id || :mark, i.gloss
    from paper_index i join papers p on p.place = i.rowid where p.key <= :last
"""


def main() -> None:
    """Prints a table: a row a command, a column a store."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    folder = Path(os.environ["PAPERGRAM_TEST_DATA"])
    with tempfile.TemporaryDirectory(prefix="papergram-bench-") as name:
        small, middle, large = (Path(name) / f"{size}.db" for size in ("empty", "corpus", "large"))
        for path in (small, middle):
            with wiring.opened(config(path)) as store:
                if path == middle:
                    load(store, announcements(folder, 10**9))
                import_digest(store, read(DOCUMENT.name, DOCUMENT.read_bytes()))
        large.write_bytes(middle.read_bytes())
        grown(large, wanted)
        table((small, middle, large))
        for path in (small, middle, large):
            asyncio.run(started(path))


def config(path: Path) -> Config:
    """The settings of a database."""
    return Config(database=f"sqlite:///{path}")


def grown(path: Path, wanted: int) -> None:
    """Adds the papers of a database to it again and again, under other ids and earlier days."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma synchronous = off")
        [(last,)] = connection.execute("select max(key) from papers")
        for copy in range(1, -(-wanted // last)):
            days = 1200 * copy
            values = {
                "keys": last * copy,
                "last": last,
                "mark": f"x{copy}",
                "places": days * 1_000_000,
                "days": f"-{days} days",
            }
            connection.execute("begin")
            for statement in _COPIES.split(";"):
                connection.execute(statement, values)
            connection.execute("commit")


def table(paths: Sequence[Path]) -> None:
    """Prints what each command costs over each store, alone and beside a writer."""
    print(f"{'processor seconds':34}", *(f"{size(path):>22}" for path in paths))
    for words in COMMANDS:
        print(
            f"{' '.join(words):34}", *(f"{cost(path, words):22.3f}" for path in paths), flush=True
        )
    for words in COMMANDS[1:]:
        cells = []
        for path in paths:
            with writing(path):
                cells.append(f"{cost(path, words):22.3f}")
        print(f"{' '.join(words) + ', written':34}", *cells, flush=True)


def size(path: Path) -> str:
    """How much a database holds."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        [(papers,)] = connection.execute("select count(*) from papers")
    return f"{papers:,} ({path.stat().st_size / 1e9:.2f} GB)"


def cost(path: Path, words: Sequence[str]) -> float:
    """The median processor time of a command, its imports included."""
    environment = {**os.environ, "PAPERGRAM_DATABASE": f"sqlite:///{path}"}
    taken = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "bot", *words], env=environment, capture_output=True, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(taken)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Lets another process commit a change a hundred times a second."""
    script = (
        "import sys, time\n"
        "from storage import open_store\n"
        "from storage.records import SourceCursor\n"
        "store = open_store(sys.argv[1]); print('writing', flush=True)\n"
        "while True: store.cursors.put(SourceCursor('bench')); time.sleep(0.01)\n"
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


async def started(path: Path) -> None:
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
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment, stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr
        while b" polling" not in (line := await process.stderr.readline()):
            assert line, "it ended before it polled"
        took = time.perf_counter() - began
        spent = processor_time(process.pid)
        process.terminate()
        await process.communicate()
    print(f"run to its first poll, {size(path)}: {took:.2f} s, {spent:.2f} s of processor")


def processor_time(process: int) -> float:
    """The seconds of processor that a living process has had."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
