"""What the threads of the bot share."""

from __future__ import annotations

import subprocess
import sys
from platform import libc_ver

import pytest

_PROGRAM = """
import ctypes, threading
from bot.cli.run import tune_threads

def take():
    together.wait()
    held = [bytes(2000) for _ in range(500)]
    together.wait()

tune_threads()
together = threading.Barrier(6)
threads = [threading.Thread(target=take) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
library = ctypes.CDLL(None)
library.malloc_info(0, ctypes.c_void_p.in_dll(library, "stdout"))
"""


@pytest.mark.skipif(libc_ver()[0] != "glibc", reason="only the GNU library has arenas to share")
def test_all_threads_use_one_heap() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )

    assert result.stdout.count("<heap nr=") == 1
