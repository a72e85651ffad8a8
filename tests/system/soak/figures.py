"""What a soak has measured: times of answers, memory, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median, quantiles
from time import monotonic

_KIB_PER_MIB = 1 << 10  # the kernel counts in KiB


def percentiles(durations: Sequence[float]) -> tuple[float, float, float]:
    """The 50th, 95th and 99th of a hundred, in milliseconds."""
    quantile_cuts = quantiles(durations, n=100)
    return quantile_cuts[49] * 1000, quantile_cuts[94] * 1000, quantile_cuts[98] * 1000


@dataclass
class MemorySamples:
    """The resident size of a process over time, in MiB."""

    pid: int
    sample_times: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    def take_sample(self) -> None:
        """Takes a sample."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                self.sample_times.append(monotonic())
                self.sizes.append(int(line.split()[1]) / _KIB_PER_MIB)

    @property
    def growth_per_minute(self) -> float:
        """MiB a minute in the second half, by the straight line that fits best."""
        half = len(self.sample_times) // 2
        slope: float = linear_regression(self.sample_times[half:], self.sizes[half:]).slope
        return slope * 60


def cpu_seconds_of(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def durations_table(durations: Sequence[tuple[str, float]]) -> str:
    """The times of each habit, one a line, the slowest first."""
    habits: dict[str, list[float]] = {}
    for habit, seconds in durations:
        habits.setdefault(habit, []).append(seconds)
    rows = sorted(habits.items(), key=lambda item: -median(item[1]))
    return "\n".join(
        f"  {habit_name:12} {len(seconds_of_habit):6}  p50"
        f" {percentiles(seconds_of_habit)[0]:6.0f}  p95 {percentiles(seconds_of_habit)[1]:6.0f} ms"
        for habit_name, seconds_of_habit in rows
        if len(seconds_of_habit) > 1
    )
