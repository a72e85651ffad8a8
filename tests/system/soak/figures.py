"""What a soak has measured: times of answers, memory, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median, quantiles
from time import monotonic

_MEBI = 1 << 10  # the kernel counts in KiB


def cuts(took: Sequence[float]) -> tuple[float, float, float]:
    """The 50th, 95th and 99th of a hundred, in milliseconds."""
    found = quantiles(took, n=100)
    return found[49] * 1000, found[94] * 1000, found[98] * 1000


@dataclass
class Memory:
    """The resident size of a process over time, in MiB."""

    pid: int
    at: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Takes a sample."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                self.at.append(monotonic())
                self.sizes.append(int(line.split()[1]) / _MEBI)

    @property
    def growth(self) -> float:
        """MiB a minute in the second half, by the straight line that fits best."""
        half = len(self.at) // 2
        slope: float = linear_regression(self.at[half:], self.sizes[half:]).slope
        return slope * 60


def processor(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def table(took: Sequence[tuple[str, float]]) -> str:
    """The times of each habit, one a line, the slowest first."""
    habits: dict[str, list[float]] = {}
    for habit, seconds in took:
        habits.setdefault(habit, []).append(seconds)
    rows = sorted(habits.items(), key=lambda one: -median(one[1]))
    return "\n".join(
        f"  {habit:12} {len(each):6}  p50 {cuts(each)[0]:6.0f}  p95 {cuts(each)[1]:6.0f} ms"
        for habit, each in rows
        if len(each) > 1
    )
