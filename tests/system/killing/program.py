"""``papergram run`` as a process of its own, to be killed, stopped and asked to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import wait_until

_UNREACHABLE_URL = "http://127.0.0.1:9"  # discards: nobody answers for arXiv here
_INHERITED_VARIABLES = ("PATH", "HOME", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class BotProcess:
    """A running bot and the file that its log goes to."""

    process: asyncio.subprocess.Process
    log_path: Path

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is no more."""
        return self.process.returncode is not None

    def send_signal(self, signal_number: signal.Signals) -> None:
        """Sends a signal, unless the process has ended already."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal_number)

    async def wait_for_output(self, text: str) -> None:
        """Waits until its log holds some words."""
        await wait_until(
            lambda: text in self.output(), lambda: f"never said {text!r}:\n{self.output()}"
        )

    async def kill(self) -> None:
        """Kills it in the middle of whatever it does, and waits until it is gone."""
        self.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def wait_for_exit(self, timeout_seconds: float) -> int:
        """Its exit code, which has to come within so many seconds."""
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self.process.wait()
        except TimeoutError:
            raise AssertionError(f"the program did not end\n{self.output()}") from None

    def output(self) -> str:
        """Everything it wrote to its two outputs."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")


def bot_environment(token: str, server: str, database: Path, **settings: str) -> dict[str, str]:
    """The settings of a bot that talks to ``server`` and to no arXiv."""
    inherited = {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
    return inherited | {
        "LANG": "en",
        "TELEGRAM_BOT_TOKEN": token,
        "PAPERGRAM_TELEGRAM_API": server,
        "PAPERGRAM_DATABASE": f"sqlite:///{database}",
        "PAPERGRAM_ARXIV_RSS": _UNREACHABLE_URL,
        "PAPERGRAM_ARXIV_API": _UNREACHABLE_URL,
        "PAPERGRAM_ARXIV_OAI": _UNREACHABLE_URL,
        **{f"PAPERGRAM_{name.upper()}": value for name, value in settings.items()},
    }


async def start_process(
    settings: Mapping[str, str],
    log_path: Path,
    command: str = "run",
    *,
    program: Sequence[str] = ("-m", "bot"),
) -> BotProcess:
    """A command, of itself the bot, that begins now; what it says is added to the log."""
    with log_path.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *program,
            command,
            env=settings,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return BotProcess(process, log_path)


@asynccontextmanager
async def running_process(settings: Mapping[str, str], log_path: Path) -> AsyncIterator[BotProcess]:
    """A bot that runs until the block ends, however it ends."""
    program = await start_process(settings, log_path)
    try:
        yield program
    finally:
        await program.kill()
