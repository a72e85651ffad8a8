"""How the bot's threads share one processor and one heap."""

from __future__ import annotations

import ctypes
import sys

# Answers wait for the event loop, which asks back for the interpreter from threads that match and
# render; at the usual five milliseconds each of their many steps would wait as long.
SWITCH = 0.001  # seconds after which a computing thread lets another one go on
_ARENAS = -8  # M_ARENA_MAX of malloc.h, mallopt(3)


def share() -> None:
    """Settles it for this process; to be called before a thread is begun.

    One arena of memory for all: texts are read on one thread and dropped on another, and with an
    arena each the holes that they leave in all of them only grow. The threads take turns at the
    interpreter anyway, so nobody waits for the heap.
    """
    sys.setswitchinterval(SWITCH)
    if sys.platform == "linux":
        tune = getattr(ctypes.CDLL(None), "mallopt", None)  # of the GNU library; others need none
        if tune is not None:
            tune(_ARENAS, 1)
