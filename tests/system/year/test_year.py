"""A year of real announcements: every paper that matches reaches each chat once, in its minute.

What arXiv told and what came into the chats is compared by an auditor of its own; that it would
notice is shown by faults that are put in. ``pytest -s`` shows the counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.system.year.audit import AuditReport, audit_year
from tests.system.year.corpus import corpus_papers
from tests.system.year.evidence import AuditFault
from tests.system.year.faults import PLANTED_FAULTS, PlantedFault
from tests.system.year.life import YearSimulation
from tests.system.year.script import YearScript

Span = tuple[date, date]
YEAR: Span = (date(2025, 7, 1), date(2026, 6, 30))
AUTUMN: Span = (date(2025, 10, 10), date(2025, 11, 4))  # three lost days, four nights, a kill
MEMORY = Path("/dev/shm")  # how patient the disk is, is not asked here


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for the store: in memory where the machine keeps files there."""
    where = MEMORY if MEMORY.is_dir() else tmp_path
    with TemporaryDirectory(dir=where, prefix="papergram-year-") as name:
        yield Path(name)


async def lived(data: Path, folder: Path, span: Span, chats: int) -> AuditReport:
    """The report of a stretch of the year with so many chats."""
    life = YearSimulation(YearScript(*span, chats), folder / "year.db", corpus_papers(data, *span))
    return audit_year(await life.run())


@pytest.mark.slow
@pytest.mark.scaled
@pytest.mark.timeout(900)
async def test_in_a_year_every_paper_reaches_each_chat_once_in_its_minute(
    real_data: Path, folder: Path
) -> None:
    """200 chats in 12 zones; arXiv, Telegram and the bot fail; all nights, all holidays."""
    begun, worked = time.perf_counter(), time.process_time()

    report = await lived(real_data, folder, YEAR, 200)

    _tell(report, time.perf_counter() - begun, time.process_time() - worked)
    assert report.findings == []
    assert report.counts["left in the outbox"] == 0
    assert report.counts["digests"] > 10_000
    assert report.counts["digests after an outage of Telegram or the bot"] > 30
    assert report.counts["digests within 12 hours of a clock change"] > 5
    assert report.counts["notices within 12 hours of a clock change"] > 10
    assert report.counts["notices of holidays"] > 50
    assert report.counts["marked repeats"] > 0


@pytest.mark.slow
async def test_in_an_autumn_every_paper_reaches_each_chat_once_in_its_minute(
    real_data: Path, folder: Path
) -> None:
    report = await lived(real_data, folder, AUTUMN, 48)

    assert report.findings == []
    assert report.counts["digests"] > 100
    assert report.counts["notices"] > 20


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTED_FAULTS, ids=lambda planted: planted.name)
async def test_a_planted_fault_is_found(
    real_data: Path, folder: Path, planted: PlantedFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted.apply(monkeypatch)

    report = await lived(real_data, folder, AUTUMN, 48)

    assert planted.expected_fault in {finding.fault for finding in report.findings}


def _tell(report: AuditReport, wall: float, processor: float) -> None:
    """Prints what the year brought."""
    faults = [finding.fault for finding in report.findings]
    counts = report.counts | {"lost": faults.count(AuditFault.LOST)}
    counts |= {"repeated": faults.count(AuditFault.REPEATED)}
    print()
    for name, count in sorted(counts.items()):
        print(f"{count:>8,} {name}")
    print(f"{wall:>8.0f} seconds, {processor:.0f} of processor time")
