"""What an attack costs the others: times of answers, memory and the processor."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import monotonic

from tests.system.soak.figures import processor

QUIET = 0.3  # of a processor that others may use while times are judged


def percentiles(took: list[float]) -> tuple[float, float, float]:
    """The 50th and the 95th of a hundred, and the longest, in seconds."""
    cuts = quantiles(took, n=100, method="inclusive")
    return cuts[49], cuts[94], max(took)


def _busy() -> float:
    """Seconds of processor that this machine has used."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _wait, irq, soft, steal = map(int, fields[:8])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


@dataclass
class Watch:
    """What a process and everybody else on the machine use from now on."""

    pid: int
    began: float = field(default_factory=monotonic)
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    spent: float = 0.0
    others: float = 0.0
    seconds: float = 1.0
    memory: float = 0.0

    def __post_init__(self) -> None:
        """Reads the counters for the first time."""
        self._own, self._all = self._counters()

    def stop(self) -> None:
        """Reads them once more."""
        self.seconds = monotonic() - self.began
        own, everything = self._counters()
        self.spent = own[0] - self._own[0]
        mine = sum(own) - sum(self._own)
        self.others = max(0.0, everything - self._all - mine) / self.seconds
        self.memory = self.peak()

    def peak(self) -> float:
        """The most memory that the process has held so far, in MB."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise LookupError("the kernel tells no peak of the resident size")

    def _counters(self) -> tuple[tuple[float, float], float]:
        return (processor(self.pid), processor(os.getpid())), _busy()
