"""Every benchmark, one after the other, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

BENCHMARKS = (
    "ingest",
    "search",
    "ranking",
    "answers",
    "replies",
    "matching",
    "publish",
    "settling",
    "idle",
    "sending",
    "delivery",
    "summarizing",
    "tldr_rouge",
    "formulas",
)
BENCHMARKS_WITHOUT_DATA = ("replies", "idle", "sending", "delivery", "summarizing")


def main() -> None:
    """Runs those whose data is there and says which are left out."""
    for name in BENCHMARKS:
        if name not in BENCHMARKS_WITHOUT_DATA and not os.environ.get("PAPERGRAM_TEST_DATA"):
            print(f"{name}: left out, PAPERGRAM_TEST_DATA names no folder of real data")
            continue
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=True)


if __name__ == "__main__":
    main()
