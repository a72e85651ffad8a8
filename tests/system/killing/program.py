"""``papergram run`` as a process of its own, to be killed, stopped and asked to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_NOWHERE = "http://127.0.0.1:9"  # discards: nobody answers for arXiv here
_LOOK = 0.005  # seconds between looks
_KEPT = ("PATH", "HOME", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Program:
    """A running bot and the file that its log goes to."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is no more."""
        return self.process.returncode is not None

    def signal(self, what: signal.Signals) -> None:
        """Sends a signal, unless the process has ended already."""
        with suppress(ProcessLookupError):
            self.process.send_signal(what)

    async def says(self, words: str) -> None:
        """Waits until its log holds some words."""
        await until(lambda: words in self.said(), lambda: f"never said {words!r}:\n{self.said()}")

    async def killed(self) -> None:
        """Kills it in the middle of whatever it does, and waits until it is gone."""
        self.signal(signal.SIGKILL)
        await self.process.wait()

    async def ends(self, within: float) -> int:
        """Its exit code, which has to come within so many seconds."""
        try:
            async with asyncio.timeout(within):
                return await self.process.wait()
        except TimeoutError:
            raise AssertionError(f"the program did not end\n{self.said()}") from None

    def said(self) -> str:
        """Everything it wrote to its two outputs."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def environment(token: str, server: str, database: Path, **settings: str) -> dict[str, str]:
    """The settings of a bot that talks to ``server`` and to no arXiv."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "LANG": "en",
        "TELEGRAM_BOT_TOKEN": token,
        "PAPERGRAM_TELEGRAM_API": server,
        "PAPERGRAM_DATABASE": f"sqlite:///{database}",
        "PAPERGRAM_ARXIV_RSS": _NOWHERE,
        "PAPERGRAM_ARXIV_API": _NOWHERE,
        "PAPERGRAM_ARXIV_OAI": _NOWHERE,
        **{f"PAPERGRAM_{name.upper()}": value for name, value in settings.items()},
    }


async def started(
    settings: Mapping[str, str],
    log: Path,
    command: str = "run",
    *,
    program: Sequence[str] = ("-m", "bot"),
) -> Program:
    """A command, of itself the bot, that begins now; what it says is added to the log."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *program,
            command,
            env=settings,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return Program(process, log)


@asynccontextmanager
async def running(settings: Mapping[str, str], log: Path) -> AsyncIterator[Program]:
    """A bot that runs until the block ends, however it ends."""
    program = await started(settings, log)
    try:
        yield program
    finally:
        await program.killed()


async def until(
    what: Callable[[], bool], missing: Callable[[], str] | str, *, patience: float = 20.0
) -> None:
    """Waits until something is so."""
    try:
        async with asyncio.timeout(patience):
            while not what():  # noqa: ASYNC110 - nothing rings when another process has done it
                await asyncio.sleep(_LOOK)
    except TimeoutError:
        raise AssertionError(missing if isinstance(missing, str) else missing()) from None
