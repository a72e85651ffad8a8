"""What an attack costs the others: times of answers, memory and the processor."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import monotonic

from tests.system.soak.figures import cpu_seconds_of

MAX_LOAD_OF_OTHERS = 0.3  # of a processor that others may use while times are judged


def percentiles(durations: list[float]) -> tuple[float, float, float]:
    """The 50th and the 95th of a hundred, and the longest, in seconds."""
    cuts = quantiles(durations, n=100, method="inclusive")
    return cuts[49], cuts[94], max(durations)


def _busy_seconds() -> float:
    """Seconds of processor that this machine has used."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _wait, irq, soft, steal = map(int, fields[:8])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


@dataclass
class ProcessMonitor:
    """What a process and everybody else on the machine use from now on."""

    pid: int
    started_at: float = field(default_factory=monotonic)
    load_average: float = field(default_factory=lambda: os.getloadavg()[0])
    cpu_seconds: float = 0.0
    load_of_others: float = 0.0
    seconds: float = 1.0
    peak_memory: float = 0.0

    def __post_init__(self) -> None:
        """Reads the counters for the first time."""
        self._own_at_start, self._all_at_start = self._cpu_counters()

    def stop(self) -> None:
        """Reads them once more."""
        self.seconds = monotonic() - self.started_at
        own_seconds, all_seconds = self._cpu_counters()
        self.cpu_seconds = own_seconds[0] - self._own_at_start[0]
        own_total = sum(own_seconds) - sum(self._own_at_start)
        self.load_of_others = max(0.0, all_seconds - self._all_at_start - own_total) / self.seconds
        self.peak_memory = self.peak_megabytes()

    def peak_megabytes(self) -> float:
        """The most memory that the process has held so far, in MB."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise LookupError("the kernel tells no peak of the resident size")

    def _cpu_counters(self) -> tuple[tuple[float, float], float]:
        return (cpu_seconds_of(self.pid), cpu_seconds_of(os.getpid())), _busy_seconds()
